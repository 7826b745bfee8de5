package tokenizers

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
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

	modelType string // of config.json
	read      bool   // there is a tokenizer_config.json
}

// tokenField is a special token: its text alone, or an object with switches.
type tokenField struct{ AddedToken }

func (f *tokenField) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		f.AddedToken = AddedToken{}
		return json.Unmarshal(b, &f.Content)
	}
	return json.Unmarshal(b, &f.AddedToken)
}

// readConfig reads the configuration from files; all of them may be absent.
func readConfig(files map[string][]byte) (*config, error) {
	c := new(config)
	if b := files[modelConfig]; b != nil {
		var m struct {
			ModelType string `json:"model_type"`
			Tokenizer string `json:"tokenizer_class"`
		}
		if err := unmarshal(modelConfig, b, &m); err != nil {
			return nil, err
		}
		c.modelType, c.Class = m.ModelType, m.Tokenizer
	}
	if b := files[configFile]; b != nil {
		if err := unmarshal(configFile, b, c); err != nil {
			return nil, err
		}
		c.read = true
	}
	if b := files[specialFile]; b != nil && c.AddedDecoder == nil {
		// Only directories older than added_tokens_decoder heed this file.
		if err := unmarshal(specialFile, b, c); err != nil {
			return nil, err
		}
	}
	if b := files[addedFile]; b != nil && c.AddedDecoder == nil {
		if err := c.readAdded(b); err != nil {
			return nil, err
		}
	}
	c.Class = strings.TrimSuffix(c.Class, "Fast")
	if c.Class == "" && c.modelType == "funnel" {
		c.Class = "FunnelTokenizer"
	}
	return c, nil
}

// readAdded reads added_tokens.json, a map of tokens to ids.
func (c *config) readAdded(b []byte) error {
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
		c.AddedDecoder[strconv.FormatInt(id, 10)] = AddedToken{Content: content, Normalized: !special[content], Special: special[content]}
	}
	return nil
}

// known reports whether transformers would load the directory at all: a bare tokenizer.json is the library's alone.
func (c *config) known() bool { return c.Class != "" || c.modelType != "" || c.read }

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

// maxID bounds ids, so that a file can't ask for more memory than a vocabulary needs.
const maxID = 1<<24 - 1
