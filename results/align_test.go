package results

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func decodeAs(t *testing.T, name, in string, o Reading) *Answers {
	t.Helper()
	o.Detail = true
	a, err := o.Decode(strings.NewReader(in), name)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// fileAs is decodeAs of a file, which can be read again.
func fileAs(t *testing.T, in string, o Reading) *Answers {
	t.Helper()
	path := filepath.Join(t.TempDir(), "p.jsonl")
	if err := os.WriteFile(path, []byte(in), 0o644); err != nil {
		t.Fatal(err)
	}
	o.Detail = true
	a, err := o.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAlign(t *testing.T) {
	for _, c := range []struct {
		name, a, b string
		kind       AnswerKind
		err        string
	}{
		{"same", `{"id":1,"gold":"a","pred":"a"}`, `{"id":1,"gold":"a","pred":"b"}`, NoAnswer, ""},
		{"other gold", `{"gold":"a","pred":"a"}` + "\n\n" + `{"gold":"a","pred":"a"}`, `{"gold":"a","pred":"a"}` + "\n" + `{"gold":"b","pred":"a"}`, NoAnswer,
			`a:3 and b:2: gold "a" against "b": want predictions of the same examples`},
		{"other number", `{"gold":1.5,"pred":1}`, `{"gold":1.25,"pred":1}`, NoAnswer, `a:1 and b:1: gold 1.5 against 1.25: want`},
		{"other tags", `{"gold":["O"],"pred":["O"]}`, `{"gold":["PER-B"],"pred":["O"]}`, NoAnswer, `a:1 and b:1: gold O against PER-B: want`},
		{"shorter", `{"gold":"a","pred":"a"}`, `{"gold":"a","pred":"a"}` + "\n" + `{"gold":"b","pred":"a"}`, NoAnswer,
			`a and b: 1 against 2 predictions, the first without a counterpart at b:2`},
		{"other ids", `{"id":1,"gold":"a","pred":"a"}`, `{"id":2,"gold":"a","pred":"a"}`, NoAnswer, `a:1 and b:1: id 1 against 2: want`},
		{"one without ids", `{"id":7,"gold":"a","pred":"a"}`, `{"gold":"a","pred":"a"}`, NoAnswer, ""},
		{"numbers for labels", `{"gold":"1","pred":"1"}`, `{"gold":1,"pred":0}`, LabelAnswer, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Align(decodeAs(t, "a", c.a, Reading{Kind: c.kind}), decodeAs(t, "b", c.b, Reading{Kind: c.kind}))
			var m *MismatchError
			if c.err == "" && err != nil || c.err != "" && (!errors.As(err, &m) || !strings.HasPrefix(err.Error(), c.err)) {
				t.Errorf("error %v, want %s", err, c.err)
			}
		})
	}

	a := decodeAs(t, "a", `{"id":"x","gold":"1","pred":"1"}`+"\n"+`{"id":"y","gold":"0","pred":"1"}`, Reading{})
	b := decodeAs(t, "b", `{"id":"y","gold":"0","pred":"0"}`+"\n"+`{"id":"x","gold":"1","pred":"1","text":"t"}`, Reading{})
	got, err := Align(a, b)
	if err != nil || got.ID(0) != "x" || got.line(0) != 2 || b.ID(0) != "y" || got.Labels[got.Pred[1]] != "0" {
		t.Errorf("another order: %+v %v", got, err)
	}
	if err := TextsDiffer(a, got); err != nil {
		t.Errorf("a file without text: %v", err)
	}
	c := decodeAs(t, "c", `{"id":"x","gold":"1","pred":"1","text":"other"}`+"\n"+`{"id":"y","gold":"0","pred":"1"}`, Reading{})
	if err := TextsDiffer(c, got); err == nil || err.Error() != "c:1 and b:2: the same gold, and other text" {
		t.Errorf("other text: %v", err)
	}

	// sentences change places with their words, and classes with their numbers
	tags := `{"id":"p","gold":["PER-B","O"],"pred":["PER-B","O"]}` + "\n" + `{"id":"q","gold":["LOC-B"],"pred":["O"],"kept":0}`
	turned := `{"id":"q","gold":["LOC-B"],"pred":["LOC-B"],"kept":0}` + "\n" + `{"id":"p","gold":["PER-B","O"],"pred":["DAT-B","O"]}`
	got, err = Align(decodeAs(t, "a", tags, Reading{}), decodeAs(t, "b", turned, Reading{}))
	if err != nil || got.Right(0) || got.Right(1) || got.Kept[1] != 0 {
		t.Fatalf("%+v %v", got, err)
	}
	if _, pred := got.Tags(0); got.Labels[pred[0]] != "DAT-B" {
		t.Errorf("words of another sentence: %v", got.names(pred))
	}
}

// Ids stand once in a file, whatever its other lines.
func TestDoubleIDs(t *testing.T) {
	line := func(id string) string { return `{"id":` + id + `,"gold":"1","pred":"1"}` + "\n" }
	for _, c := range []struct{ in, err string }{
		{line("0") + line("1") + line("2") + line("0") + line("1"), "f:4: id 0 twice, first at line 1"},
		{line("5") + "\n" + line(`"x"`) + line(`"x"`) + line("5") + line(`"x"`), "f:4: id x twice, first at line 3"},
		{line("1") + line("0") + line("2"), ""},
		{line(`"01"`) + line("1"), ""},
	} {
		_, err := Reading{}.Decode(strings.NewReader(c.in), "f")
		if (err == nil) != (c.err == "") || err != nil && err.Error() != c.err {
			t.Errorf("error %v, want %q", err, c.err)
		}
	}
}

// A line without end is refused before it fills the memory.
func TestLongLine(t *testing.T) {
	endless := io.MultiReader(strings.NewReader(`{"gold":"1","pred":"1"}`+"\n"), zeros{})
	_, err := Reading{}.Decode(endless, "f")
	if err == nil || err.Error() != "f:2: longer than 16 MiB: want one JSON object a line" {
		t.Errorf("error %v", err)
	}
	long := `{"gold":"1","pred":"1","text":"` + strings.Repeat("가", 100_000) + `"}`
	if a, err := (Reading{}).Decode(strings.NewReader(long+"\n"+long), "f"); err != nil || a.Len() != 2 {
		t.Errorf("lines of 300 kB: %v", err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) {
	clear(b)
	return len(b), nil
}

func TestGroups(t *testing.T) {
	in := `{"gold":"a","pred":"a","genre":"news","text":"가나다"}` + "\n" + `{"gold":"a","pred":"b","genre":7,"text":"` + strings.Repeat("x", 40) + `"}` + "\n" +
		`{"gold":"a","pred":"b","genre":null}` + "\n" + `{"gold":"a","pred":"b"}`
	a := decodeAs(t, "f", in, Reading{By: "genre"})
	if !slices.Equal(a.Groups, []string{"news", "7"}) || !slices.Equal(a.Group, []int32{0, 1, -1, -1}) {
		t.Errorf("%q %v", a.Groups, a.Group)
	}
	a = decodeAs(t, "f", in, Reading{By: ByLength})
	if !slices.Equal(a.Groups, []string{"0–15", "32–63"}) || !slices.Equal(a.Group, []int32{0, 1, -1, -1}) {
		t.Errorf("%q %v", a.Groups, a.Group)
	}
}

func TestBreakdown(t *testing.T) {
	of := func(in string, labels ...string) Breakdown {
		return decodeAs(t, "p", in, Reading{Labels: labels}).Breakdown()
	}
	b := of(`{"gold":"a","pred":"a"}`+"\n"+`{"gold":"a","pred":"b"}`+"\n"+`{"gold":"b","pred":"b"}`, "a", "b", "c")
	if len(b.Labels) != 3 || b.Labels[0].Recall != 0.5 || b.Labels[2].Support != 0 || b.Confusion[0][1] != 1 {
		t.Errorf("%+v", b)
	}
	if got, want := *b.MacroAll, (2.0/3+2.0/3)/3; got != want {
		t.Errorf("macro F1 of all classes %v, want %v", got, want)
	}
	b = of(`{"gold":["PER-I","LOC-B"],"pred":["PER-I","O"],"kept":1}`)
	if len(b.Entities) != 1 || b.Entities[0].F1 != 1 || b.Strict.F1 != 0 {
		t.Errorf("%+v", b)
	}
	if b := of(`{"gold":1,"pred":2}`); b.Labels != nil || b.Entities != nil {
		t.Errorf("%+v", b)
	}
}

func TestHardest(t *testing.T) {
	for _, c := range []struct {
		name, in string
		ids      []ID
		why      string
	}{
		{"labels", `{"id":1,"gold":"a","pred":"b","probs":[0.4,0.6]}` + "\n" + `{"id":2,"gold":"a","pred":"a","probs":[1,0]}` + "\n" +
			`{"id":3,"gold":"b","pred":"a","probs":[0.9,0.1]}` + "\n" + `{"id":4,"gold":"b","pred":"a"}`, []ID{"3", "1", "4"}, "90.0 % sure"},
		{"numbers", `{"id":1,"gold":1,"pred":1.5}` + "\n" + `{"id":2,"gold":5,"pred":1}` + "\n" + `{"id":3,"gold":5,"pred":5}`, []ID{"2", "1"}, "off by 4.00"},
		{"tags", `{"id":1,"gold":["O","O"],"pred":["O","X-B"]}` + "\n" + `{"id":2,"gold":["O","O"],"pred":["X-B","X-I"]}`, []ID{"2", "1"}, "2 of 2 words wrong"},
	} {
		t.Run(c.name, func(t *testing.T) {
			labels := []string{"a", "b"}
			if c.name != "labels" {
				labels = nil
			}
			got, err := fileAs(t, c.in, Reading{Labels: labels}).Hardest(10)
			if err != nil {
				t.Fatal(err)
			}
			var ids []ID
			for _, h := range got {
				ids = append(ids, h.ID)
			}
			if !slices.Equal(ids, c.ids) || got[0].Why != c.why {
				t.Errorf("%v, %q", ids, got[0].Why)
			}
		})
	}
	var many strings.Builder
	for i := range 100 {
		fmt.Fprintf(&many, `{"gold":1,"pred":%d,"text":"t%d"}`+"\n", 1+i*37%100, i)
	}
	got, err := fileAs(t, many.String(), Reading{}).Hardest(2)
	if err != nil || len(got) != 2 || got[0].ID != "27" || got[0].Text != "t27" || got[1].ID != "54" {
		t.Errorf("%+v %v", got, err)
	}
}
