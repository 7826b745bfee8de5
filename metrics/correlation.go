package metrics

import (
	"cmp"
	"math"
	"slices"
)

// PearsonR returns the linear correlation of x and y, which have equal length;
// false where it is undefined: under two pairs, or x or y constant.
func PearsonR(x, y []float64) (float64, bool) {
	if len(x) != len(y) {
		panic("metrics: PearsonR of slices of different length")
	}
	if len(x) < 2 || constant(x) || constant(y) {
		return 0, false
	}
	if len(x) == 2 { // a line through two points: rounding the mean leaves less than that
		if (x[0] < x[1]) == (y[0] < y[1]) {
			return 1, true
		}
		return -1, true
	}
	x, y = scaled(x), scaled(y)
	mx, my := mean(x), mean(y)
	var xx, yy, xy float64
	for i := range x {
		dx, dy := x[i]-mx, y[i]-my
		xx += float64(dx * dx) // the conversion keeps the compiler from fusing: the same bits everywhere
		yy += float64(dy * dy)
		xy += float64(dx * dy)
	}
	return quotient(xy, xx, yy)
}

// scaled returns x times the power of two that brings its largest magnitude to
// between 1/2 and 1: squares then neither overflow nor underflow, and nothing is
// rounded that the unscaled sums would not round alike. Within a few powers of
// ten of 1 it is x itself.
func scaled(x []float64) []float64 {
	largest := 0.0
	for _, v := range x {
		largest = max(largest, math.Abs(v))
	}
	if largest == 0 || largest > 1e-9 && largest < 1e9 {
		return x
	}
	_, exp := math.Frexp(largest)
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = math.Ldexp(v, -exp)
	}
	return out
}

// SpearmanRho returns the rank correlation of x and y, ties with their average
// rank, as scipy's spearmanr; false where it is undefined, as PearsonR.
func SpearmanRho(x, y []float64) (float64, bool) { return PearsonR(Ranks(x), Ranks(y)) }

// Ranks returns every value's rank from 1, equal values sharing the average.
func Ranks(x []float64) []float64 { return ranksOf(ties(x), len(x)) }

// ranksOf returns the ranks of n values from their groups of equals.
func ranksOf(groups []tie, n int) []float64 {
	ranks := make([]float64, n)
	for _, tied := range groups {
		// tied.first values are smaller: ranks first+1 to first+len.
		r := float64(tied.first) + float64(len(tied.rows)+1)/2
		for _, i := range tied.rows {
			ranks[i] = r
		}
	}
	return ranks
}

// A tie is a group of equal values.
type tie struct {
	first int     // how many values are smaller
	rows  []int32 // whose values they are
}

// ties returns the groups of equal values of x, rising.
func ties(x []float64) []tie {
	order := make([]int32, len(x))
	for i := range order {
		order[i] = int32(i)
	}
	slices.SortStableFunc(order, func(a, b int32) int { return cmp.Compare(x[a], x[b]) })
	var all []tie
	for lo := 0; lo < len(order); {
		hi := lo + 1
		for hi < len(order) && x[order[hi]] == x[order[lo]] {
			hi++
		}
		all = append(all, tie{lo, order[lo:hi]})
		lo = hi
	}
	return all
}

// quotient returns the correlation from the centred sums of squares and products.
func quotient(xy, xx, yy float64) (float64, bool) {
	if !(xx > 0 && yy > 0) {
		return 0, false
	}
	norm := math.Sqrt(xx * yy) // one root: exact where x is y
	if norm == 0 || math.IsInf(norm, 0) {
		norm = math.Sqrt(xx) * math.Sqrt(yy)
	}
	return max(-1, min(1, xy/norm)), true
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

func constant(x []float64) bool {
	for _, v := range x {
		if v != x[0] {
			return false
		}
	}
	return true
}
