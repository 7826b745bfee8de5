// Package decoders joins tokens to text again.
package decoders

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// Decoder joins tokens to text.
type Decoder interface {
	Decode(tokens []string) string
}

// Step is one step of decoding: it rewrites the list of tokens, which
// are joined in the end.
type Step func(tokens []string) []string

// Chain joins what its steps leave.
type Chain []Step

func (c Chain) Decode(tokens []string) string {
	for _, step := range c {
		tokens = step(tokens)
	}
	return strings.Join(tokens, "")
}

// Spaced joins tokens by blanks, as the library does without a decoder.
type Spaced struct{}

func (Spaced) Decode(tokens []string) string { return strings.Join(tokens, " ") }

// WordPieceDecoder joins tokens by blanks, pieces with the prefix without one,
// and, to clean up, takes away blanks before signs.
type WordPieceDecoder struct {
	Prefix  string
	Cleanup bool
}

func (d WordPieceDecoder) Decode(tokens []string) string { return strings.Join(d.Step(tokens), "") }

// Step rewrites each token as it reads behind those before it.
func (d WordPieceDecoder) Step(tokens []string) []string {
	out := make([]string, len(tokens))
	for i, token := range tokens {
		if i > 0 {
			if rest, ok := strings.CutPrefix(token, d.Prefix); ok {
				token = rest
			} else {
				token = " " + token
			}
		}
		if d.Cleanup {
			token = Tidy(token)
		}
		out[i] = token
	}
	return out
}

// Tidy undoes the blanks that splitting put around English signs, one kind
// after the other, as the reference does.
func Tidy(s string) string {
	if !strings.Contains(s, " ") {
		return s
	}
	for _, p := range [...][2]string{
		{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"}, {" n't", "n't"},
		{" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
	} {
		s = strings.ReplaceAll(s, p[0], p[1])
	}
	return s
}

// SpacesFirst is the decoder of SentencePiece's pieces: marks are blanks, and
// the first is dropped.
type SpacesFirst struct{ Mark string }

func (d SpacesFirst) Decode(tokens []string) string {
	text := strings.ReplaceAll(strings.Join(tokens, ""), d.Mark, " ")
	return strings.TrimPrefix(text, " ")
}

// EachToken makes a step of what f makes of the i-th of n tokens.
func EachToken(f func(i, n int, s string) string) Step {
	return func(tokens []string) []string {
		out := make([]string, len(tokens))
		for i, s := range tokens {
			out[i] = f(i, len(tokens), s)
		}
		return out
	}
}

// DecodeByteLevel reads tokens as bytes; a token with other characters, an added one, stands for itself.
func DecodeByteLevel(tokens []string) []string {
	var text []byte
	for _, token := range tokens {
		begin, spelled := len(text), true
		for _, r := range token {
			b, ok := aligned.RuneBytes[r]
			if !ok {
				spelled = false
				break
			}
			text = append(text, b)
		}
		if !spelled {
			text = append(text[:begin], token...)
		}
	}
	return []string{lossy(text)}
}

// lossy returns text as a string, with a replacement character for each broken
// sequence: as many bytes as a whole one could have begun with.
func lossy(text []byte) string {
	if utf8.Valid(text) {
		return string(text)
	}
	var out []byte
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			for i+n < len(text) && n < utf8.UTFMax && !utf8.FullRune(text[i:i+n+1]) {
				n++
			}
			if n == 1 || utf8.FullRune(text[i:i+n]) {
				n = 1
			}
		}
		out = utf8.AppendRune(out, r)
		i += n
	}
	return string(out)
}

// DecodeMetaspace makes a step that puts blanks in the place of marks; the text
// begins without one if strip.
func DecodeMetaspace(mark rune, strip bool) Step {
	return EachToken(func(i, _ int, s string) string {
		with := " "
		if i == 0 && strip {
			with = ""
		}
		return strings.ReplaceAll(s, string(mark), with)
	})
}

// DecodeByteFallback reads runs of <0x..> tokens as UTF-8, each byte of a run that is
// none as a replacement character.
func DecodeByteFallback(tokens []string) []string {
	var out []string
	var run []byte
	flush := func() {
		switch {
		case len(run) == 0:
		case utf8.Valid(run):
			out = append(out, string(run))
		default:
			for range run {
				out = append(out, "\uFFFD")
			}
		}
		run = nil
	}
	for _, token := range tokens {
		if len(token) == 6 && strings.HasPrefix(token, "<0x") && token[5] == '>' {
			if b, err := strconv.ParseUint(token[3:5], 16, 8); err == nil {
				run = append(run, byte(b))
				continue
			}
		}
		flush()
		out = append(out, token)
	}
	flush()
	return out
}
