package metrics

import "slices"

// Agreement is how often two models give the same answer.
type Agreement struct {
	Same  float64  `json:"same"`  // share of the examples
	Kappa *float64 `json:"kappa"` // Cohen's: beyond chance; nil where both always give one and the same answer
}

// Agree compares the predictions of two classifications of the same examples;
// false without examples, and for samples of another kind. It panics if lengths
// or classes differ.
func Agree(a, b Sample) (Agreement, bool) {
	x, okA := a.(*Labels)
	y, okB := b.(*Labels)
	if !okA || !okB || len(x.cells) == 0 {
		return Agreement{}, false
	}
	if len(x.cells) != len(y.cells) || x.classes != y.classes {
		panic("metrics: Agree of samples of different lengths or classes")
	}
	p, q := make([]int32, len(x.cells)), make([]int32, len(y.cells))
	for i := range p {
		p[i], q[i] = x.cells[i]%int32(x.classes), y.cells[i]%int32(y.classes)
	}
	c := NewConfusion(p, q, x.classes)
	n := float64(c.N())
	out := Agreement{Same: float64(c.Correct()) / n}
	byChance := 0.0
	for k := range c.Classes {
		_, theirs, mine := c.sums(k)
		byChance += float64(float64(mine)*float64(theirs)) / (n * n)
	}
	if byChance < 1 {
		kappa := (out.Same - byChance) / (1 - byChance)
		out.Kappa = &kappa
	}
	return out, true
}

// Holm returns p-values corrected for being several (Holm 1979), in the order
// given: a family of which one is below a level is wrong at most so often.
func Holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		if p[i] < p[j] {
			return -1
		} else if p[i] > p[j] {
			return 1
		}
		return 0
	})
	out := make([]float64, len(p))
	largest := 0.0
	for k, i := range order {
		largest = max(largest, min(1, float64(len(p)-k)*p[i]))
		out[i] = largest
	}
	return out
}
