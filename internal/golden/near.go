package golden

import (
	"fmt"
	"math"
	"testing"
)

// Tolerance is how far a number may lie from its reference: got is near want if
// |got - want| <= Abs + Rel*|want|. NaN is near nothing, not even NaN, and an
// infinity is near itself alone.
type Tolerance struct{ Abs, Rel float64 }

// Exact lets nothing differ but the sign of zero.
var Exact = Tolerance{}

// Within returns a tolerance of the same width for every number.
func Within(abs float64) Tolerance { return Tolerance{Abs: abs} }

// Near reports whether got is near want.
func (tol Tolerance) Near(got, want float64) bool { return tol.Ratio(got, want) <= 1 }

// Ratio returns |got - want| as a multiple of what the tolerance allows: at most 1
// if they are near, +Inf where one of the two is NaN or only one is infinite. It
// is never NaN, so that the largest of many is found by max.
func (tol Tolerance) Ratio(got, want float64) float64 {
	if got == want {
		return 0
	}
	if !(tol.Abs >= 0) || !(tol.Rel >= 0) {
		return math.Inf(1)
	}
	r := math.Abs(got-want) / (tol.Abs + tol.Rel*math.Abs(want))
	if math.IsNaN(r) {
		return math.Inf(1)
	}
	return r
}

func (tol Tolerance) String() string {
	switch {
	case tol.Rel == 0:
		return fmt.Sprintf("%g", tol.Abs)
	case tol.Abs == 0:
		return fmt.Sprintf("%g of the reference", tol.Rel)
	}
	return fmt.Sprintf("%g + %g of the reference", tol.Abs, tol.Rel)
}

// Float is the type of numbers that are compared.
type Float interface{ ~float32 | ~float64 }

// Worst returns the index of the number that lies farthest from its reference and
// its Ratio; -1 and 0 of no numbers. Slices of unequal length are infinitely far
// apart.
func Worst[F Float](got, want []F, tol Tolerance) (at int, ratio float64) {
	if len(got) != len(want) {
		return -1, math.Inf(1)
	}
	at = -1
	for i := range got {
		if r := tol.Ratio(float64(got[i]), float64(want[i])); at < 0 || r > ratio {
			at, ratio = i, r
		}
	}
	return at, ratio
}

// Near fails the test where got is not near want, number by number, with the
// place of the worst. It returns whether all are near.
func Near[F Float](t testing.TB, name string, got, want []F, tol Tolerance) bool {
	t.Helper()
	at, ratio := Worst(got, want, tol)
	if ratio <= 1 {
		return true
	}
	if at < 0 {
		t.Errorf("%s: %d numbers, want %d", name, len(got), len(want))
		return false
	}
	far := 0
	for i := range got {
		if !tol.Near(float64(got[i]), float64(want[i])) {
			far++
		}
	}
	t.Errorf("%s: %d of %d numbers are not within %v; the worst, number %d, is %v, want %v",
		name, far, len(got), tol, at, got[at], want[at])
	return false
}

// NearNumber is Near of one number.
func NearNumber[F Float](t testing.TB, name string, got, want F, tol Tolerance) bool {
	t.Helper()
	if tol.Near(float64(got), float64(want)) {
		return true
	}
	t.Errorf("%s: %v is not within %v of %v", name, got, tol, want)
	return false
}
