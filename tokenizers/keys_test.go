package tokenizers

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestKeysOfReference holds the lists of keys to the reference's own: each that it reads, or writes, is known here,
// or belongs to a type of part that is refused.
func TestKeysOfReference(t *testing.T) {
	b, err := os.ReadFile("testdata/keys.json")
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Config []string            `json:"tokenizer_config.json"`
		Form   map[string][]string `json:"tokenizer.json"`
	}
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	for _, key := range want.Config {
		if _, ok := configKeys[key]; !ok {
			t.Errorf("tokenizer_config.json: %s is not in any list", key)
		}
	}
	for of, keys := range want.Form {
		if of == "padding" { // idle as a whole
			continue
		}
		place, kind, isPart := strings.Cut(of, " ")
		if !isPart {
			kind = of
		}
		known, ok := formKeys[kind]
		if !ok {
			form := `{"model": {"type": "WordLevel", "vocab": {"a": 0}, "unk_token": "a"}, "` + place + `": {"type": "` + kind + `"}}`
			if _, err := Load(writeDir(t, "tokenizer.json", form)); err == nil || !strings.Contains(err.Error(), `"`+kind+`"`) {
				t.Errorf("%s: got %v, want it refused by name", of, err)
			}
			continue
		}
		for _, key := range keys {
			if _, ok := known[key]; !ok && key != "type" {
				t.Errorf("tokenizer.json: %s: %s is not in any list", of, key)
			}
		}
	}
}

// TestHeededKeys holds the lists to the code: a key that counts is one that the readers have a field for.
func TestHeededKeys(t *testing.T) {
	for key, use := range configKeys {
		b, _ := json.Marshal(map[string]any{key: map[string]any{}})
		var c config
		err := json.Unmarshal(b, &c) // most fields can't be an object
		read := err != nil || c.AutoMap != nil || c.AddedDecoder != nil ||
			c.Unk != nil || c.Sep != nil || c.Pad != nil || c.Cls != nil || c.Mask != nil || c.Bos != nil || c.Eos != nil
		if read != (use == heeded) {
			t.Errorf("%s: has a field: %v, said to count: %v", key, read, use == heeded)
		}
	}
}

func TestRefusedKeys(t *testing.T) {
	model := `"model": {"type": "BPE", "vocab": {"a": 0}, "merges": []}`
	for _, c := range []struct{ name, content, want string }{
		{"tokenizer_config.json", `{"extra_special_tokens": {"image_token": "<i>"}}`, `tokenizer_config.json: extra_special_tokens: {"image_token": "<i>"}: not implemented`},
		{"tokenizer_config.json", `{"sp_model_kwargs": {"enable_sampling": true}}`, "sp_model_kwargs"},
		{"tokenizer_config.json", `{"from_slow": true}`, "from_slow: true: not implemented"},
		{"tokenizer_config.json", `{"extra_special_tokens": {}, "sp_model_kwargs": {}, "from_slow": false, "vocab_file": null, "anything": 1}`, ""},
		{"tokenizer.json", `{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "dropout": 0.1}}`, "tokenizer.json: BPE: dropout: 0.1: not implemented"},
		{"tokenizer.json", `{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": [], "dropout": 0.0}}`, ""},
		{"tokenizer.json", `{` + model + `, "new": 1}`, `unknown key "new"`},
		{"tokenizer.json", `{` + model + `, "added_tokens": [{"id": 0, "content": "a", "new": 1}]}`, `added_tokens: unknown key "new"`},
		{"tokenizer.json", `{` + model + `, "truncation": {"new": 1}}`, `truncation: unknown key "new"`},
		{"tokenizer.json", `{` + model + `, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Digits", "new": 1}]}}`, `Digits: unknown key "new"`},
	} {
		files := []string{c.name, c.content}
		if c.name != "tokenizer.json" {
			files = append(files, "vocab.txt", smallVocab)
		}
		_, err := Load(writeDir(t, files...))
		if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: got %v, want %q", c.content, err, c.want)
		}
	}
}
