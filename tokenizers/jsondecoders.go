package tokenizers

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// tokenDecoder is one step of decoding: it rewrites the list of tokens, which
// are joined in the end.
type tokenDecoder func(tokens []string) []string

// chain joins what its steps leave.
type chain []tokenDecoder

func (c chain) decode(tokens []string) string {
	for _, step := range c {
		tokens = step(tokens)
	}
	return strings.Join(tokens, "")
}

// spaced joins tokens by blanks, as the library does without a decoder.
type spaced struct{}

func (spaced) decode(tokens []string) string { return strings.Join(tokens, " ") }

func parseDecoder(b json.RawMessage) (decoder, error) {
	steps, err := parseDecoderSteps(b, 0)
	if err != nil {
		return nil, err
	}
	if steps == nil {
		return spaced{}, nil
	}
	return chain(steps), nil
}

func parseDecoderSteps(b json.RawMessage, depth int) ([]tokenDecoder, error) {
	p, err := parsePart(b)
	if p == nil || err != nil {
		return nil, err
	}
	var step tokenDecoder
	switch p.Type {
	case "Sequence":
		if depth > maxNesting {
			return nil, fmt.Errorf("sequences nested more than %d deep", maxNesting)
		}
		steps := []tokenDecoder{}
		for _, b := range p.Decoders {
			s, err := parseDecoderSteps(b, depth+1)
			if err != nil {
				return nil, err
			}
			steps = append(steps, s...)
		}
		return steps, nil
	case "WordPiece":
		d := wordPieceDecoder{p.Prefix, or(p.Cleanup, true)}
		step = func(tokens []string) []string { return []string{d.decode(tokens)} }
	case "ByteLevel":
		step = decodeByteLevel
	case "Metaspace":
		m, err := parseMetaspace(p)
		if err != nil {
			return nil, err
		}
		step = m.decode
	case "BPEDecoder":
		step = eachToken(func(i, n int, s string) string {
			return strings.ReplaceAll(s, p.Suffix, pick(i == n-1, "", " "))
		})
	case "ByteFallback":
		step = decodeByteFallback
	case "Fuse":
		step = func(tokens []string) []string { return []string{strings.Join(tokens, "")} }
	case "Strip":
		step = eachToken(func(_, _ int, s string) string {
			for n := 0; n < p.Start && p.Content != "" && strings.HasPrefix(s, p.Content); n++ {
				s = s[len(p.Content):]
			}
			for n := 0; n < p.Stop && p.Content != "" && strings.HasSuffix(s, p.Content); n++ {
				s = s[:len(s)-len(p.Content)]
			}
			return s
		})
	case "Replace":
		pattern, err := p.Pattern.compile()
		if err != nil {
			return nil, fmt.Errorf("Replace: %w", err)
		}
		r := replaced{pattern, []rune(p.Content)}
		step = eachToken(func(_, _ int, s string) string {
			return string(appendText(nil, r.normalize(appendChars(nil, s, 0))))
		})
	default:
		return nil, unknownType("decoder", p.Type, "Sequence", "WordPiece", "ByteLevel", "Metaspace", "BPEDecoder",
			"ByteFallback", "Fuse", "Strip", "Replace")
	}
	return []tokenDecoder{step}, nil
}

// eachToken makes a step of what f makes of the i-th of n tokens.
func eachToken(f func(i, n int, s string) string) tokenDecoder {
	return func(tokens []string) []string {
		out := make([]string, len(tokens))
		for i, s := range tokens {
			out[i] = f(i, len(tokens), s)
		}
		return out
	}
}

// decodeByteLevel reads tokens as bytes; a token with other characters, an added one, stands for itself.
func decodeByteLevel(tokens []string) []string {
	var text []byte
	for _, token := range tokens {
		begin, spelled := len(text), true
		for _, r := range token {
			b, ok := runeBytes[r]
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

func (m metaspace) decode(tokens []string) []string {
	out := make([]string, len(tokens))
	for i, s := range tokens {
		out[i] = strings.ReplaceAll(s, string(m.mark), pick(i == 0 && m.prepend != "never", "", " "))
	}
	return out
}

// decodeByteFallback reads runs of <0x..> tokens as UTF-8, each byte of a run that is
// none as a replacement character.
func decodeByteFallback(tokens []string) []string {
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
