package tokenizers

import (
	"strings"
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/aligned"
	"github.com/lmkor/bench/tokenizers/pieces"
)

// AddedToken is a token that is recognised in the text itself, before any
// model sees it.
type AddedToken struct {
	ID         int32  `json:"id"`
	Content    string `json:"content"`
	SingleWord bool   `json:"single_word"` // not inside a word
	LStrip     bool   `json:"lstrip"`      // takes the white space before it
	RStrip     bool   `json:"rstrip"`      // takes the white space after it
	Normalized bool   `json:"normalized"`  // sought in normalised text
	Special    bool   `json:"special"`     // left out when decoding

	named    bool // as a special token by the configuration, not by its class alone
	replaces bool // what an earlier one of its content says: it comes with switches
}

// finder finds added tokens in text: the leftmost match, and of those the longest.
type finder struct {
	trie   *pieces.Trie // values are indices of tokens
	tokens []AddedToken
	first  [256]bool // bytes that a token begins with
	sole   byte      // the only such byte, 0 if there are several
}

// newFinder returns a finder of tokens by their contents, nil without any.
func newFinder(tokens []AddedToken) *finder {
	f := &finder{trie: pieces.NewTrie(len(tokens) * 4)}
	firsts := 0
	for _, t := range tokens {
		if t.Content == "" {
			continue
		}
		if f.trie.Value(t.Content) >= 0 {
			continue // of several with one content the first is found
		}
		f.trie.Insert(t.Content, int32(len(f.tokens)))
		f.tokens = append(f.tokens, t)
		if c := t.Content[0]; !f.first[c] {
			f.first[c], f.sole = true, c
			firsts++
		}
	}
	if len(f.tokens) == 0 {
		return nil
	}
	if firsts > 1 {
		f.sole = 0
	}
	return f
}

// next returns the bytes [from, to) of the first token in text at or after
// begin, and its index; -1 without one.
func (f *finder) next(text string, begin int) (token, from, to int) {
	for i := begin; i < len(text); i++ {
		if f.sole != 0 {
			skip := strings.IndexByte(text[i:], f.sole)
			if skip < 0 {
				break
			}
			i += skip
		} else if !f.first[text[i]] {
			continue
		}
		token, to = -1, i
		node := uint32(pieces.RootNode)
		for j := i; j < len(text); {
			r, n := utf8.DecodeRuneInString(text[j:])
			e := f.trie.Step(node, r)
			if e == nil {
				break
			}
			j += n
			node = e.Child
			if e.Value >= 0 {
				token, to = int(e.Value), j
			}
		}
		if token >= 0 {
			return token, i, to
		}
	}
	return -1, len(text), len(text)
}

// split calls plain for the stretches of text between added tokens, never empty, and
// token for the tokens, in order; offsets are in bytes. A token that takes the white
// space after it does not keep others from being found in that white space, where
// they overlap it: that is the reference's.
func (f *finder) split(text string, plain func(from, to int), token func(t *AddedToken, from, to int)) {
	done := 0
	for begin := 0; ; {
		k, from, to := f.next(text, begin)
		if k < 0 {
			break
		}
		begin = to
		t := &f.tokens[k]
		if t.SingleWord && (endsInWord(text[:from]) || beginsInWord(text[to:])) {
			continue
		}
		if t.LStrip {
			from = max(done, len(strings.TrimRightFunc(text[:from], aligned.IsSpace)))
		}
		if t.RStrip {
			to = len(text) - len(strings.TrimLeftFunc(text[to:], aligned.IsSpace))
		}
		if done < from {
			plain(done, from)
		}
		if from < to {
			token(t, from, to)
		}
		done = to
	}
	if done < len(text) {
		plain(done, len(text))
	}
}

func endsInWord(s string) bool {
	r, n := utf8.DecodeLastRuneInString(s)
	return n > 0 && aligned.IsWordChar(r)
}

func beginsInWord(s string) bool {
	r, n := utf8.DecodeRuneInString(s)
	return n > 0 && aligned.IsWordChar(r)
}
