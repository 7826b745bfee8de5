package metrics

import (
	"fmt"
	"slices"
)

// A Sample is what a model answered to the examples of a split, reduced to what
// the scores are functions of. NewLabels, NewTags and NewValues make one.
type Sample interface {
	// Len returns the number of examples.
	Len() int
	// Scores returns every score.
	Scores() Scores
	sample
}

// sample is what intervals and tests need.
type sample interface {
	// names lists the scores that this kind of sample has.
	names() []Name
	// weighted returns a function that gives the score of the sample in which
	// row i occurs w[i] times; nil for a score that this kind has not. The
	// function owns scratch: one goroutine at a time.
	weighted(n Name) func(w []uint32) (float64, bool)
	// right says which examples are answered exactly; nil where that has no
	// meaning.
	right() []bool
	// swapped returns a function that gives the scores of two samples made from
	// this one and other by exchanging the answers of the rows whose coin shows
	// 1. Both samples are of one kind and length.
	swapped(other Sample, n Name) func(coins stream) (a, b float64, ok bool)
	// profiles returns a function that names example i by what score n sees of
	// all runs' answers to it, as distinct wants it; nil where examples are
	// hardly ever alike.
	profiles(runs []Sample, n Name) func(i int) []byte
	// pick returns the sample of the given examples, of which score n is asked.
	pick(rows []int32, n Name) Sample
	// joined returns the sample of this one's rows and, behind them, other's, answers
	// in what swapped exchanges. Both samples are of one kind and length.
	joined(other Sample, n Name) Sample
}

// scoresOf fills in the scores that s has.
func scoresOf(s Sample) Scores {
	var all Scores
	w := make([]uint32, s.Len())
	for i := range w {
		w[i] = 1
	}
	for _, n := range s.names() {
		v, ok := s.weighted(n)(w)
		all.set(n, v, ok)
	}
	return all
}

// coins gives every row a coin, asked for in rising order: 64 rows share a draw.
type coins struct {
	stream stream
	word   uint64
}

func (c *coins) at(i int) bool {
	if i&63 == 0 {
		c.word = c.stream.bits(uint64(i >> 6))
	}
	return c.word>>(i&63)&1 == 1
}

// Labels is a classification sample.
type Labels struct {
	classes int
	cells   []int32 // of the confusion matrix, one an example
}

// NewLabels returns a classification sample. It panics if the lengths differ or
// a class lies outside 0 to classes-1.
func NewLabels[I int | int32](gold, pred []I, classes int) *Labels {
	return &Labels{classes, cellsOf(gold, pred, classes)}
}

func (s *Labels) Len() int       { return len(s.cells) }
func (s *Labels) Scores() Scores { return scoresOf(s) }
func (s *Labels) names() []Name  { return []Name{Accuracy, MacroF1, Matthews} }

func (s *Labels) right() []bool {
	ok := make([]bool, len(s.cells))
	for i, c := range s.cells {
		ok[i] = int(c)%(s.classes+1) == 0 // the diagonal
	}
	return ok
}

func (c Confusion) score(n Name) (float64, bool) {
	switch n {
	case Accuracy:
		return c.Accuracy()
	case MacroF1:
		return c.MacroF1()
	case Matthews:
		return c.Matthews()
	}
	panic("metrics: no classification score " + string(n))
}

func (s *Labels) weighted(n Name) func([]uint32) (float64, bool) {
	if !hasScore(s, n) {
		return nil
	}
	c := Confusion{s.classes, make([]int, s.classes*s.classes)}
	return func(w []uint32) (float64, bool) {
		clear(c.Cells)
		for i, cell := range s.cells {
			c.Cells[cell] += int(w[i])
		}
		return c.score(n)
	}
}

func (s *Labels) swapped(other Sample, n Name) func(stream) (float64, float64, bool) {
	o := other.(*Labels)
	base := make([]int, s.classes*s.classes)
	var differ [][2]int32 // only these rows change anything
	for i, c := range s.cells {
		if c == o.cells[i] {
			base[c]++
		} else {
			differ = append(differ, [2]int32{c, o.cells[i]})
		}
	}
	a, b := Confusion{s.classes, make([]int, len(base))}, Confusion{s.classes, make([]int, len(base))}
	return func(st stream) (float64, float64, bool) {
		copy(a.Cells, base)
		copy(b.Cells, base)
		c := coins{stream: st}
		for i, d := range differ {
			if c.at(i) {
				d[0], d[1] = d[1], d[0]
			}
			a.Cells[d[0]]++
			b.Cells[d[1]]++
		}
		va, okA := a.score(n)
		vb, okB := b.score(n)
		return va, vb, okA && okB
	}
}

// seen is what score n sees of example i: of accuracy, whether it is right.
func (s *Labels) seen(i int, n Name) int32 {
	if n != Accuracy {
		return s.cells[i]
	}
	if int(s.cells[i])%(s.classes+1) == 0 {
		return 0
	}
	return 1
}

func (s *Labels) profiles(runs []Sample, n Name) func(int) []byte {
	return profileKeys(len(runs), len(s.cells), 1, func(r, i int, to []int32) { to[0] = runs[r].(*Labels).seen(i, n) })
}

func (s *Labels) pick(rows []int32, n Name) Sample {
	out := &Labels{classes: s.classes, cells: make([]int32, len(rows))}
	if n == Accuracy {
		out.classes = 2 // cell 0 is right, cell 1 wrong
	}
	for k, i := range rows {
		out.cells[k] = s.seen(int(i), n)
	}
	return out
}

func (s *Labels) joined(other Sample, _ Name) Sample {
	return &Labels{s.classes, slices.Concat(s.cells, other.(*Labels).cells)}
}

func hasScore(s sample, n Name) bool {
	for _, m := range s.names() {
		if m == n {
			return true
		}
	}
	return false
}

// Check returns an error if a sample of this kind has no score n.
func Check(s Sample, n Name) error {
	if !hasScore(s, n) {
		return fmt.Errorf("score %q: want one of %q for these answers", n, s.names())
	}
	return nil
}
