package runs

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
)

// What is held out is in no weight and in no vocabulary: with other labels of
// these rows a training ends in the same bytes, and a word that only they have is
// not known to it. Another label of one row that trains changes the weights.
func TestHeldOutRowsDoNotTrain(t *testing.T) {
	p := newPlace(t)
	set := []string{"holdout=0.25"}
	c := p.cell(t, p.path("tiny.yaml"), "plain", set...)
	data, err := c.OpenData()
	if err != nil {
		t.Fatal(err)
	}
	if len(data.Train.Examples) != 6 || len(data.Dev.Examples) != 2 || data.Dev.Split != tasks.Holdout {
		t.Fatalf("%d train, %d of %s", len(data.Train.Examples), len(data.Dev.Examples), data.Dev.Split)
	}
	mustRun(t, c)
	flip := func(e tasks.Example) {
		edit(t, p.path("train.tsv"), fmt.Sprintf("%s\t%d", e.Text, e.Label), fmt.Sprintf("%s\t%d", e.Text, 1-e.Label))
	}
	for _, e := range data.Dev.Examples {
		flip(e)
	}
	other := p.cell(t, p.path("tiny.yaml"), "flipped", set...)
	mustRun(t, other)
	for _, name := range []string{"model.safetensors", "vocab.txt"} {
		if weights(t, c, name) != weights(t, other, name) {
			t.Errorf("%s depends on the labels of rows that are held out", name)
		}
	}
	flip(data.Train.Examples[0])
	trained := p.cell(t, p.path("tiny.yaml"), "trained", set...)
	mustRun(t, trained)
	if weights(t, c, "model.safetensors") == weights(t, trained, "model.safetensors") {
		t.Error("the label of a row that trains changes nothing")
	}

	words := weights(t, c, "vocab.txt")
	var texts strings.Builder
	for _, e := range data.Train.Examples {
		texts.WriteString(e.Text)
	}
	alone := 0
	for _, e := range data.Dev.Examples {
		for _, r := range strings.ReplaceAll(e.Text, " ", "") {
			if !strings.ContainsRune(texts.String(), r) {
				alone++
				if strings.ContainsRune(words, r) {
					t.Errorf("%q is in the vocabulary, and only in rows that are held out", r)
				}
			}
		}
	}
	if alone == 0 {
		t.Error("the rows that are held out have no letter of their own: the test shows nothing")
	}
}

func weights(t *testing.T, c Cell, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(c.Dir, results.CheckpointDir, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// The rows to choose on are said in the manifest, and are the same for every seed.
func TestHoldoutIsTold(t *testing.T) {
	p := newPlace(t)
	c := p.cell(t, p.path("tiny.yaml"), "runs", "holdout=0.25", "epochs=1")
	_, l := mustRun(t, c)
	if !strings.Contains(strings.Join(l.notices, "\n"), "2 of the examples in train.tsv do not train") {
		t.Errorf("%q", l.notices)
	}
	run, err := results.Open(c.Dir)
	if err != nil {
		t.Fatal(err)
	}
	held, _ := run.Manifest.Split(results.HoldoutSplit)
	train, _ := run.Manifest.Split(tasks.Train)
	if held.Rows != 2 || train.Rows != 8 || train.Dropped[tasks.HeldOut] != 2 || run.Result.Chosen().ChosenOn != results.HoldoutSplit {
		t.Errorf("%+v %+v %+v", held, train, run.Result.Chosen())
	}
	first, err := c.OpenData()
	if err != nil {
		t.Fatal(err)
	}
	c.Recipe.Seed++
	second, err := c.OpenData()
	if err != nil || first.Dev.Examples[0].Text != second.Dev.Examples[0].Text {
		t.Errorf("another seed, other rows: %v", err)
	}
}
