package datasets

import (
	"os"
	"slices"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

// The tables hold every kind of white space and line end that Python knows; the
// answers are those of the recipe's own line.strip().split("\t").

func TestReferenceTable(t *testing.T) {
	type row struct{ Text, Pair, Label string }
	var got []row
	_, err := ReadTable(Source{FS: os.DirFS("testdata"), Path: "table.tsv"}, [][]string{{"sentence1"}, {"sentence2"}, {"label"}}, func(r Row) error {
		got = append(got, row{r.Fields[0], r.Fields[1], r.Fields[2]})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := golden.Lines[row](t, "testdata/table.jsonl")
	if len(got) != len(want) {
		t.Fatalf("%d rows, the reference has %d", len(got), len(want))
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("row %d: %+q, the reference has %+q", i, got[i], want[i])
		}
	}
}

func TestReferenceTagged(t *testing.T) {
	var got []Sentence
	_, err := ReadTagged(Source{FS: os.DirFS("testdata"), Path: "tagged.tsv"}, func(s Sentence) error {
		got = append(got, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	want := golden.Lines[Sentence](t, "testdata/tagged.jsonl")
	if len(got) != len(want) {
		t.Fatalf("%d sentences, the reference has %d", len(got), len(want))
	}
	for i := range want {
		if !slices.Equal(got[i].Words, want[i].Words) || !slices.Equal(got[i].Tags, want[i].Tags) {
			t.Errorf("sentence %d: %+q %q, the reference has %+q %q", i, got[i].Words, got[i].Tags, want[i].Words, want[i].Tags)
		}
	}
}
