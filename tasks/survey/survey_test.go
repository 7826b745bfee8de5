package survey

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/tasks"
)

func find(t *testing.T, names ...string) (all []*tasks.Task) {
	t.Helper()
	for _, n := range names {
		task, err := tasks.Find(n)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, task)
	}
	return all
}

// folder writes files into a new folder.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestSamplesAreWhole(t *testing.T) {
	files, err := Read(context.Background(), find(t, tasks.Names()...), "", nil)
	if err != nil || Err(files) != nil {
		t.Fatal(err, Err(files))
	}
	extra := 0
	for _, f := range files {
		if f.Extra {
			extra++
		} else if f.Status != OK || f.Rows == 0 || f.Kept == 0 || f.Format != "tsv" || len(f.Warnings) > 0 || f.Tokens == nil {
			t.Errorf("%+v", f)
		}
	}
	if extra != 1 {
		t.Errorf("%d extra files, want KorNLI's one", extra)
	}
}

func TestRead(t *testing.T) {
	dir := folder(t, map[string]string{
		"nsmc/ratings_train.txt": "id\tdocument\tlabel\n1\t정말 좋다\t1\n\n2\t좋다\t1\n3\t정말 좋다 별로\t0\n",
		"nsmc/ratings_test.csv":  "document,label\n\u110c\u1169\u11c2다,0\n",
		"korsts/sts-dev.tsv":     "score\tsentence1\tsentence2\n9\t가\t나\n1\t가\t나\nx\t가\t나\n",
		"korsts/sts-test.tsv":    "score\tsentence1\tsentence2\n1\t가\t나다\n3\t가\t나\n",
	})
	files, err := Read(context.Background(), find(t, "nsmc", "korsts"), dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	train, test, dev, scores := files[0], files[1], files[3], files[4]
	if train.Status != OK || train.Rows != 4 || train.Kept != 3 || train.Dropped[tasks.BlankLine] != 1 || train.Labels["1"] != 2 {
		t.Errorf("%+v", train)
	}
	golden.NearNumber(t, "share of 1", train.Shares["1"], 2.0/3, golden.Within(1e-12))
	if want := (Spread{Min: 1, Mean: 2, Median: 2, P95: 3, Max: 3}); *train.Tokens != want {
		t.Errorf("tokens %+v, want %+v", *train.Tokens, want)
	}
	if test.File != "nsmc/ratings_test.csv" || test.Format != "csv" || len(test.Warnings) != 1 || test.Warnings[0].Code != Decomposed {
		t.Errorf("%+v", test)
	}
	if files[2].Status != Missing || dev.Status != Bad || len(dev.Errors) != 2 || !strings.HasPrefix(dev.Errors[0], "korsts: sts-dev.tsv:2: score") {
		t.Errorf("%+v\n%+v", files[2], dev)
	}
	if scores.Scores.Mean != 2 || scores.Labels != nil {
		t.Errorf("%+v", scores)
	}
	if err := Err(files); err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("error %v, want a line for each of two bad rows", err)
	}
	if raw, err := json.Marshal(files); err != nil || !strings.Contains(string(raw), `"status":"bad"`) {
		t.Errorf("%s, %v", raw, err)
	}
}

func TestNothingThere(t *testing.T) {
	files, err := Read(context.Background(), find(t, "nsmc"), t.TempDir(), nil)
	if err != nil || !errors.Is(Err(files), ErrNone) {
		t.Errorf("%v, %v", err, Err(files))
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	stop := errors.New("stop")
	cancel(stop)
	if _, err := Read(ctx, find(t, "nsmc"), t.TempDir(), nil); !errors.Is(err, stop) {
		t.Errorf("error %v of a reading that is stopped", err)
	}
}
