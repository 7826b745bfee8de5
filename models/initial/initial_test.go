package initial

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

func ExampleNormal() {
	a, b := make([]float32, 3), make([]float32, 3)
	Normal(a, 42, "classifier.weight", 0.02, 0)
	Normal(b, 42, "classifier.weight", 0.02, 0)
	fmt.Println(a[0] == b[0], a[1] == b[1], a[0] == a[1])
	// Output: true true false
}

// TestMoments compares the mean and the deviation of many values with those asked
// for, and names with each other.
func TestMoments(t *testing.T) {
	x, y := make([]float32, 100001), make([]float32, 100001)
	moments := func(x []float32) (mean, deviation float64) {
		for _, v := range x {
			mean += float64(v) / float64(len(x))
		}
		for _, v := range x {
			deviation += (float64(v) - mean) * (float64(v) - mean) / float64(len(x))
		}
		return mean, math.Sqrt(deviation)
	}
	Normal(x, 1, "a", 0.5, 1)
	Normal(y, 1, "a", 0.5, 3)
	if !slices.Equal(x, y) {
		t.Error("one thread and three have other values")
	}
	Normal(y, 1, "b", 0.5, 0)
	if x[0] == y[0] {
		t.Error("two names have the same values")
	}
	mean, deviation := moments(x)
	golden.NearNumber(t, "mean of normal values", mean, 0, golden.Within(0.01))
	golden.NearNumber(t, "their deviation", deviation, 0.5, golden.Within(0.01))
	Uniform(x, 1, "a", 3)
	mean, deviation = moments(x)
	golden.NearNumber(t, "mean of uniform values", mean, 1.5, golden.Within(0.02))
	golden.NearNumber(t, "their deviation", deviation, 3/math.Sqrt(12), golden.Within(0.02))
}

func TestSinusoids(t *testing.T) {
	got := make([]float32, 8)
	Sinusoids(got, 4)
	want := []float32{0, 1, 0, 1, float32(math.Sin(1)), float32(math.Cos(1)), float32(math.Sin(0.01)), float32(math.Cos(0.01))}
	golden.Near(t, "positions 0 and 1", got, want, golden.Within(1e-7))
}
