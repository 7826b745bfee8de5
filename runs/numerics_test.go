package runs

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/results"
)

// reminder is what to do about results that have changed.
const reminder = "runs of the same model, data, recipe and seed give other bytes than before: if that is meant, raise results.Numerics, " +
	"so that older runs are not taken for the same, and run this test with -update"

// TestNumerics holds what a fixed training computes to what it computed when
// results.Numerics was last raised, on each set of kernels that was there then.
func TestNumerics(t *testing.T) {
	for _, precision := range []string{"float32", "bfloat16"} {
		name := kernels.Name() + "-" + precision
		file := "numerics/" + name + ".txt"
		if _, err := os.Stat(filepath.Join("testdata", file)); err != nil && !updating() {
			t.Logf("%s: no numbers of it are kept", name)
			continue
		}
		p := newPlace(t)
		c := p.cell(t, p.path("tiny.yaml"), "runs", "precision="+precision, "eval_steps=3", "weight_decay=0.1", "dropout=0.1", "gradient_accumulation_steps=2")
		mustRun(t, c)
		var b strings.Builder
		fmt.Fprintf(&b, "numerics %d\n", results.Numerics)
		for _, name := range []string{results.LogFile, results.PredictionsFile, filepath.Join(results.CheckpointDir, "model.safetensors")} {
			text, err := os.ReadFile(filepath.Join(c.Dir, name))
			if err != nil {
				t.Fatal(err)
			}
			fmt.Fprintf(&b, "%x %s\n", sha256.Sum256(text), filepath.ToSlash(name))
		}
		checkNumerics(t, file, b.String())
	}
}

// TestTraces holds the committed traces of trainings to those that were there
// when results.Numerics was last raised. New ones may come; -update lists them.
func TestTraces(t *testing.T) {
	const list = "numerics/traces.txt"
	got := fmt.Sprintf("numerics %d\n", results.Numerics)
	root := filepath.Join("..", "trainers", "testdata")
	err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		name, _ := filepath.Rel(root, path)
		got += fmt.Sprintf("%x %s\n", sha256.Sum256(b), filepath.ToSlash(name))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if updating() {
		golden.File(t, list, []byte(got))
		return
	}
	want, err := os.ReadFile(filepath.Join("testdata", list))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(want)) {
		if !strings.Contains(got, line) {
			t.Errorf("%s: no longer so: %s", list, line)
		}
	}
	if t.Failed() {
		t.Error(reminder)
	}
}

// updating reports whether the test was given -update.
func updating() bool { return flag.Lookup("update").Value.String() == "true" }

func checkNumerics(t *testing.T, name, got string) {
	t.Helper()
	golden.File(t, name, []byte(got))
	if t.Failed() {
		t.Error(reminder)
	}
}
