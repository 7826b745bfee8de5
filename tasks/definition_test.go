package tasks

import (
	"bytes"
	"encoding/json"
	"reflect"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

// The JSON of every task's definition is kept as it is: it is hashed into the
// identity of runs, so that another one would make all of them others.
func TestDefinitionIsStable(t *testing.T) {
	var all bytes.Buffer
	for i := range All {
		raw, err := json.Marshal(All[i].Definition())
		if err != nil {
			t.Fatal(err)
		}
		all.Write(append(raw, '\n'))
	}
	golden.File(t, "definitions.jsonl", all.Bytes())
}

func TestDefinitionTellsTasksApart(t *testing.T) {
	base := Task{Name: "a", Kind: Classify, Labels: []string{"0", "1"}, Text: col("text"), Label: col("label"), Metric: "accuracy", Scored: Test}
	changes := map[string]func(*Task){
		"name":        func(t *Task) { t.Name = "b" },
		"kind":        func(t *Task) { t.Kind = Regress },
		"labels":      func(t *Task) { t.Labels = []string{"1", "0"} },
		"text":        func(t *Task) { t.Text = col("document") },
		"pair":        func(t *Task) { t.Pair = col("pair") },
		"label":       func(t *Task) { t.Label = col("text") },
		"metric":      func(t *Task) { t.Metric = "macro_f1" },
		"scored":      func(t *Task) { t.Scored = Dev },
		"empty side":  func(t *Task) { t.SkipEmpty = true },
		"placeholder": func(t *Task) { t.Placeholder = "NS" },
	}
	for name, change := range changes {
		other := base
		change(&other)
		if reflect.DeepEqual(base.Definition(), other.Definition()) {
			t.Errorf("another %s, and the definition is the same", name)
		}
	}
	other := base
	other.Title, other.Files, other.Extra, other.Pair = "A", files("x", "", ""), files("y", "", ""), []string{}
	if !reflect.DeepEqual(base.Definition(), other.Definition()) {
		t.Error("a title or a file's name changes the definition")
	}
}

func TestDefinitionComesBack(t *testing.T) {
	for i := range All {
		raw, err := json.Marshal(All[i].Definition())
		if err != nil {
			t.Fatal(err)
		}
		var d Definition
		if err := json.Unmarshal(raw, &d); err != nil {
			t.Fatal(err)
		}
		if back := d.Task().Definition(); !reflect.DeepEqual(back, All[i].Definition()) {
			t.Errorf("%+v\nwant %+v", back, All[i].Definition())
		}
	}
}
