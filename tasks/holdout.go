package tasks

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
)

// Holdout is the split that is held out of the training file where a checkpoint
// or a recipe is chosen and there is no dev split beside the scored one.
const Holdout = "holdout"

// HeldOut is why rows of a training file do not train.
const HeldOut = "held out"

// HoldOut divides a split in two: what trains, and about that fraction of its
// examples to choose on, both in file order. Which ones is a function of their
// texts alone, by SHA-256: the same for every seed and recipe, and rows of one
// text are on one side. Both are new sets; it is an error if one would be empty.
func (s *Set) HoldOut(fraction float64) (train, held *Set, err error) {
	type row struct {
		at  int
		sum [sha256.Size]byte
	}
	rows := make([]row, len(s.Examples))
	for i := range rows {
		rows[i] = row{i, s.Examples[i].sum()}
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(bytes.Compare(a.sum[:], b.sum[:]), cmp.Compare(a.at, b.at))
	})
	want := max(1, int(math.Round(fraction*float64(len(rows)))))
	n := min(want, len(rows))
	for 0 < n && n < len(rows) && rows[n].sum == rows[n-1].sum {
		n++
	}
	if n == len(rows) {
		return nil, nil, fmt.Errorf("%s: %s: holdout %v of %d examples leaves none to train", s.Task.Name, s.File, fraction, len(rows))
	}
	out := make([]bool, len(rows))
	for _, r := range rows[:n] {
		out[r.at] = true
	}
	train, held = new(*s), new(*s)
	train.Dropped = maps.Clone(s.Dropped)
	train.Dropped[HeldOut] = n
	held.Split, held.Rows, held.Dropped = Holdout, n, map[string]int{}
	train.Examples, held.Examples = make([]Example, 0, len(rows)-n), make([]Example, 0, n)
	for i, e := range s.Examples {
		if out[i] {
			held.Examples = append(held.Examples, e)
		} else {
			train.Examples = append(train.Examples, e)
		}
	}
	return train, held, nil
}

// sum is the SHA-256 of what the example asks, its answer left out.
func (e *Example) sum() (sum [sha256.Size]byte) {
	h := sha256.New()
	for _, part := range append([]string{e.Text, e.Pair}, e.Words...) {
		fmt.Fprintf(h, "%d:", len(part)) // so that no two examples join to one text
		io.WriteString(h, part)
	}
	h.Sum(sum[:0])
	return sum
}
