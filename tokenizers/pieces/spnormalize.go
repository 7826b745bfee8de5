package pieces

import (
	"strings"
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// Normalize returns chars as SentencePiece normalises them. Each char's offsets
// reach from where the library had got in the text to where it had with the
// next, so that dropped blanks belong to the piece before them.
func (s *Sentences) Normalize(chars []aligned.Char) []aligned.Char {
	m := s.SentencePiece
	if len(chars) == 0 {
		return nil
	}
	text, starts := aligned.BytesOf(chars)
	at := func(i int) int32 { // the original byte that text[i] stands for
		if i == len(text) {
			return chars[len(chars)-1].To
		}
		return chars[starts[i]].From
	}
	begin := 0
	if m.squeeze {
		for begin < len(text) {
			with, n := s.prefix(text[begin:])
			if with != " " {
				break
			}
			begin += n
		}
		if begin == len(text) {
			return nil
		}
	}
	blank := ' '
	if m.escape {
		blank = SPBlank
	}
	out := make([]aligned.Char, 0, len(chars)+1)
	if m.dummy && !m.suffix {
		out = append(out, aligned.Char{Rune: blank, From: at(begin)})
	}
	afterBlank := m.squeeze
	for i := begin; i < len(text); {
		with, n := s.prefix(text[i:])
		if afterBlank {
			with = strings.TrimLeft(with, " ")
		}
		for _, r := range with {
			if r == ' ' {
				r = blank
			}
			out = append(out, aligned.Char{Rune: r, From: at(i)})
		}
		if with != "" {
			afterBlank = strings.HasSuffix(with, " ")
		}
		i += n
		if !m.squeeze {
			afterBlank = false
		}
	}
	end := at(len(text))
	if m.squeeze {
		for len(out) > 0 && out[len(out)-1].Rune == blank {
			end = out[len(out)-1].From
			out = out[:len(out)-1]
		}
	}
	if m.dummy && m.suffix {
		out = append(out, aligned.Char{Rune: blank, From: end})
	}
	for i := range out {
		out[i].To = end
		if i+1 < len(out) {
			out[i].To = out[i+1].From
		}
	}
	return out
}

// prefix returns what the beginning of text becomes, and how many bytes that is.
func (s *Sentences) prefix(text string) (with string, n int) {
	if n := s.users.Longest(text); n > 0 {
		return text[:n], n
	}
	if s.charsmap != nil {
		if n, with := s.charsmap.Longest([]byte(text[:min(len(text), maxKey)])); n > 0 {
			return with, n
		}
	}
	_, n = utf8.DecodeRuneInString(text)
	return text[:n], n
}

// maxKey bounds the keys of a charsmap, in bytes.
const maxKey = 256

// Longest returns the length in bytes of the longest string of the trie that
// text begins with, 0 without one. A nil trie has none.
func (t *Trie) Longest(text string) int {
	if t == nil {
		return 0
	}
	n, node := 0, uint32(RootNode)
	for i, r := range text {
		e := t.Step(node, r)
		if e == nil {
			break
		}
		if node = e.Child; e.Value >= 0 {
			n = i + utf8.RuneLen(r)
		}
	}
	return n
}
