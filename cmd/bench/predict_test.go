package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/tasks"
)

// trainedOn is a copy of a checkpoint that says which task it was trained on.
func trainedOn(t *testing.T, dir, task string) string {
	t.Helper()
	found, err := tasks.Find(task)
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	raw, err := json.Marshal(checkpoints.Origin{Schema: checkpoints.OriginSchema, Task: found.Definition(), Recipe: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(to, checkpoints.OriginFile), raw, 0o644); err != nil {
		t.Fatal(err)
	}
	return to
}

// What predict makes of texts as people have them.
func TestPredictTexts(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	classify, tag := goldenModels+"/bert-classify", goldenModels+"/funnel-tag"
	single, paired := trainedOn(t, classify, "nsmc"), trainedOn(t, classify, "paws")
	file, table := write("a.txt", "비가\n"), write("b.csv", "n,text\n1,비가\n2,눈이,와\n3,온다\n")
	for _, c := range []struct {
		name, stdin string
		args        []string
		status      int
		lines       int
		out, errs   string // part of each
	}{
		{"nothing", "", []string{"-m", classify}, 0, 0, "", ""},
		{"a stream among files", "눈이\n", []string{"-m", classify, file, "-", file}, 0, 3, `{"id":1,"text":"눈이"`, ""},
		{"a stream has no columns", "", []string{"-m", classify, "-", "--text", "text"}, 2, 0, "", "want a FILE"},
		{"a tab in a sentence to tag", "비가\t온다\n", []string{"-m", tag}, 0, 1, `"text":"비가\t온다"`, "1 of 1 texts have tabs"},
		{"a tab in a single text", "비가\t온다\t\n눈이\n", []string{"-m", single}, 0, 2, `"text":"비가\t온다\t"`, "1 of 2 texts have tabs"},
		{"two that vote", "비가\t온다\n", []string{"-m", classify, "-m", single}, 0, 1, `"text":"비가\t온다"`, "1 of 1 texts have tabs"},
		{"a model of pairs", "비가\t온다\n", []string{"-m", paired}, 0, 1, `"text":"비가","text_pair":"온다"`, ""},
		{"more than a pair", "비가\t온다\t눈이\n", []string{"-m", paired}, 1, 0, "", "stdin:1: two tabs"},
		{"no words", " \n", []string{"-m", tag, "--words"}, 0, 1, `"words":[],"tags":[]`, ""},
		{"a bad row", "", []string{"-m", classify, table, "--text", "text"}, 1, 1, `"id":0`, "b.csv:3: 3 columns"},
		{"some pairs", "비가\t온다\n비가\n\t눈\n", []string{"-m", classify}, 0, 3, "text_pair", "1 of 3 texts are alone"},
		{"compressed", "\x1f\x8b\x08\n", []string{"-m", classify}, 1, 0, "", "stdin:1: is compressed by gzip"},
		{"not UTF-8", "\xba\xf1\xb0\xa1\n", []string{"-m", classify}, 1, 0, "", "stdin:1: invalid UTF-8, and it looks like CP949"},
	} {
		status, out, errs := bench(t, c.stdin, append([]string{"predict"}, c.args...)...)
		if status != c.status || strings.Count(out, "\n") != c.lines || !strings.Contains(out, c.out) || !strings.Contains(errs, c.errs) {
			t.Errorf("%s: status %d, want %d and %d lines with %s, %s\n%s%s", c.name, status, c.status, c.lines, c.out, c.errs, out, errs)
		}
		if c.errs == "" && errs != "" {
			t.Errorf("%s: %s", c.name, errs)
		}
	}
}

// A tab divides a pair for embed as for predict.
func TestEmbedTabs(t *testing.T) {
	dir := goldenModels + "/bert-classify"
	for _, c := range []struct{ model, out, errs string }{
		{dir, `"text":"비가","text_pair":"온다"`, "1 of 2 texts have a tab and were read as pairs"},
		{trainedOn(t, dir, "paws"), `"text":"비가","text_pair":"온다"`, "1 of 2 texts have a tab"},
		{trainedOn(t, dir, "nsmc"), `"text":"비가\t온다"`, ""},
	} {
		status, out, errs := bench(t, "비가\t온다\n눈이\n", "embed", "-m", c.model)
		if status != 0 || strings.Count(out, "\n") != 2 || !strings.Contains(out, c.out) || !strings.Contains(errs, c.errs) ||
			c.errs == "" && errs != "" {
			t.Errorf("%s: status %d, want two lines with %s, %s\n%s%s", c.model, status, c.out, c.errs, out, errs)
		}
	}
	if status, out, errs := bench(t, "비가\n", "embed", "-m", dir, "--max-length", "1"); status != 1 || !strings.Contains(errs, "want 4 or more") {
		t.Errorf("a length of 1: status %d: %s%s", status, out, errs)
	}
}
