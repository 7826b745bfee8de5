package tokenizers

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/lmkor/bench/tokenizers/aligned"
	"github.com/lmkor/bench/tokenizers/decoders"
	"github.com/lmkor/bench/tokenizers/normalizers"
)

func parseDecoder(b json.RawMessage) (decoders.Decoder, error) {
	steps, err := parseDecoderSteps(b, 0)
	if err != nil {
		return nil, err
	}
	if steps == nil {
		return decoders.Spaced{}, nil
	}
	return decoders.Chain(steps), nil
}

func parseDecoderSteps(b json.RawMessage, depth int) ([]decoders.Step, error) {
	p, err := parsePart(b)
	if p == nil || err != nil {
		return nil, err
	}
	var step decoders.Step
	switch p.Type {
	case "Sequence":
		if depth > maxNesting {
			return nil, fmt.Errorf("sequences nested more than %d deep", maxNesting)
		}
		steps := []decoders.Step{}
		for _, b := range p.Decoders {
			s, err := parseDecoderSteps(b, depth+1)
			if err != nil {
				return nil, err
			}
			steps = append(steps, s...)
		}
		return steps, nil
	case "WordPiece":
		step = decoders.WordPieceDecoder{Prefix: p.Prefix, Cleanup: or(p.Cleanup, true)}.Step
	case "ByteLevel":
		step = decoders.DecodeByteLevel
	case "Metaspace":
		m, err := parseMetaspace(p)
		if err != nil {
			return nil, err
		}
		step = decoders.DecodeMetaspace(m.Mark, m.Prepend != "never")
	case "BPEDecoder":
		step = decoders.EachToken(func(i, n int, s string) string {
			return strings.ReplaceAll(s, p.Suffix, pick(i == n-1, "", " "))
		})
	case "ByteFallback":
		step = decoders.DecodeByteFallback
	case "Fuse":
		step = func(tokens []string) []string { return []string{strings.Join(tokens, "")} }
	case "Strip":
		step = decoders.EachToken(func(_, _ int, s string) string {
			for n := 0; n < p.Start && p.Content != "" && strings.HasPrefix(s, p.Content); n++ {
				s = s[len(p.Content):]
			}
			for n := 0; n < p.Stop && p.Content != "" && strings.HasSuffix(s, p.Content); n++ {
				s = s[:len(s)-len(p.Content)]
			}
			return s
		})
	case "Replace":
		pattern, err := p.Pattern.compileReplaced()
		if err != nil {
			return nil, fmt.Errorf("Replace: %w", err)
		}
		r := normalizers.Replaced{Pattern: pattern, Content: []rune(p.Content)}
		step = decoders.EachToken(func(_, _ int, s string) string {
			return string(aligned.AppendText(nil, r.Normalize(aligned.Append(nil, s, 0))))
		})
	default:
		return nil, unknownType("decoder", p.Type, "Sequence", "WordPiece", "ByteLevel", "Metaspace", "BPEDecoder",
			"ByteFallback", "Fuse", "Strip", "Replace")
	}
	return []decoders.Step{step}, nil
}
