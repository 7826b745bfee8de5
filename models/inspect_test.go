package models_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
)

// TestInspectTakesAnyConfig spoils each number and list of a config of every
// architecture: the answer is an error or a model, never a panic or an
// allocation beyond the weights.
func TestInspectTakesAnyConfig(t *testing.T) {
	dirs, err := filepath.Glob("testdata/random/*")
	if err != nil || len(dirs) == 0 {
		t.Fatal(err, dirs)
	}
	if testing.Short() {
		dirs = dirs[:10]
	}
	for _, dir := range dirs {
		raw, err := os.ReadFile(filepath.Join(dir, "config.json"))
		if err != nil {
			t.Fatal(err)
		}
		w, err := hf.OpenWeights(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		var whole map[string]any
		if err := json.Unmarshal(raw, &whole); err != nil {
			t.Fatal(err)
		}
		spoil(whole, func(what string) {
			defer func() {
				if r := recover(); r != nil {
					t.Errorf("%s: %s: panic: %v", filepath.Base(dir), what, r)
				}
			}()
			raw, err := json.Marshal(whole)
			if err != nil {
				t.Fatal(err)
			}
			c, err := hf.ParseConfig(raw)
			if err != nil {
				return
			}
			c.MaxTokens()
			c.Vocabulary()
			head, err := models.HeadOf(&c.Config)
			if err != nil {
				return
			}
			_, _, _ = models.Inspect(c.Config, head, w)
		})
	}
}

// spoil calls f with every number and list of v changed in turn, those of nested
// objects too.
func spoil(v map[string]any, f func(what string)) {
	for name, was := range v {
		var others []any
		switch was := was.(type) {
		case float64:
			others = []any{0, -1, 3, 1 << 40, -1 << 40}
		case []any:
			others = []any{[]any{}, []any{0}, []any{-1, 2}, []any{1 << 40}, append([]any{1}, was...)}
		case map[string]any:
			spoil(was, func(what string) { f(name + "." + what) })
			others = []any{map[string]any{}}
		case nil:
			others = []any{0, -1, 1}
		case string:
			others = []any{"", "none such"}
		}
		for _, o := range others {
			v[name] = o
			f(fmt.Sprintf("%s = %v", name, o))
		}
		v[name] = was
	}
}
