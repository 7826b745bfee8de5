package results

import (
	"fmt"
)

// MismatchError says that two predictions files are not of the same examples.
type MismatchError struct {
	A, B string // file and line, or file
	Err  error
}

func (e *MismatchError) Error() string { return fmt.Sprintf("%s and %s: %v", e.A, e.B, e.Err) }
func (e *MismatchError) Unwrap() error { return e.Err }

// Align returns b with its rows in the order of a, by id where both files have
// ids, its classes as a's, and checks that they are the same examples: as many,
// and of the same gold. The error is a *MismatchError that names the first
// differing lines.
func Align(a, b *Answers) (*Answers, error) {
	b = b.recoded(a)
	if !a.Numbered && !b.Numbered {
		if order, same := a.ids.order(&b.ids); same && order != nil {
			b = b.reordered(order)
		}
	}
	for i := range min(a.n, b.n) {
		var err error
		switch {
		case !a.Numbered && !b.Numbered && a.ID(i) != b.ID(i):
			err = fmt.Errorf("id %s against %s: want predictions of the same examples", a.ID(i), b.ID(i))
		case !sameGold(a, b, i):
			err = fmt.Errorf("gold %s against %s: want predictions of the same examples", a.goldText(i), b.goldText(i))
		default:
			continue
		}
		return nil, &MismatchError{a.place(i), b.place(i), err}
	}
	if a.n != b.n {
		longer, n := a, b.n
		if b.n > a.n {
			longer, n = b, a.n
		}
		return nil, &MismatchError{a.File, b.File, fmt.Errorf("%d against %d predictions, "+
			"the first without a counterpart at %s: want predictions of the same examples",
			a.n, b.n, longer.place(n))}
	}
	return b, nil
}

func sameGold(a, b *Answers, i int) bool {
	switch {
	case a.Kind != b.Kind:
		return false
	case a.Kind == NumberAnswer:
		return a.GoldValue[i] == b.GoldValue[i]
	case a.Kind == TagsAnswer:
		x, _ := a.Tags(i)
		y, _ := b.Tags(i)
		if len(x) != len(y) {
			return false
		}
		for k := range x {
			if x[k] != y[k] {
				return false
			}
		}
		return true
	}
	return a.Gold[i] == b.Gold[i]
}

// goldText shows example i's gold to a reader.
func (a *Answers) goldText(i int) string {
	switch a.Kind {
	case NumberAnswer:
		return Number(a.GoldValue[i]).String()
	case TagsAnswer:
		gold, _ := a.Tags(i)
		return Tags(a.names(gold)).String()
	}
	return fmt.Sprintf("%q", a.Labels[a.Gold[i]])
}

func (a *Answers) names(codes []int32) []string {
	out := make([]string, len(codes))
	for i, k := range codes {
		out[i] = a.Labels[k]
	}
	return out
}

// recoded returns b with its classes or tags numbered as a's are, those that a
// lacks behind them; a gets these too.
func (b *Answers) recoded(a *Answers) *Answers {
	if a.Kind != b.Kind || a.Kind == NumberAnswer {
		return b
	}
	index := map[string]int32{}
	for k, l := range a.Labels {
		index[l] = int32(k)
	}
	to := make([]int32, len(b.Labels))
	same := true
	for k, l := range b.Labels {
		at, ok := index[l]
		if !ok {
			at = int32(len(a.Labels))
			a.Labels = append(a.Labels, l)
		}
		to[k] = at
		same = same && int(at) == k
	}
	out := *b
	out.Labels = a.Labels
	if same {
		return &out
	}
	move := func(codes []int32) []int32 {
		moved := make([]int32, len(codes))
		for i, k := range codes {
			moved[i] = to[k]
		}
		return moved
	}
	out.Gold, out.Pred = move(b.Gold), move(b.Pred)
	return &out
}

// reordered returns the answers with row i the one that was row order[i].
func (a *Answers) reordered(order []int32) *Answers {
	out := *a
	out.GoldValue, out.PredValue = gather(a.GoldValue, order), gather(a.PredValue, order)
	out.Confidence, out.Group = gather(a.Confidence, order), gather(a.Group, order)
	out.offsets, out.texts, out.Kept = gather(a.offsets, order), gather(a.texts, order), gather(a.Kept, order)
	out.lines = make([]int32, len(order))
	out.ids = idList{ends: []int{}}
	for i, from := range order {
		out.lines[i] = int32(a.line(int(from)))
		out.ids.push(string(a.ID(int(from))))
	}
	if a.Kind != TagsAnswer {
		out.Gold, out.Pred = gather(a.Gold, order), gather(a.Pred, order)
		return &out
	}
	out.Gold, out.Pred, out.starts = nil, nil, []int{0}
	for _, from := range order {
		gold, pred := a.Tags(int(from))
		out.Gold, out.Pred = append(out.Gold, gold...), append(out.Pred, pred...)
		out.starts = append(out.starts, len(out.Gold))
	}
	return &out
}

func gather[T any](all []T, order []int32) []T {
	if all == nil {
		return nil
	}
	out := make([]T, len(order))
	for i, from := range order {
		out[i] = all[from]
	}
	return out
}
