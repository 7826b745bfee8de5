package compare

import (
	"math"
	"strings"
	"testing"

	"github.com/lmkor/bench/results"
)

// No end of an interval that leaves out 0 is printed as 0, however small; what rounding
// makes of 0 asks for no digits.
func TestNoEndIsPrintedAsZero(t *testing.T) {
	for _, c := range []struct {
		in   [2]float64
		want int
	}{
		{[2]float64{2, 9}, 1},
		{[2]float64{2, 2.9}, 2},
		{[2]float64{0, 9}, 1},
		{[2]float64{0.049, 9}, 2},
		{[2]float64{0.05, 9}, 1},
		{[2]float64{0.0049, 9}, 3},
		{[2]float64{0.004, 0.3}, 3},
		{[2]float64{-9, -0.0004}, 4},
		{[2]float64{2e-6, 3}, 6},
		{[2]float64{-1e-15, 3}, 1},
		{[2]float64{-0.3, 1e-15}, 2},
	} {
		got := digitsOf(c.in)
		if got != c.want {
			t.Errorf("%v: %d digits, want %d", c.in, got, c.want)
		}
		for _, end := range c.in {
			if s := signed(end, got); math.Abs(end) > rounding && strings.Trim(s, "+−0.") == "" {
				t.Errorf("%v: %v is printed as %s", c.in, end, s)
			}
		}
	}
	if s := (teller{results.Korean}).points(0.004, digitsOf([2]float64{0.004, 0.3})); s != "0.004점" {
		t.Error(s)
	}
}
