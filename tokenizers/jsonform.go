package tokenizers

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/lmkor/bench/tokenizers/pattern"
)

// jsonForm is tokenizer.json, as the tokenizers library writes it.
type jsonForm struct {
	Added   []AddedToken    `json:"added_tokens"`
	Norm    json.RawMessage `json:"normalizer"`
	Pre     json.RawMessage `json:"pre_tokenizer"`
	Post    json.RawMessage `json:"post_processor"`
	Decoder json.RawMessage `json:"decoder"`
	Model   json.RawMessage `json:"model"`

	Truncation *struct {
		Direction string `json:"direction"`
	} `json:"truncation"`
}

// part of a pipeline in JSON: its type, and what the types have between them.
type jsonPart struct {
	Type string `json:"type"`

	// Sequences.
	Normalizers   []json.RawMessage `json:"normalizers"`
	Pretokenizers []json.RawMessage `json:"pretokenizers"`
	Processors    []json.RawMessage `json:"processors"`
	Decoders      []json.RawMessage `json:"decoders"`

	// Normalizers.
	CleanText    bool         `json:"clean_text"`
	Ideographs   bool         `json:"handle_chinese_chars"`
	StripAccents *bool        `json:"strip_accents"`
	Lowercase    bool         `json:"lowercase"`
	StripLeft    bool         `json:"strip_left"`
	StripRight   bool         `json:"strip_right"`
	Charsmap     []byte       `json:"precompiled_charsmap"` // base64
	Pattern      *jsonPattern `json:"pattern"`
	Content      string       `json:"content"`
	Prepend      string       `json:"prepend"`

	// Pre-tokenizers; some of them are decoders and post-processors too.
	AddPrefixSpace *bool  `json:"add_prefix_space"`
	UseRegex       *bool  `json:"use_regex"`
	TrimOffsets    *bool  `json:"trim_offsets"`
	Delimiter      string `json:"delimiter"`
	Replacement    string `json:"replacement"`
	PrependScheme  string `json:"prepend_scheme"`
	Split          *bool  `json:"split"`
	Behavior       string `json:"behavior"`
	Invert         bool   `json:"invert"`
	Individual     bool   `json:"individual_digits"`

	// Post-processors.
	Sep     jsonSpecial                      `json:"sep"`
	Cls     jsonSpecial                      `json:"cls"`
	Single  []jsonTemplatePart               `json:"single"`
	Pair    []jsonTemplatePart               `json:"pair"`
	Special map[string]struct{ IDs []int32 } `json:"special_tokens"`

	// Decoders.
	Prefix  string `json:"prefix"`
	Suffix  string `json:"suffix"`
	Cleanup *bool  `json:"cleanup"`
	Start   int    `json:"start"`
	Stop    int    `json:"stop"`
}

// jsonPattern is {"String": …} or {"Regex": …}.
type jsonPattern struct {
	String *string
	Regex  *string
}

func (p *jsonPattern) compile() (pattern.Pattern, error) {
	switch {
	case p == nil:
		return nil, fmt.Errorf("no pattern")
	case p.String != nil && *p.String != "":
		return pattern.Verbatim([]rune(*p.String)), nil
	case p.Regex != nil:
		return pattern.Parse(*p.Regex)
	}
	return nil, fmt.Errorf("pattern: want a String or a Regex")
}

// compileReplaced is compile for a pattern whose matches are replaced, and so have to match something.
func (p *jsonPattern) compileReplaced() (pattern.Pattern, error) {
	x, err := p.compile()
	if err == nil && pattern.MayBeEmpty(x) {
		return nil, fmt.Errorf("pattern %q may match nothing: there is nothing to replace", *p.Regex)
	}
	return x, err
}

// jsonSpecial is ["[SEP]", 3].
type jsonSpecial struct {
	token string
	id    int32
}

func (s *jsonSpecial) UnmarshalJSON(b []byte) error {
	if err := json.Unmarshal(b, &[]any{&s.token, &s.id}); err != nil {
		return err
	}
	if s.id < 0 {
		return fmt.Errorf("special token %q: id %d", s.token, s.id)
	}
	return nil
}

// jsonTemplatePart is {"SpecialToken": {"id": "[CLS]", "type_id": 0}}, or the like
// with Sequence and A or B.
type jsonTemplatePart struct {
	SpecialToken, Sequence *struct {
		ID     string `json:"id"`
		TypeID int32  `json:"type_id"`
	}
}

// parsePart decodes one part; absent, or null, it is nil.
func parsePart(b json.RawMessage) (*jsonPart, error) {
	if len(b) == 0 || string(b) == "null" {
		return nil, nil
	}
	p := new(jsonPart)
	if err := json.Unmarshal(b, p); err != nil {
		return nil, err
	}
	return p, checkFormKeys(p.Type, b)
}

// unknownType is the error for a part that is of none of the types known.
func unknownType(kind, name string, known ...string) error {
	slices.Sort(known)
	return fmt.Errorf("%s %q: want one of %q", kind, name, known)
}
