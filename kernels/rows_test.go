package kernels

import (
	"fmt"
	"math"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

// TestRowsEqualTheirTwins holds softmax and layer norm, forward and backward, to
// plain Go at all widths around the registers', in bounds.
func TestRowsEqualTheirTwins(t *testing.T) {
	defer func(s set) { chosen = s }(chosen)
	for _, s := range available() {
		if s.loops == nil {
			continue // its loops are the twins
		}
		for _, cols := range []int{1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 130, 384} {
			t.Run(fmt.Sprintf("%s/n=%d", s.name, cols), func(t *testing.T) {
				const rows = 5
				run := func(s set) (all [][]float32) {
					chosen = s
					cut := func(n int, seed uint64) []float32 { return numbers(n+2, seed)[1 : n+1 : n+1] }
					x, dy, w, b := cut(rows*cols, 1), cut(rows*cols, 2), cut(cols, 3), cut(cols, 4)
					y, mean, rstd := cut(rows*cols, 5), cut(rows, 6), cut(rows, 7)
					LayerNorm(pool, y, mean, rstd, x, w, b, rows, cols, 1e-2)
					dw, db, dx := cut(cols, 8), cut(cols, 9), cut(rows*cols, 10)
					LayerNormGrad(pool, dx, dw, db, dy, x, mean, rstd, w, rows, cols)
					p := cut(rows*cols, 11)
					for i := range p {
						p[i] *= 20
					}
					SoftmaxSeq(p, rows, cols, cols)
					dp := cut(rows*cols, 12)
					SoftmaxGradSeq(dp, p, rows, cols, cols)
					return [][]float32{y, mean, rstd, dx, dw, db, p, dp}
				}
				got, want := run(s), run(plain)
				for k, name := range []string{"y", "mean", "rstd", "dx", "dw", "db", "softmax", "its gradient"} {
					golden.Near(t, name, got[k], want[k], golden.Tolerance{Abs: 2e-5, Rel: 2e-5})
				}
			})
		}
	}
}

// TestDropperDrawsAlikeEverywhere holds every set's dropout to the same bytes,
// whole or in parts, and its share of zeros to P.
func TestDropperDrawsAlikeEverywhere(t *testing.T) {
	defer func(s set) { chosen = s }(chosen)
	const n = 40003
	d := Dropper{Seed: 7, Step: 3, Site: 5, P: 0.1}
	x, want := numbers(n, 1), make([]float32, n)
	chosen = plain
	d.Apply(want, x, 0)
	zeros := 0
	for _, v := range want {
		if v == 0 {
			zeros++
		}
	}
	golden.NearNumber(t, "share of zeros", float64(zeros)/n, 0.1, golden.Within(0.006))
	for _, s := range append(available(), plain) {
		chosen = s
		for _, width := range []int{1, 7, 8, 15, 16, 17, 33, n} {
			got := make([]float32, n)
			for lo := 0; lo < n; lo += width {
				hi := min(n, lo+width)
				d.Apply(got[lo:hi], x[lo:hi], lo)
			}
			for i, v := range got {
				if v != want[i] {
					t.Fatalf("%s, %d at a time: element %d is %v, want %v", s.name, width, i, v, want[i])
				}
			}
		}
	}
}

func TestSoftmaxOfMinusInfinity(t *testing.T) {
	defer func(s set) { chosen = s }(chosen)
	for _, s := range append(available(), plain) {
		chosen = s
		x := make([]float32, 35)
		for i := range x {
			x[i] = float32(math.Inf(-1))
		}
		x[20] = 3
		SoftmaxSeq(x, 1, 35, 35)
		for i, v := range x {
			if (i == 20 && v != 1) || (i != 20 && v != 0) {
				t.Errorf("%s: element %d is %v", s.name, i, v)
			}
		}
	}
}

func TestShortRowsTogetherHaveTheSameSoftmax(t *testing.T) {
	defer func(s set) { chosen = s }(chosen)
	for _, s := range append(available(), plain) {
		chosen = s
		for cols := 1; cols <= 40; cols++ {
			const rows = 5
			want, got := numbers(rows*(cols+1), 7), make([]float32, rows*cols)
			want[0] = float32(math.Inf(-1)) // of the first row; all of the last
			for r := range rows {
				copy(got[r*cols:(r+1)*cols], want[r*(cols+1):])
			}
			for c := range cols {
				want[(rows-1)*(cols+1)+c], got[(rows-1)*cols+c] = float32(math.Inf(-1)), float32(math.Inf(-1))
			}
			SoftmaxSeq(want, rows, cols, cols+1)
			SoftmaxSeq(got, rows, cols, cols)
			for i, v := range got {
				w := want[i/cols*(cols+1)+i%cols]
				if math.Float32bits(v) != math.Float32bits(w) && (v == v || w == w) {
					t.Fatalf("%s, %d columns: element %d is %v, alone %v", s.name, cols, i, v, w)
				}
				if last := i >= (rows-1)*cols; last != (v != v) && cols > 1 {
					t.Fatalf("%s, %d columns: element %d is %v", s.name, cols, i, v)
				}
			}
		}
	}
}
