package main

import (
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models/hf"
)

// trainOnSamples runs a small model on a task's sample data and returns its
// checkpoint and score.
func trainOnSamples(t *testing.T, task string) (dir string, score float64) {
	t.Helper()
	runs := t.TempDir()
	status, out, errs := bench(t, "", "run", "--model", "bert-tiny-scratch", "--task", task, "--data-dir", "samples", "--runs", runs, "--set", "epochs=4", "--format", "json")
	if status != 0 {
		t.Fatal(errs)
	}
	return filepath.Join(runs, "bert-tiny-scratch", task, "seed-42", "checkpoint"), scoreOf(t, out)
}

// scoreOf reads the only score of an output.
func scoreOf(t *testing.T, out string) float64 {
	t.Helper()
	var done []struct{ Score *float64 }
	if err := json.Unmarshal([]byte(out), &done); err != nil || len(done) != 1 || done[0].Score == nil {
		t.Fatalf("%v: %s", err, out)
	}
	return *done[0].Score
}

// evalOnSamples scores a checkpoint and returns what was said, and the codes of
// the manifest's warnings.
func evalOnSamples(t *testing.T, dir, task string, more ...string) (score float64, said string, codes []string) {
	t.Helper()
	runs := t.TempDir()
	args := append([]string{"eval", "--model", dir, "--task", task, "--runs", runs, "--format", "json"}, more...)
	if !slices.Contains(more, "--data-dir") {
		args = append(args, "--data-dir", "samples")
	}
	status, out, errs := bench(t, "", args...)
	if status != 0 {
		t.Fatal(errs)
	}
	found, err := filepath.Glob(filepath.Join(runs, "*", task, "*", "manifest.json"))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	for _, w := range golden.JSON[struct{ Warnings []struct{ Code string } }](t, found[0]).Warnings {
		codes = append(codes, w.Code)
	}
	return scoreOf(t, out), errs, codes
}

// turned copies a checkpoint and turns its head's outputs round, under the names
// given: the same classifier, as another program may have left it.
func turned(t *testing.T, dir string, names ...string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "turned")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	w, err := hf.OpenWeights(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	var tensors []hf.Tensor
	for _, name := range w.Names() {
		shape, size := w.Shape(name), 1
		for _, n := range shape {
			size *= n
		}
		data := make([]float32, size)
		if err := w.Read(name, data); err != nil {
			t.Fatal(err)
		}
		if strings.HasPrefix(name, "classifier.") {
			var rows [][]float32
			for row := range slices.Chunk(data, size/len(names)) {
				rows = append(rows, row)
			}
			slices.Reverse(rows)
			data = slices.Concat(rows...)
		}
		tensors = append(tensors, hf.Tensor{Name: name, Shape: shape, Data: data})
	}
	if err := hf.WriteSafetensors(filepath.Join(to, "model.safetensors"), tensors, nil); err != nil {
		t.Fatal(err)
	}
	config := golden.JSON[map[string]any](t, filepath.Join(to, "config.json"))
	ids := map[string]string{}
	for i, n := range names {
		ids[string(rune('0'+i))] = n
	}
	config["id2label"] = ids
	delete(config, "label2id")
	raw, err := json.Marshal(config)
	if err == nil {
		err = os.WriteFile(filepath.Join(to, "config.json"), raw, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
	return to
}

// TestForeignLabels: a classifier whose outputs lie in another order keeps its
// score where their names say so; where they have none, the order assumed is told.
func TestForeignLabels(t *testing.T) {
	dir, own := trainOnSamples(t, "hate-speech")
	for _, names := range [][]string{{"hate", "offensive", "none"}, {"Hate", "OFFENSIVE", "None"}} {
		score, said, codes := evalOnSamples(t, turned(t, dir, names...), "hate-speech")
		if score != own || codes != nil || !strings.Contains(said, "the head is kept") {
			t.Errorf("%v: %v, want %v; warnings %v, said %q", names, score, own, codes, said)
		}
	}
	numbered := turned(t, dir, "LABEL_0", "LABEL_1", "LABEL_2")
	score, said, codes := evalOnSamples(t, numbered, "hate-speech")
	if score == own || !slices.Equal(codes, []string{"numbered-labels"}) ||
		!strings.Contains(said, "LABEL_0 to LABEL_2 only: they are taken to be none, offensive, hate, in this order") {
		t.Errorf("numbered: %v, warnings %v, said %q", score, codes, said)
	}
	score, _, codes = evalOnSamples(t, numbered, "hate-speech", "--labels", "LABEL_0=hate,LABEL_1=offensive,LABEL_2=none")
	if score != own || codes != nil {
		t.Errorf("named: %v, want %v; warnings %v", score, own, codes)
	}
	// bench run keeps such a head, too: without a step of any size its score is the same.
	status, out, errs := bench(t, "", "run", "--model", turned(t, dir, "hate", "offensive", "none"), "--task", "hate-speech", "--data-dir", "samples",
		"--runs", t.TempDir(), "--set", "epochs=1", "--set", "learning_rate=1e-12", "--set", "weight_decay=0", "--format", "json")
	if status != 0 || scoreOf(t, out) != own || !strings.Contains(errs, "the head is kept") {
		t.Errorf("run: status %d, %s, want %v; %s", status, out, own, errs)
	}
}

// TestUnreadableText: text that a vocabulary does not know costs the score, and
// is told of: Hangul taken apart by macOS, or by a tokenizer whose settings are
// gone. The same checkpoint is then one of an old version.
func TestUnreadableText(t *testing.T) {
	dir, own := trainOnSamples(t, "nsmc")
	if score, _, codes := evalOnSamples(t, dir, "nsmc"); score != own || codes != nil {
		t.Errorf("%v, want %v; warnings %v", score, own, codes)
	}
	raw, err := samples.FS().Open("nsmc/ratings_test.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	data := filepath.Join(t.TempDir(), "nsmc")
	if err := os.MkdirAll(data, 0o755); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	if _, err := io.Copy(&text, norm.NFD.Reader(raw)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "ratings_test.txt"), []byte(text.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	score, said, codes := evalOnSamples(t, dir, "nsmc", "--data-dir", filepath.Dir(data))
	if score > own-10 || !slices.Equal(codes, []string{"decomposed-hangul", "unknown-tokens"}) || !strings.Contains(said, "300 of 300 texts hold decomposed Hangul") {
		t.Errorf("NFD: %v of %v, warnings %v, said %q", score, own, codes, said)
	}

	bare := filepath.Join(t.TempDir(), "bare")
	if err := os.CopyFS(bare, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"tokenizer_config.json", "special_tokens_map.json"} {
		if err := os.Remove(filepath.Join(bare, name)); err != nil {
			t.Fatal(err)
		}
	}
	score, said, codes = evalOnSamples(t, bare, "nsmc")
	if score > own-10 || !slices.Equal(codes, []string{"accents-stripped", "unknown-tokens"}) || !strings.Contains(said, "it takes Hangul apart") {
		t.Errorf("no tokenizer_config.json: %v of %v, warnings %v, said %q", score, own, codes, said)
	}
	_, _, errs := bench(t, "", "run", "--model", bare, "--task", "nsmc", "--data-dir", "samples", "--runs", t.TempDir(), "--set", "epochs=1", "--set", "max_train_rows=32")
	if !regexp.MustCompile(`warning: train: \d\d\.\d % of the tokens are unknown`).MatchString(errs) {
		t.Errorf("run said %q", errs)
	}
	oldRun(t, dir, own)
}

// oldRun: without bench.json the run around a checkpoint is asked.
func oldRun(t *testing.T, dir string, own float64) {
	if err := os.Remove(filepath.Join(dir, "bench.json")); err != nil {
		t.Fatal(err)
	}
	if score, said, _ := evalOnSamples(t, dir, "nsmc"); score != own || !strings.Contains(said, "bert-tiny-scratch × nsmc, seed 42: the head is kept: it was trained on nsmc") {
		t.Errorf("%v, want %v; said %q", score, own, said)
	}
	status, _, errs := bench(t, "", "eval", "--model", dir, "--task", "paws", "--data-dir", "samples", "--runs", t.TempDir())
	if status != statusFault || !strings.Contains(errs, "trained on nsmc, not on paws") {
		t.Errorf("status %d, %q", status, errs)
	}
}
