package tokenizers

import (
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
	}
	if b := files[specialFile]; b != nil && c.AddedDecoder == nil {
		// Only directories older than added_tokens_decoder heed this file.
		if err := unmarshal(specialFile, b, c); err != nil {
			return nil, err
		}
	}
	c.Class = strings.TrimSuffix(c.Class, "Fast")
	if c.Class == "" && c.modelType == "funnel" {
		c.Class = "FunnelTokenizer"
	}
	return c, nil
}

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
		if err != nil || id < 0 || id > maxID {
			return nil, &Error{File: configFile, Msg: "added_tokens_decoder: id " + strconv.Quote(key) + ": want a number from 0 to " + strconv.Itoa(maxID)}
		}
		a.ID = int32(id)
		list = append(list, a)
	}
	slices.SortFunc(list, func(a, b AddedToken) int { return int(a.ID) - int(b.ID) })
	return list, nil
}

// maxID bounds ids, so that a file can't ask for more memory than a vocabulary needs.
const maxID = 1<<24 - 1
