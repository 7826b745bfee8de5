package export

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
)

// at is a run of seed 42 by a batch size that lies there.
func at(t *testing.T, path string, size int, split string) results.Run {
	t.Helper()
	score, right := 50.0, 0.5
	m := results.Manifest{Task: "nsmc", Recipe: json.RawMessage(fmt.Sprintf(`{"batch_size":%d,"seed":42}`, size))}
	if err := m.Identify("m", "t", "k"); err != nil {
		t.Fatal(err)
	}
	return results.Run{Path: path, Manifest: m, Result: results.Result{Model: "a", Task: "nsmc", Seed: 42, Split: split,
		Metric: metrics.Accuracy, N: 4, Score: &score, Scores: metrics.Scores{Accuracy: &right}}}
}

// Runs of other settings that lie side by side, come from several folders or are
// evaluations have files of their own.
func TestTensorBoardKeepsVariantsApart(t *testing.T) {
	runs := []results.Run{at(t, "x/a/nsmc/seed-42", 8, "test"), at(t, "x/a/nsmc/variant-1a2b3c4d/seed-42", 16, "test"),
		at(t, "y/a/nsmc/seed-42", 32, "test"), at(t, "y/a/nsmc/seed-42-eval-dev", 32, "dev")}
	dir := t.TempDir()
	if err := TensorBoard(dir, runs); err != nil {
		t.Fatal(err)
	}
	var places []string
	err := filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			place, _ := filepath.Rel(dir, filepath.Dir(path))
			places = append(places, filepath.ToSlash(place))
		}
		return err
	})
	own := runs[2].Identity().VariantFolder()
	want := []string{"a/nsmc/seed-42", "a/nsmc/variant-1a2b3c4d/seed-42", "a/nsmc/" + own + "/seed-42", "a/nsmc/" + own + "/dev/seed-42"}
	slices.Sort(places)
	slices.Sort(want)
	if err != nil || !slices.Equal(places, want) {
		t.Errorf("%q, %v\nwant %q", places, err, want)
	}
}

// benchstat takes lines of one name for samples of one benchmark: other settings
// have another.
func TestBenchstatNamesVariants(t *testing.T) {
	runs := []results.Run{at(t, "a/nsmc/seed-42", 8, "test"), at(t, "a/nsmc/variant-1a2b3c4d/seed-42", 16, "test")}
	l, err := board.Build(runs, nil, nil, board.Last)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := Benchstat(&b, l, runs); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"BenchmarkRun/model=a/task=nsmc 1 50 accuracy\n",
		"BenchmarkRun/model=a/task=nsmc/variant=" + runs[1].Identity().Variant()[:8] + " 1 50 accuracy\n"} {
		if strings.Count(b.String(), want) != 1 {
			t.Errorf("%s\nwant %s", b.String(), want)
		}
	}
}

// A variant's events go on in no file of another.
func TestLiveKeepsVariantsApart(t *testing.T) {
	dir := t.TempDir()
	l := NewLive(dir)
	defer l.Close()
	step := results.Event{Step: &results.StepEvent{Step: 1}}
	for _, path := range []string{"runs/a/nsmc/seed-1", "runs/a/nsmc/variant-1a2b3c4d/seed-1"} {
		if err := l.Write("a", "nsmc", 1, step, results.FoldersAt(path)...); err != nil {
			t.Fatal(err)
		}
	}
	for _, place := range []string{"a/nsmc/seed-1", "a/nsmc/variant-1a2b3c4d/seed-1"} {
		if found, _ := filepath.Glob(filepath.Join(dir, place, "events.*")); len(found) != 1 {
			t.Errorf("%s: %q", place, found)
		}
	}
}
