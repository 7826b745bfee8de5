package metrics

import (
	"fmt"
	"math"
)

// Confusion counts examples by gold class and predicted class.
type Confusion struct {
	Classes int
	Cells   []int // [Classes, Classes], row-major, rows gold
}

// NewConfusion counts. It panics if the lengths differ or a class lies outside
// 0 to classes-1.
func NewConfusion[I int | int32](gold, pred []I, classes int) Confusion {
	c := Confusion{Classes: classes, Cells: make([]int, classes*classes)}
	for _, cell := range cellsOf(gold, pred, classes) {
		c.Cells[cell]++
	}
	return c
}

// cellsOf returns every example's cell of the confusion matrix.
func cellsOf[I int | int32](gold, pred []I, classes int) []int32 {
	if len(gold) != len(pred) {
		panic(fmt.Sprintf("metrics: %d gold classes, %d predicted", len(gold), len(pred)))
	}
	cells := make([]int32, len(gold))
	for i, g := range gold {
		p := pred[i]
		if g < 0 || int(g) >= classes || p < 0 || int(p) >= classes {
			panic(fmt.Sprintf("metrics: example %d: gold %d, predicted %d of %d classes", i, g, p, classes))
		}
		cells[i] = int32(int(g)*classes + int(p))
	}
	return cells
}

// ClassScore holds one class's scores; a ratio of 0 to 0 is 0.
type ClassScore struct {
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
	Support   int     `json:"support"` // examples of this class in gold
}

// scoreOf returns the scores of tp hits among predicted and gold ones.
func scoreOf(tp, predicted, gold int) ClassScore {
	s := ClassScore{Support: gold}
	if predicted > 0 {
		s.Precision = float64(tp) / float64(predicted)
	}
	if gold > 0 {
		s.Recall = float64(tp) / float64(gold)
	}
	if tp > 0 {
		s.F1 = 2 * float64(tp) / float64(predicted+gold)
	}
	return s
}

// sums returns class k's hits, predictions and gold examples.
func (c Confusion) sums(k int) (tp, predicted, gold int) {
	for j := range c.Classes {
		gold += c.Cells[k*c.Classes+j]
		predicted += c.Cells[j*c.Classes+k]
	}
	return c.Cells[k*c.Classes+k], predicted, gold
}

// N returns the number of examples.
func (c Confusion) N() int {
	n := 0
	for _, v := range c.Cells {
		n += v
	}
	return n
}

// Correct returns the number of examples predicted right.
func (c Confusion) Correct() int {
	n := 0
	for k := range c.Classes {
		n += c.Cells[k*c.Classes+k]
	}
	return n
}

// PerClass returns every class's scores, absent classes with zeros.
func (c Confusion) PerClass() []ClassScore {
	all := make([]ClassScore, c.Classes)
	for k := range all {
		all[k] = scoreOf(c.sums(k))
	}
	return all
}

// Accuracy returns the share of examples predicted right; false without examples.
func (c Confusion) Accuracy() (float64, bool) {
	n := c.N()
	if n == 0 {
		return 0, false
	}
	return float64(c.Correct()) / float64(n), true
}

// MacroF1 returns the mean F1 over the classes that occur in gold or in the
// predictions, as scikit-learn does by default; false without examples.
func (c Confusion) MacroF1() (float64, bool) {
	sum, present := 0.0, 0
	for k := range c.Classes {
		tp, predicted, gold := c.sums(k)
		if predicted+gold > 0 {
			sum += scoreOf(tp, predicted, gold).F1
			present++
		}
	}
	if present == 0 {
		return 0, false
	}
	return sum / float64(present), true
}

// MacroF1All returns the mean F1 over all classes, absent ones with 0; false
// without classes.
func (c Confusion) MacroF1All() (float64, bool) {
	if c.Classes == 0 {
		return 0, false
	}
	sum := 0.0
	for k := range c.Classes {
		sum += scoreOf(c.sums(k)).F1
	}
	return sum / float64(c.Classes), true
}

// Matthews returns Matthews' correlation coefficient for any number of classes
// (Gorodkin 2004), 0 where gold or predictions have one class only, as
// scikit-learn does; false without examples.
func (c Confusion) Matthews() (float64, bool) {
	n := float64(c.N())
	if n == 0 {
		return 0, false
	}
	// Integers up to 2^53 throughout, so nothing is rounded before the root.
	cov, goldVar, predVar := n*float64(c.Correct()), n*n, n*n
	for k := range c.Classes {
		_, p, g := c.sums(k)
		cov -= float64(float64(p) * float64(g))
		goldVar -= float64(float64(g) * float64(g))
		predVar -= float64(float64(p) * float64(p))
	}
	if goldVar == 0 || predVar == 0 {
		return 0, true
	}
	return cov / math.Sqrt(goldVar*predVar), true
}
