package doctor

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/lmkor/bench/datasets/official"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tasks/survey"
)

// named returns the findings by name.
func named(t *testing.T, w Wanted) (map[string]Finding, error) {
	t.Helper()
	all, err := Examine(context.Background(), w)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]Finding{}
	for _, f := range all {
		if f.Name == "" || f.Status == "" || f.Found == "" || (f.Status != OK && f.Advice == "") {
			t.Errorf("%+v says not enough", f)
		}
		found[f.Name] = f
	}
	return found, Err(all)
}

func TestExamine(t *testing.T) {
	t.Setenv("HF_HUB_CACHE", t.TempDir())
	t.Setenv("BENCH_CONFIG_DIR", t.TempDir())
	nsmc, err := tasks.Find("nsmc")
	if err != nil {
		t.Fatal(err)
	}
	ner, err := tasks.Find("naver-ner")
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	if err := os.MkdirAll(filepath.Join(data, "nsmc"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(data, "nsmc", "ratings_test.txt"), []byte("id\tdocument\tlabel\n1\t좋다\t1\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	w := Wanted{Models: []string{"bert-tiny-scratch", "bert-kor-base"}, Tasks: []*tasks.Task{nsmc, ner}, Data: data, Runs: filepath.Join(t.TempDir(), "new", "runs")}
	got, err := named(t, w)
	if !errors.Is(err, ErrLacking) {
		t.Errorf("error %v", err)
	}
	for name, want := range map[string]Finding{
		"model bert-tiny-scratch":     {Status: OK, Found: "trained from nothing"},
		"model bert-kor-base":         {Status: Fail, Advice: "bench models pull bert-kor-base"},
		"data nsmc/ratings_train.txt": {Status: Fail, Found: "not there", Advice: "bench data pull nsmc"},
		"data nsmc/ratings_test.txt":  {Status: Warn, Found: "1 rows, the official file has 50000"},
		"data naver-ner/train.tsv":    {Status: Fail, Advice: "may not be passed on"},
		"runs folder":                 {Status: OK, Found: "takes files, renames and locks"},
	} {
		f := got[name]
		if f.Status != want.Status || !strings.Contains(f.Found, want.Found) || !strings.Contains(f.Advice, want.Advice) {
			t.Errorf("%s: %+v, want %+v", name, f, want)
		}
	}
	if runtime.GOOS == "linux" && !strings.Contains(got["memory"].Found, "GB free of") {
		t.Errorf("%+v", got["memory"])
	}
	if _, err := os.Stat(filepath.Dir(w.Runs)); err == nil {
		t.Error("the folder of runs was made")
	}
	if _, err := named(t, Wanted{Runs: t.TempDir()}); err != nil {
		t.Errorf("nothing is wanted, and %v", err)
	}
}

func TestRunsFolderThatTakesNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("looks at a folder of Linux's that takes no files")
	}
	if f := runsFolder("/proc/bench/runs"); f.Status != Fail || f.Advice == "" {
		t.Errorf("%+v", f)
	}
}

func TestCacheThatTakesNothing(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("looks at a folder of Linux's that takes no files")
	}
	t.Setenv("HF_HUB_CACHE", "/proc/bench/hub")
	if f := cache(); f.Status != Warn || !strings.Contains(f.Found, "takes no more") || f.Advice == "" {
		t.Errorf("%+v", f)
	}
}

// A file is known by its rows, and by its sum where that was published for good.
func TestDataAsPublished(t *testing.T) {
	known := official.Find("question-pair").Files[1]
	at := survey.File{Task: "question-pair", Split: "dev", File: "question-pair/dev.tsv", Status: survey.OK, Rows: known.Rows, SHA256: known.Sum}
	if f := data(at, "DATA"); f.Status != OK || !strings.Contains(f.Found, "as published") {
		t.Errorf("as it is: %+v", f)
	}
	at.SHA256 = strings.Repeat("0", 64)
	if f := data(at, "DATA"); f.Status != Warn || !strings.Contains(f.Found, "SHA-256 000000000000, that of the official file is") {
		t.Errorf("changed: %+v", f)
	}
	at.Rows--
	if f := data(at, "DATA"); f.Status != Warn || !strings.Contains(f.Found, "the official file has 682") {
		t.Errorf("shorter: %+v", f)
	}
}
