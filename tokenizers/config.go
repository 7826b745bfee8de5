package tokenizers

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
)

// config is what tokenizer_config.json, special_tokens_map.json and
// added_tokens.json say, in their forms of all years.
type config struct {
	Class      string `json:"tokenizer_class"`
	Lower      *bool  `json:"do_lower_case"`
	Strip      *bool  `json:"strip_accents"`
	Ideographs *bool  `json:"tokenize_chinese_chars"`
	Tidies     bool   `json:"clean_up_tokenization_spaces"`

	BlankFirst  bool  `json:"add_prefix_space"`
	TrimOffsets *bool `json:"trim_offsets"`
	KeepAccents bool  `json:"keep_accents"`
	RemoveSpace *bool `json:"remove_space"`

	Unk  *tokenField `json:"unk_token"`
	Sep  *tokenField `json:"sep_token"`
	Pad  *tokenField `json:"pad_token"`
	Cls  *tokenField `json:"cls_token"`
	Mask *tokenField `json:"mask_token"`
	Bos  *tokenField `json:"bos_token"`
	Eos  *tokenField `json:"eos_token"`

	Additional   []tokenField          `json:"additional_special_tokens"`
	AddedDecoder map[string]AddedToken `json:"added_tokens_decoder"` // by id; absent before 2023

	TruncationSide string          `json:"truncation_side"`
	SplitSpecial   bool            `json:"split_special_tokens"`
	BosFirst       bool            `json:"add_bos_token"`
	SplitPunct     bool            `json:"split_by_punct"`
	AutoMap        json.RawMessage `json:"auto_map"`

	modelType   string // of config.json, or of the encoder in it
	read        bool   // there is a tokenizer_config.json
	classFile   string // the file that Class comes from
	autoMapFile string // the file that AutoMap comes from
}

// tokenField is a special token: its text alone, or an object with switches.
type tokenField struct {
	AddedToken
	plain   bool // the text alone
	assumed bool // the class's, not the files'
}

func (f *tokenField) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		*f = tokenField{plain: true}
		return json.Unmarshal(b, &f.Content)
	}
	f.plain = false
	return json.Unmarshal(b, &f.AddedToken)
}

// readConfig reads the configuration of s; all of its files may be absent.
func readConfig(s *source) (*config, error) {
	c := new(config)
	for _, f := range []struct {
		name string
		read func([]byte) error
	}{
		{modelConfig, c.readModel},
		{configFile, c.readOwn},
		{specialFile, c.readSpecial},
		{addedFile, c.readAdded},
	} {
		b, err := s.read(f.name)
		if err != nil {
			return nil, err
		}
		if b == nil {
			continue
		}
		if err := f.read(b); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// readModel reads the model's config.json, which tells the class where nothing else does.
func (c *config) readModel(b []byte) error {
	var m struct {
		ModelType string          `json:"model_type"`
		Tokenizer string          `json:"tokenizer_class"`
		AutoMap   json.RawMessage `json:"auto_map"`
		Encoder   struct {
			ModelType string `json:"model_type"`
		} `json:"encoder"`
	}
	if err := unmarshal(modelConfig, b, &m); err != nil {
		return err
	}
	if c.modelType = m.ModelType; m.ModelType == "encoder-decoder" {
		c.modelType = m.Encoder.ModelType
	}
	c.Class, c.classFile = m.Tokenizer, modelConfig
	c.AutoMap, c.autoMapFile = m.AutoMap, modelConfig
	return nil
}

// readOwn reads tokenizer_config.json, whose class goes before config.json's.
func (c *config) readOwn(b []byte) error {
	if err := checkConfigKeys(b); err != nil {
		return err
	}
	class, autoMap := c.Class, c.AutoMap
	c.Class, c.AutoMap = "", nil
	if err := unmarshal(configFile, b, c); err != nil {
		return err
	}
	c.read = true
	switch {
	case c.Class != "":
		c.classFile, c.autoMapFile = configFile, configFile
	case c.AutoMap != nil:
		c.Class, c.autoMapFile = class, configFile
	default:
		c.Class, c.AutoMap = class, autoMap
	}
	switch c.TruncationSide {
	case "", "left", "right":
	default:
		return &Error{File: configFile, Msg: "truncation_side " + strconv.Quote(c.TruncationSide) + ": want left or right"}
	}
	return nil
}

// readSpecial reads special_tokens_map.json, which only directories older than
// added_tokens_decoder heed.
func (c *config) readSpecial(b []byte) error {
	if c.AddedDecoder != nil {
		return nil
	}
	return unmarshal(specialFile, b, c)
}

// ownCode is the Python class of the directory's own that auto_map names, "" if there is none.
func (c *config) ownCode() string {
	var names []*string
	var byKind struct{ AutoTokenizer []*string }
	if json.Unmarshal(c.AutoMap, &names) != nil && json.Unmarshal(c.AutoMap, &byKind) == nil {
		names = byKind.AutoTokenizer
	}
	for _, name := range names {
		if name != nil && *name != "" {
			return *name
		}
	}
	return ""
}

// readAdded reads added_tokens.json, a map of tokens to ids, as old as special_tokens_map.json.
func (c *config) readAdded(b []byte) error {
	if c.AddedDecoder != nil {
		return nil
	}
	var ids map[string]int64
	if err := unmarshal(addedFile, b, &ids); err != nil {
		return err
	}
	special := make(map[string]bool)
	for _, f := range []*tokenField{c.Unk, c.Sep, c.Pad, c.Cls, c.Mask, c.Bos, c.Eos} {
		if f != nil {
			special[f.Content] = true
		}
	}
	for _, f := range c.Additional {
		special[f.Content] = true
	}
	c.AddedDecoder = make(map[string]AddedToken, len(ids))
	for content, id := range ids {
		c.AddedDecoder[strconv.FormatInt(id, 10)] = AddedToken{
			Content: content, Normalized: !special[content], Special: special[content],
		}
	}
	return nil
}

// known reports whether transformers would load the directory at all: a bare tokenizer.json is the library's alone.
func (c *config) known() bool { return c.Class != "" || c.read }

// or is *p, or the default where the files say nothing.
func or[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// token returns the special token's field, or the class's default content.
func token(f *tokenField, content string) AddedToken {
	if f == nil || f.Content == "" {
		return AddedToken{Content: content, Special: true}
	}
	a := f.AddedToken
	a.Special = true
	a.replaces, a.named = a.replaces || !f.plain && !f.assumed, !f.assumed
	return a
}

// decoderTokens returns the tokens of added_tokens_decoder in the order of ids.
func (c *config) decoderTokens() ([]AddedToken, error) {
	list := make([]AddedToken, 0, len(c.AddedDecoder))
	for key, a := range c.AddedDecoder {
		id, err := strconv.ParseInt(key, 10, 32)
		if err != nil {
			return nil, &Error{File: configFile, Msg: "added_tokens_decoder: id " + strconv.Quote(key) + ": want a number"}
		}
		a.ID = int32(id)
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b AddedToken) int { return cmp.Compare(a.ID, b.ID) })
	return list, nil
}
