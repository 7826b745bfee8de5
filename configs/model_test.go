package configs

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/lmkor/bench/models/hf"
)

func TestModelFiles(t *testing.T) {
	path := write(t, "mine.yaml", "name: mine\ndir: weights\n")
	m, err := FindModel(path)
	if err != nil || m.Title != "mine" || m.Dir != filepath.Join(filepath.Dir(path), "weights") {
		t.Errorf("%+v, %v", m, err)
	}
	const scratch = "name: mine\nscratch:\n  config: {model_type: bert, hidden_size: 8}\n  tokenizer: {vocab_size: 500}\n"
	if m, err = FindModel(write(t, "mine.yaml", scratch)); err != nil || m.Scratch.Tokenizer.VocabSize != 500 {
		t.Errorf("%+v, %v", m, err)
	}
	for _, c := range []struct{ name, from, to, want string }{
		{"name", "name: mine\n", "", `mine.yaml:1:1: name: want one`},
		{"two kinds", "name: mine\n", "name: mine\nhub: a/b\n", `mine.yaml:1:1: want one of hub, archive, dir and scratch`},
		{"vocabulary", "500", "50", `mine.yaml:4:27: vocab_size 50: want 100 to`},
		{"vocabulary in two places", "hidden_size: 8", "vocab_size: 8", `mine.yaml:3:42: vocab_size belongs under tokenizer`},
		{"no model type", "model_type: bert, ", "", `mine.yaml:3:11: config: want a model_type`},
		{"config's field", "hidden_size", "hiden_size", `mine.yaml:3:42: unknown field "hiden_size": did you mean "hidden_size"?`},
		{"a part that is none", "bert, hidden_size: 8", "encoder-decoder, encoder: 8", `mine.yaml:3:50: encoder: want a config`},
		{"a part of a model that has none", "hidden_size: 8", "encoder: 8", `mine.yaml:3:39: unknown field "encoder"`},
		{"an architecture that does not run", "bert, hidden_size: 8", "t5", `mine.yaml:3:24: model_type t5: want one of bert`},
		{"a part's field", "bert, hidden_size: 8", "encoder-decoder, encoder: {model_type: bert, hiden_size: 8}", `mine.yaml:3:81: unknown field "hiden_size": did you mean "hidden_size"?`},
		{"tokenizer's field", "vocab_size: 500", "vocabsize: 500", `mine.yaml:4:15: unknown field "vocabsize": did you mean "vocab_size"?`},
		{"recipe", "name: mine\n", "name: mine\nrecipe: scrach\n", `mine.yaml:2:9: no recipe "scrach": did you mean "scratch"?`},
	} {
		_, err := FindModel(write(t, "mine.yaml", strings.Replace(scratch, c.from, c.to, 1)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v\nwant %q", c.name, err, c.want)
		}
	}
}

func TestEmbeddedModels(t *testing.T) {
	all, err := Models()
	if err != nil {
		t.Fatal(err)
	}
	table, err := FindPublished("lmkor")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]bool{}
	for _, m := range all {
		if m.Scratch == nil && m.Architecture == "" {
			t.Errorf("%s: no architecture", m.Name)
		}
		if m.Published != "" {
			rows[m.Published] = true
		}
		if m.Scratch != nil {
			raw, err := m.Scratch.ConfigJSON()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := hf.ParseConfig(raw); err != nil {
				t.Errorf("%s: %v", m.Name, err)
			}
		}
	}
	for _, r := range table.Rows {
		if !rows[r.Model] {
			t.Errorf("published row %s belongs to no model", r.Model)
		}
	}
}

func TestMistypedTask(t *testing.T) {
	for name, want := range map[string]string{"nmsc": "nsmc", "naver_ner": "naver-ner", "hatespeech": "hate-speech", "nsmc": "", "nsmc-short": "", "paws2": "", "sts": "", "toxicity": ""} {
		if got := mistypedTask(name); got != want {
			t.Errorf("mistypedTask(%q) = %q, want %q", name, got, want)
		}
	}
}
