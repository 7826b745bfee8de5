package splitmix

import (
	"math"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

// The first outputs of the generator that starts at 1234567, of the paper's
// reference code.
func TestMix(t *testing.T) {
	state := uint64(1234567)
	for i, want := range []uint64{6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431, 16408922859458223821} {
		if got := Mix(state); got != want {
			t.Errorf("output %d: %d, want %d", i, got, want)
		}
		state += 0x9e3779b97f4a7c15
	}
}

func TestDraws(t *testing.T) {
	const n = 100000
	var unit, gumbel float64
	for i := range uint64(n) {
		u, g := Unit(Key(7, i)), Gumbel(Key(8, i))
		if u < 0 || u >= 1 || math.IsInf(g, 0) || math.IsNaN(g) {
			t.Fatalf("draw %d: %v, %v", i, u, g)
		}
		unit += u / n
		gumbel += g / n
	}
	if !golden.Within(0.005).Near(unit, 0.5) || !golden.Within(0.02).Near(gumbel, 0.5772) { // four deviations of the means
		t.Errorf("means %v and %v, want 1/2 and Euler's constant", unit, gumbel)
	}
}
