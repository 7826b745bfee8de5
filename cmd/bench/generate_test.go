package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/tokenizers"
)

// modelsTestdata is where the models' own reference outputs lie.
const modelsTestdata = "../../models/testdata"

// bench runs the program and returns its outputs.
func bench(t *testing.T, stdin string, args ...string) (status int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(args, strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}

// references returns the files of generated text of a model, with the
// directory of the model.
func references(t *testing.T, name, model string) map[string]string {
	t.Helper()
	found := map[string]string{}
	for _, root := range []string{modelsTestdata, os.Getenv("BENCH_GOLDEN")} {
		if file := filepath.Join(root, "generation", name+".jsonl"); root != "" {
			if _, err := os.Stat(file); err == nil {
				found[file] = filepath.Join(root, "models", model)
			}
		}
	}
	if len(found) == 0 {
		t.Fatalf("no %s.jsonl", name)
	}
	return found
}

// flags writes the settings of transformers' generate as ours.
func flags(settings map[string]any) (all []string) {
	for name, v := range settings {
		all = append(all, fmt.Sprintf("--%s=%v", strings.ReplaceAll(name, "_", "-"), v))
	}
	slices.Sort(all)
	return all
}

func TestGenerateAndSummarize(t *testing.T) {
	type output struct {
		Settings map[string]any
		IDs      []int32
		Text     string
		Score    *float64
	}
	type reference struct {
		Text     string
		InputIDs []int32 `json:"input_ids"`
		Outputs  map[string]output
	}
	for _, c := range []struct{ command, model string }{{"generate", "gpt2-lm"}, {"generate", "bertshared"}, {"summarize", "bertshared"}} {
		for file, dir := range references(t, c.model, c.model) {
			for _, r := range golden.Lines[reference](t, file) {
				for name, want := range r.Outputs {
					settings := map[string]any{"num_beams": 1, "no_repeat_ngram_size": 0} // which summarize has others for
					for k, v := range want.Settings {
						settings[k] = v
					}
					text := r.Text
					if c.model == "gpt2-lm" { // a reference may have cut its prompt
						text = prompt(t, dir, r.InputIDs, text)
					}
					args := append([]string{c.command, "--model", dir, "--text", text, "--format", "json"}, flags(settings)...)
					status, out, errs := bench(t, "", args...)
					var got generated
					if err := json.Unmarshal([]byte(out), &got); status != statusDone || err != nil {
						t.Fatalf("%s: %s: status %d, %v: %s", file, name, status, err, errs)
					}
					if !slices.Equal(got.InputIDs, r.InputIDs) || !slices.Equal(got.IDs, want.IDs) || got.Text != want.Text {
						t.Errorf("%s: %s: %+v, want %+v of %v", file, name, got, want, r.InputIDs)
					}
					if (got.Score == nil) != (want.Score == nil) || got.Score != nil && !golden.Within(1e-4).Near(*got.Score, *want.Score) {
						t.Errorf("%s: %s: score %v, want %v", file, name, got.Score, want.Score)
					}
				}
			}
		}
	}
}

// prompt returns the beginning of a text that has the given ids.
func prompt(t *testing.T, dir string, ids []int32, text string) string {
	t.Helper()
	h, err := checkpoints.OpenHeaded(dir)
	if err != nil {
		t.Fatal(err)
	}
	for end := len(text); end > 0; end-- {
		if e := h.Tokenizer.Encode(text[:end], "", false, tokenizers.Options{NoSpecial: true}); slices.Equal(e.IDs, ids) {
			return text[:end]
		}
	}
	t.Fatalf("%q: no part of it has the ids %v", text, ids)
	return ""
}

func TestGenerateNext(t *testing.T) {
	type reference struct {
		Text     string
		InputIDs []int32 `json:"input_ids"`
		Settings map[string]any
		Probs    [][2]float64
	}
	for file, dir := range references(t, "gpt2-lm-next-token", "gpt2-lm") {
		for i, r := range golden.Lines[reference](t, file) {
			args := append([]string{"generate", "--model", dir, "--text", prompt(t, dir, r.InputIDs, r.Text), "--next", "0", "--format", "json"}, flags(r.Settings)...)
			status, out, errs := bench(t, "", args...)
			var got struct{ Probs [][2]float64 }
			if err := json.Unmarshal([]byte(out), &got); status != statusDone || err != nil {
				t.Fatalf("%s: status %d, %v: %s", file, status, err, errs)
			}
			if !slices.EqualFunc(got.Probs, r.Probs, func(a, b [2]float64) bool { return a[0] == b[0] && golden.Within(1e-5).Near(a[1], b[1]) }) {
				t.Errorf("%s: case %d: %v, want %v", file, i, got.Probs, r.Probs)
			}
		}
	}
}

func TestFillMask(t *testing.T) {
	for _, model := range []string{"bert-mlm", "albert-mlm"} {
		if model == "albert-mlm" && os.Getenv("BENCH_GOLDEN") == "" {
			continue // only a bigger collection has it
		}
		for file, dir := range references(t, model+"-fill-mask", model) {
			for i, want := range golden.Lines[checkpoints.Filled](t, file) {
				text := want.Text
				if i%2 == 1 {
					text = strings.ReplaceAll(text, "[MASK]", "<mask>")
				}
				status, out, errs := bench(t, "", "fill-mask", "--model", dir, "--text", text, "--format", "json")
				var got checkpoints.Filled
				if err := json.Unmarshal([]byte(out), &got); status != statusDone || err != nil {
					t.Fatalf("%s: status %d, %v: %s", file, status, err, errs)
				}
				same := slices.EqualFunc(got.Top, want.Top, func(a, b []checkpoints.Guess) bool {
					return slices.EqualFunc(a, b, func(a, b checkpoints.Guess) bool {
						return a.ID == b.ID && a.Token == b.Token && golden.Within(1e-5).Near(a.Prob, b.Prob)
					})
				})
				if got.Text != want.Text || !slices.Equal(got.InputIDs, want.InputIDs) || !slices.Equal(got.Positions, want.Positions) || !same {
					t.Errorf("%s: case %d: %+v, want %+v", file, i, got, want)
				}
			}
		}
	}
}

func TestLanguageModelCommands(t *testing.T) {
	model := func(name string) string { return filepath.Join(modelsTestdata, "models", name) }
	for _, c := range []struct {
		name, stdin string
		args        []string
		status      int
		out, errs   string
	}{
		{"a table of guesses", "", []string{"fill-mask", "-m", model("bert-mlm"), "--text", "비가 [MASK].", "--top", "2"}, 0, "%  ", ""},
		{"two masks", "", []string{"fill-mask", "-m", model("bert-mlm"), "--text", "[MASK] 비가 [MASK]."}, 0, "  mask 2 of 2\n", ""},
		{"texts from lines", "[MASK]\n비가 [MASK]\n", []string{"fill-mask", "-m", model("bert-mlm"), "--format", "json"}, 0, "}\n{", ""},
		{"a line without a mask", "[MASK]\n비가\n", []string{"fill-mask", "-m", model("bert-mlm")}, 1, "", `stdin:2: "비가" has no [MASK]`},
		{"not UTF-8", "\xff[MASK]\n", []string{"fill-mask", "-m", model("bert-mlm")}, 1, "", "stdin:1: invalid UTF-8"},
		{"no mask model", "", []string{"fill-mask", "-m", model("gpt2-lm"), "--text", "[MASK]"}, 1, "", "a model for causal-lm: want one for masked-lm"},
		{"too long", "", []string{"fill-mask", "-m", model("bert-mlm"), "--text", strings.Repeat("비 ", 90) + "[MASK]"}, 1, "", "tokens: the model takes 1 to 48"},
		{"no model", "", []string{"fill-mask", "--text", "[MASK]"}, 2, "", "--model is missing"},
		{"no tokens to show", "", []string{"fill-mask", "-m", model("bert-mlm"), "--top", "0"}, 2, "", "--top 0"},
		{"a text", "", []string{"generate", "-m", model("gpt2-lm"), "--text", "비가", "--max-new-tokens", "3"}, 0, "비가", ""},
		{"a format that is none", "", []string{"generate", "-m", model("gpt2-lm"), "--format", "yaml"}, 2, "", "--format"},
		{"next tokens", "", []string{"generate", "-m", model("gpt2-lm"), "--text", "비가", "--next", "2"}, 0, "%  ", ""},
		{"no generator", "", []string{"generate", "-m", model("bert-mlm"), "--text", "비가"}, 1, "", "want one for causal-lm"},
		{"a wrong option", "", []string{"generate", "-m", model("gpt2-lm"), "--text", "비가", "--top-p", "2"}, 1, "", "top-p: 2: want more than 0, at most 1"},
		{"beams and sampling", "", []string{"generate", "-m", model("gpt2-lm"), "--text", "비가", "--num-beams", "2", "--sample"}, 1, "", "num-beams: 2: want 1 with sampling"},
		{"more than the model takes", "", []string{"generate", "-m", model("gpt2-lm"), "--text", "비가", "--max-length", "99"}, 1, "", "room for 99 tokens: the model takes 1 to 48"},
		{"an empty text", "", []string{"generate", "-m", model("gpt2-lm"), "--text", ""}, 1, "", "no tokens"},
		{"a summary", "비가 그치자 아이들이 운동장으로 뛰어나갔다.\n", []string{"summarize", "-m", model("bertshared"), "--max-length", "8"}, 0, "\n", ""},
		{"a text cut", strings.Repeat("비가 ", 60), []string{"summarize", "-m", model("bertshared"), "--max-length", "8"}, 0, "\n", "is cut to 48"},
		{"no summarizer", "", []string{"summarize", "-m", model("gpt2-lm"), "--text", "비가"}, 1, "", "gpt2: want an encoder-decoder"},
	} {
		t.Run(c.name, func(t *testing.T) {
			status, out, errs := bench(t, c.stdin, c.args...)
			if status != c.status || !strings.Contains(out, c.out) || !strings.Contains(errs, c.errs) {
				t.Errorf("status %d, output %q, %q; want %d, %q, %q", status, out, errs, c.status, c.out, c.errs)
			}
		})
	}
}

func TestSamplingNeedsTheSeedOnly(t *testing.T) {
	dir := filepath.Join(modelsTestdata, "models", "gpt2-lm")
	texts := map[string]int{}
	for _, seed := range []string{"1", "2", "3", "4", "1"} {
		_, out, _ := bench(t, "", "generate", "-m", dir, "--text", "비가", "--temperature", "2", "--seed", seed)
		texts[out]++
	}
	if len(texts) < 3 || len(texts) > 4 {
		t.Errorf("four seeds give %d texts", len(texts))
	}
}

func TestGenerationConfig(t *testing.T) {
	dir := t.TempDir()
	src := filepath.Join(modelsTestdata, "models", "gpt2-lm")
	if err := os.CopyFS(dir, os.DirFS(src)); err != nil {
		t.Fatal(err)
	}
	_, greedy, _ := bench(t, "", "generate", "-m", dir, "--text", "비가", "--max-length", "9")
	write := func(s string) {
		if err := os.WriteFile(filepath.Join(dir, "generation_config.json"), []byte(s), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"eos_token_id": [3, 99999], "max_length": 9, "num_beams": 3, "early_stopping": true}`)
	_, set, _ := bench(t, "", "generate", "-m", dir, "--text", "비가", "--format", "json")
	_, flags, _ := bench(t, "", "generate", "-m", src, "--text", "비가", "--format", "json", "--max-length", "9", "--num-beams", "3", "--early-stopping")
	if set != flags || set == "" {
		t.Errorf("%q of generation_config.json, %q of flags", set, flags)
	}
	if _, again, _ := bench(t, "", "generate", "-m", dir, "--text", "비가", "--num-beams", "1"); again != greedy {
		t.Errorf("%q, want the flag's %q", again, greedy)
	}
	write(`{"max_length": "nine"}`)
	if status, _, errs := bench(t, "", "generate", "-m", dir, "--text", "비가"); status != statusFault || !strings.Contains(errs, "generation_config.json") {
		t.Errorf("status %d, %q", status, errs)
	}
}
