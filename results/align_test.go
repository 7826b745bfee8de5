package results

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

func decodeAs(t *testing.T, name, in string) *Predictions {
	t.Helper()
	p, err := DecodePredictions(strings.NewReader(in), name)
	if err != nil {
		t.Fatal(err)
	}
	return p
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
		{"numbers and labels", `{"gold":"1","pred":"1"}`, `{"gold":1,"pred":0}`, NumberAnswer, `a:1 and b:1: gold "1" against 1`},
		{"ids twice", `{"id":1,"gold":"a","pred":"a"}` + "\n" + `{"id":1,"gold":"b","pred":"a"}`, `{"id":1,"gold":"b","pred":"a"}` + "\n" + `{"id":1,"gold":"a","pred":"a"}`, NoAnswer,
			`a:1 and b:1: gold "a" against "b"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := Align(decodeAs(t, "a", c.a), decodeAs(t, "b", c.b), c.kind)
			var m *MismatchError
			if c.err == "" && err != nil || c.err != "" && (!errors.As(err, &m) || !strings.HasPrefix(err.Error(), c.err)) {
				t.Errorf("error %v, want %s", err, c.err)
			}
		})
	}

	a := decodeAs(t, "a", `{"id":"x","gold":"1","pred":"1"}`+"\n"+`{"id":"y","gold":"0","pred":"1"}`)
	b := decodeAs(t, "b", `{"id":"y","gold":"0","pred":"0"}`+"\n"+`{"id":"x","gold":"1","pred":"1","text":"t"}`)
	got, err := Align(a, b, NoAnswer)
	if err != nil || got.Rows[0].ID != "x" || got.Rows[0].Line != 2 || b.Rows[0].ID != "y" {
		t.Errorf("another order: %+v %v", got, err)
	}
	if err := TextsDiffer(a, got); err != nil {
		t.Errorf("a file without text: %v", err)
	}
	a.Rows[0].Text = "other"
	if err := TextsDiffer(a, got); err == nil || err.Error() != "a:1 and b:2: the same gold, and other text" {
		t.Errorf("other text: %v", err)
	}
}

func TestBreakdown(t *testing.T) {
	p := decodeAs(t, "p", `{"gold":"a","pred":"a"}`+"\n"+`{"gold":"a","pred":"b"}`+"\n"+`{"gold":"b","pred":"b"}`)
	b, err := p.Breakdown(NoAnswer, []string{"a", "b", "c"})
	if err != nil || len(b.Labels) != 3 || b.Labels[0].Recall != 0.5 || b.Labels[2].Support != 0 || b.Confusion[0][1] != 1 {
		t.Errorf("%+v %v", b, err)
	}
	if got, want := *b.MacroAll, (2.0/3+2.0/3)/3; got != want {
		t.Errorf("macro F1 of all classes %v, want %v", got, want)
	}
	tags := decodeAs(t, "p", `{"gold":["PER-I","LOC-B"],"pred":["PER-I","O"],"kept":1}`)
	b, err = tags.Breakdown(NoAnswer, nil)
	if err != nil || len(b.Entities) != 1 || b.Entities[0].F1 != 1 || b.Strict.F1 != 0 {
		t.Errorf("%+v %v", b, err)
	}
	if b, err := decodeAs(t, "p", `{"gold":1,"pred":2}`).Breakdown(NoAnswer, nil); err != nil || b.Labels != nil || b.Entities != nil {
		t.Errorf("%+v %v", b, err)
	}
	if _, err := p.Breakdown(NoAnswer, []string{"a"}); err == nil {
		t.Error("a label that the task has not: no error")
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
			got := decodeAs(t, "p", c.in).Hardest(10, []string{"a", "b"})
			var ids []ID
			for _, h := range got {
				ids = append(ids, h.ID)
			}
			if !slices.Equal(ids, c.ids) || got[0].Why != c.why {
				t.Errorf("%v, %q", ids, got[0].Why)
			}
		})
	}
	if got := decodeAs(t, "p", `{"gold":1,"pred":2}`+"\n"+`{"gold":1,"pred":4}`).Hardest(1, nil); len(got) != 1 || got[0].ID != "1" {
		t.Errorf("%+v", got)
	}
}
