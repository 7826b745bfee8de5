package strictyaml

import (
	"errors"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

type inner struct {
	Epochs int  `yaml:"epochs"`
	Deep   bool `yaml:"deep"`
}

type outer struct {
	Name  string             `yaml:"name"`
	Count int                `yaml:"count"`
	Seeds []uint64           `yaml:"seeds"`
	Words []string           `yaml:"words"`
	Rates map[string]float64 `yaml:"rates"`
	Inner inner              `yaml:"inner"`
	List  []struct {
		Model string `yaml:"model"`
	} `yaml:"list"`
	Free yaml.Node `yaml:"free"`
}

func TestLoad(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"good", "name: x\ncount: 3\nseeds: [1, 2]\nrates: {a: 1, b: 0.5}\ninner: {deep: true}\nfree: {anything: [1]}\n", ""},
		{"numbers as words", "words: [0, 1, yes, 1.0]\n", ""},
		{"unknown field", "name: x\ncuont: 3\n", `my.yaml:2:1: unknown field "cuont": did you mean "count"?`},
		{"unknown field below", "inner:\n  epoch: 3\n", `my.yaml:2:3: unknown field "epoch": did you mean "epochs"?`},
		{"a field of another place", "inner:\n  words: []\n", `my.yaml:2:3: unknown field "words": want one of epochs, deep`},
		{"unknown field in a list", "list:\n  - {model: a}\n  - {modell: b}\n", `my.yaml:3:6: unknown field "modell": did you mean "model"?`},
		{"3.5 for a whole number", "count: 3.5\n", `my.yaml:1:8: "3.5": want a whole number`},
		{"a word for a number", "rates: {a: much}\n", `my.yaml:1:12: "much": want a number`},
		{"below zero", "seeds: [-1]\n", `want a whole number, 0 or more`},
		{"a word for a list", "seeds: 3\n", `my.yaml:1:8: "3": want a list`},
		{"a long word for a list", "seeds: much-longer-than-that\n", `my.yaml:1:8: "much-longer-than-that": want a list`},
		{"a list for a word", "name: [a]\n", `my.yaml:1:7: a list: want a word`},
		{"not a truth", "inner: {deep: maybe}\n", `want true or false`},
		{"a list at the top", "- 1\n", `my.yaml:1:1: a list: want a mapping of fields`},
		{"key twice", "count: 1\ncount: 2\n", `my.yaml:2:1: "count" a second time, after line 1`},
		{"empty", "", `my.yaml: is empty`},
		{"two documents", "count: 1\n---\ncount: 2\n", `my.yaml: expected single document`},
		{"broken", "words: [\n", `my.yaml:2:1: `},
		{"tab", "\tname: x\n", `my.yaml:1:1: `},
		{"unknown anchor", "words: [*z]\n", `my.yaml:1:9: unknown anchor`},
		{"not UTF-8", "\xff\n", `my.yaml: `},
	} {
		t.Run(c.name, func(t *testing.T) {
			var v outer
			err := Load([]byte(c.text), "my.yaml", &v)
			if c.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			var e *Error
			if !errors.As(err, &e) || !strings.HasPrefix(e.File, "my.yaml") || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v\nwant %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "strictyaml.") {
				t.Errorf("error %v: names a Go type", err)
			}
		})
	}
}

func TestEveryMistakeIsReported(t *testing.T) {
	var v outer
	err := Load([]byte("nmae: x\ncount: 1.5\ninner: {deep: 3}\n"), "my.yaml", &v)
	if err == nil || strings.Count(err.Error(), "my.yaml:") != 3 {
		t.Errorf("error %v, want three", err)
	}
}

func TestPlace(t *testing.T) {
	text := "name: x\nfiles:\n  train: a\nlabels: [1]\n"
	for _, c := range []struct{ keys, want string }{
		{"name", "my.yaml:1:7: bad"},
		{"files train", "my.yaml:3:10: bad"},
		{"files test", "my.yaml:3:3: bad"},
		{"metric", "my.yaml:1:1: bad"},
		{"name deeper", "my.yaml:1:7: bad"},
	} {
		if got := Place([]byte(text), "my.yaml", "bad", strings.Fields(c.keys)...).Error(); got != c.want {
			t.Errorf("%s: %s, want %s", c.keys, got, c.want)
		}
	}
	if got := Place(nil, "my.yaml", "bad", "name").Error(); got != "my.yaml: bad" {
		t.Error(got)
	}
}

func TestLeadingZeros(t *testing.T) {
	type inner struct {
		Rate  float64           `yaml:"rate"`
		Names map[string]string `yaml:"names"`
		Any   map[string]any    `yaml:"any"`
	}
	var v struct {
		Seeds  []uint64  `yaml:"seeds"`
		Labels []string  `yaml:"labels"`
		Inner  *inner    `yaml:"inner"`
		Node   yaml.Node `yaml:"node"`
	}
	good := "seeds: [0, 10, 42]\nlabels: [00, 01, 042]\ninner: {rate: 0.5, names: {a: 007}, any: {b: '010', c: 0}}\nnode: {seed: 042}\n"
	if err := Load([]byte(good), "a.yaml", &v); err != nil || v.Labels[2] != "042" {
		t.Errorf("%v, %+v", err, v)
	}
	err := Load([]byte("seeds: [1, 042]\ninner:\n  rate: -007\n  any: {b: 010}\n"), "a.yaml", &v)
	for _, want := range []string{
		"a.yaml:1:12: 042: want 42, for a number that begins with 0 may mean an octal one",
		"a.yaml:3:9: -007: want -7", "a.yaml:4:12: 010: want 10",
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v\nwant %s", err, want)
		}
	}
}
