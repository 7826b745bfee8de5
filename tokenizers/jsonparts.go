package tokenizers

import (
	"encoding/json"
	"fmt"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/lmkor/bench/tokenizers/aligned"
	"github.com/lmkor/bench/tokenizers/normalizers"
	"github.com/lmkor/bench/tokenizers/pattern"
	"github.com/lmkor/bench/tokenizers/pieces"
	"github.com/lmkor/bench/tokenizers/splitters"
)

// maxNesting bounds sequences within sequences.
const maxNesting = 20

func parseNormalizer(b json.RawMessage, depth int) (normalizers.Normalizer, error) {
	p, err := parsePart(b)
	if p == nil || err != nil {
		return nil, err
	}
	switch p.Type {
	case "Sequence":
		if depth > maxNesting {
			return nil, fmt.Errorf("sequences nested more than %d deep", maxNesting)
		}
		var list normalizers.Sequence
		for _, b := range p.Normalizers {
			n, err := parseNormalizer(b, depth+1)
			if err != nil {
				return nil, err
			}
			if n != nil {
				list = append(list, n)
			}
		}
		if len(list) == 1 {
			return list[0], nil
		}
		return list, nil
	case "BertNormalizer":
		return normalizers.Bert{
			Clean: p.CleanText, Ideographs: p.Ideographs, Strip: or(p.StripAccents, p.Lowercase), Lower: p.Lowercase,
		}, nil
	case "NFC":
		return normalizers.Form{Form: norm.NFC}, nil
	case "NFD":
		return normalizers.Form{Form: norm.NFD}, nil
	case "NFKC":
		return normalizers.Form{Form: norm.NFKC}, nil
	case "NFKD":
		return normalizers.Form{Form: norm.NFKD}, nil
	case "Lowercase":
		return normalizers.Lowered{}, nil
	case "Strip":
		return normalizers.Trimmed{Left: p.StripLeft, Right: p.StripRight}, nil
	case "StripAccents":
		return normalizers.Dropped(normalizers.IsAnyMark), nil
	case "Nmt":
		return normalizers.NMT{}, nil
	case "Precompiled":
		m, err := normalizers.NewCharsmap(p.Charsmap)
		if m == nil || err != nil {
			return nil, err
		}
		return m, nil
	case "Replace":
		pattern, err := p.Pattern.compileReplaced()
		if err != nil {
			return nil, fmt.Errorf("Replace: %w", err)
		}
		return normalizers.Replaced{Pattern: pattern, Content: []rune(p.Content)}, nil
	case "Prepend":
		return normalizers.Prefixed([]rune(p.Prepend)), nil
	case "ByteLevel":
		return splitters.ByteLevel{}, nil
	}
	return nil, unknownType("normalizer", p.Type, "Sequence", "BertNormalizer", "NFC", "NFD", "NFKC", "NFKD",
		"Lowercase", "Strip", "StripAccents", "Nmt", "Precompiled", "Replace", "Prepend", "ByteLevel")
}

func parseSplitter(b json.RawMessage, depth int) (splitters.Splitter, error) {
	p, err := parsePart(b)
	if p == nil || err != nil {
		return nil, err
	}
	switch p.Type {
	case "Sequence":
		if depth > maxNesting {
			return nil, fmt.Errorf("sequences nested more than %d deep", maxNesting)
		}
		var list splitters.Sequence
		for _, b := range p.Pretokenizers {
			s, err := parseSplitter(b, depth+1)
			if err != nil {
				return nil, err
			}
			if s != nil {
				list = append(list, s)
			}
		}
		if len(list) == 1 {
			return list[0], nil
		}
		return list, nil
	case "BertPreTokenizer":
		return splitters.Bert{}, nil
	case "ByteLevel":
		return splitters.ByteLevel{BlankFirst: or(p.AddPrefixSpace, true), Words: or(p.UseRegex, true)}, nil
	case "Metaspace":
		return parseMetaspace(p)
	case "Whitespace":
		return splitters.Cutter{Pattern: pattern.WordRuns{}, Behavior: splitters.Removed, Invert: true}, nil
	case "WhitespaceSplit":
		return splitters.Cutter{Pattern: pattern.One(aligned.IsSpace), Behavior: splitters.Removed, Invert: false}, nil
	case "CharDelimiterSplit":
		r, n := utf8.DecodeRuneInString(p.Delimiter)
		if n == 0 || n < len(p.Delimiter) {
			return nil, fmt.Errorf("CharDelimiterSplit: delimiter %q: want one character", p.Delimiter)
		}
		return splitters.Cutter{Pattern: pattern.One(func(c rune) bool { return c == r }), Behavior: splitters.Removed}, nil
	case "Punctuation":
		b, err := parseBehavior(p.Behavior, "Isolated")
		return splitters.Cutter{Pattern: pattern.One(aligned.IsPunct), Behavior: b, Invert: false}, err
	case "Digits":
		if p.Individual {
			return splitters.Cutter{Pattern: pattern.One(aligned.IsNumeric), Behavior: splitters.Isolated, Invert: false}, nil
		}
		return splitters.Cutter{Pattern: pattern.One(aligned.IsNumeric), Behavior: splitters.Contiguous, Invert: false}, nil
	case "Split":
		pattern, err := p.Pattern.compile()
		if err != nil {
			return nil, fmt.Errorf("Split: %w", err)
		}
		b, err := parseBehavior(p.Behavior, "")
		return splitters.Cutter{Pattern: pattern, Behavior: b, Invert: p.Invert}, err
	}
	return nil, unknownType("pre_tokenizer", p.Type, "Sequence", "BertPreTokenizer", "ByteLevel", "Metaspace",
		"Whitespace", "WhitespaceSplit", "CharDelimiterSplit", "Punctuation", "Digits", "Split")
}

func parseBehavior(name, otherwise string) (splitters.Behavior, error) {
	if name == "" {
		name = otherwise
	}
	switch name {
	case "Removed":
		return splitters.Removed, nil
	case "Isolated":
		return splitters.Isolated, nil
	case "MergedWithPrevious":
		return splitters.MergedWithPrevious, nil
	case "MergedWithNext":
		return splitters.MergedWithNext, nil
	case "Contiguous":
		return splitters.Contiguous, nil
	}
	return 0, fmt.Errorf("behavior %q: want Removed, Isolated, MergedWithPrevious, MergedWithNext or Contiguous", name)
}

// parseMetaspace reads old forms, with add_prefix_space, and new, with prepend_scheme.
func parseMetaspace(p *jsonPart) (splitters.Metaspace, error) {
	m := splitters.Metaspace{Mark: pieces.SPBlank, Prepend: p.PrependScheme, Cut: or(p.Split, true)}
	if p.Replacement != "" {
		r, n := utf8.DecodeRuneInString(p.Replacement)
		if n < len(p.Replacement) {
			return m, fmt.Errorf("Metaspace: replacement %q: want one character", p.Replacement)
		}
		m.Mark = r
	}
	switch {
	case m.Prepend == "" && or(p.AddPrefixSpace, true):
		m.Prepend = "always"
	case m.Prepend == "":
		m.Prepend = "never"
	case m.Prepend != "always" && m.Prepend != "first" && m.Prepend != "never":
		return m, fmt.Errorf("Metaspace: prepend_scheme %q: want always, first or never", m.Prepend)
	}
	return m, nil
}

// parsePost reads the post-processor into t's template and trimming.
func (t *Tokenizer) parsePost(b json.RawMessage, depth int) error {
	p, err := parsePart(b)
	if p == nil || err != nil {
		return err
	}
	switch p.Type {
	case "Sequence":
		if depth > maxNesting {
			return fmt.Errorf("sequences nested more than %d deep", maxNesting)
		}
		for _, b := range p.Processors {
			if err := t.parsePost(b, depth+1); err != nil {
				return err
			}
		}
		return nil
	case "BertProcessing":
		t.template = bertTemplate(p.Cls.id, p.Sep.id, 0)
	case "RobertaProcessing":
		t.template = robertaTemplate(p.Cls.id, p.Sep.id)
		if or(p.TrimOffsets, true) {
			t.trim = &trimmedOffsets{or(p.AddPrefixSpace, true)}
		}
	case "ByteLevel":
		if or(p.TrimOffsets, true) {
			t.trim = &trimmedOffsets{or(p.AddPrefixSpace, true)}
		}
	case "TemplateProcessing":
		single, err := p.template(p.Single)
		if err != nil {
			return err
		}
		for _, x := range single {
			if x.id == secondText {
				return fmt.Errorf("TemplateProcessing: sequence B in single: want A, for there is one text")
			}
		}
		pair, err := p.template(p.Pair)
		if err != nil {
			return err
		}
		t.template = newTemplate(single, pair)
	default:
		return unknownType("post_processor", p.Type,
			"Sequence", "BertProcessing", "RobertaProcessing", "ByteLevel", "TemplateProcessing")
	}
	return nil
}

// template reads one side of TemplateProcessing.
func (p *jsonPart) template(list []jsonTemplatePart) ([]part, error) {
	if len(list) > maxTemplate {
		return nil, fmt.Errorf("TemplateProcessing: %d parts: want at most %d", len(list), maxTemplate)
	}
	var parts []part
	for _, l := range list {
		switch {
		case l.SpecialToken != nil:
			s, ok := p.Special[l.SpecialToken.ID]
			if !ok {
				return nil, fmt.Errorf("TemplateProcessing: %q is not among its special_tokens", l.SpecialToken.ID)
			}
			if len(s.IDs) > maxTemplate {
				return nil, fmt.Errorf("TemplateProcessing: %q is %d tokens: want at most %d", l.SpecialToken.ID, len(s.IDs), maxTemplate)
			}
			for _, id := range s.IDs {
				if id < 0 {
					return nil, fmt.Errorf("TemplateProcessing: id %d", id)
				}
				parts = append(parts, part{id, l.SpecialToken.TypeID})
			}
		case l.Sequence != nil && l.Sequence.ID == "A":
			parts = append(parts, part{firstText, l.Sequence.TypeID})
		case l.Sequence != nil && l.Sequence.ID == "B":
			parts = append(parts, part{secondText, l.Sequence.TypeID})
		default:
			return nil, fmt.Errorf("TemplateProcessing: want SpecialToken, or Sequence A or B")
		}
	}
	return parts, nil
}
