package tasks

import (
	"fmt"
	"reflect"
	"testing"
)

func setOf(texts ...string) *Set {
	s := &Set{Task: &All[0], Split: Train, File: "train.txt", Rows: len(texts) + 1, Dropped: map[string]int{BlankLine: 1}}
	for i, text := range texts {
		s.Examples = append(s.Examples, Example{ID: i, Line: i + 2, Text: text})
	}
	return s
}

// Every row is on one side, in file order, rows of one text on the same, and what
// is held out is counted.
func TestHoldOut(t *testing.T) {
	var texts []string
	for i := range 200 {
		texts = append(texts, fmt.Sprint("글 ", i%150)) // 50 of them twice
	}
	s := setOf(texts...)
	train, held, err := s.HoldOut(0.1)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(held.Examples); n < 20 || n > 21 || n+len(train.Examples) != 200 {
		t.Errorf("%d held out, %d train", n, len(train.Examples))
	}
	if held.Split != Holdout || held.Rows != len(held.Examples) || train.Split != Train || train.Rows != 201 ||
		!reflect.DeepEqual(train.Dropped, map[string]int{BlankLine: 1, HeldOut: len(held.Examples)}) || len(s.Dropped) != 1 || len(s.Examples) != 200 {
		t.Errorf("held %+v, train %+v", held.Rows, train.Dropped)
	}
	trains := map[string]bool{}
	last := -1
	for _, e := range train.Examples {
		trains[e.Text] = true
		if e.ID <= last {
			t.Errorf("%d behind %d", e.ID, last)
		}
		last = e.ID
	}
	for _, e := range held.Examples {
		if trains[e.Text] {
			t.Errorf("%q trains and is held out", e.Text)
		}
	}
	again, _, err := setOf(texts...).HoldOut(0.1)
	if err != nil || !reflect.DeepEqual(again.Examples, train.Examples) {
		t.Errorf("another part the second time, %v", err)
	}
}

func TestHoldOutOfFewRows(t *testing.T) {
	if train, held, err := setOf("가", "나", "다").HoldOut(0.01); err != nil || len(train.Examples) != 2 || len(held.Examples) != 1 {
		t.Errorf("%v, %v, %v", train, held, err)
	}
	for _, texts := range [][]string{{"가"}, {"가", "가", "가"}} {
		if _, _, err := setOf(texts...).HoldOut(0.1); err == nil {
			t.Errorf("%q: nothing is left to train, and no error", texts)
		}
	}
}
