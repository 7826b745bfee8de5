package kernels

import (
	"fmt"
	"github.com/lmkor/bench/kernels/parallel"
	"math"
	"testing"
)

// notFinite are the values that a broken computation leaves.
var notFinite = []float32{float32(math.NaN()), float32(math.Inf(1)), float32(math.Inf(-1))}

// eachSet runs f with each of this machine's kernel sets in use.
func eachSet(t *testing.T, f func(t *testing.T)) {
	defer func(s set) { chosen = s }(chosen)
	for _, s := range append(available(), plain) {
		chosen = s
		t.Run(s.name, f)
	}
}

func TestFinite(t *testing.T) {
	eachSet(t, func(t *testing.T) {
		for n := range 70 {
			x := numbers(n+2, 1)[1 : n+1 : n+1]
			for i := range x {
				x[i] *= 3e38 // the largest there are are finite
			}
			if !Finite(x) {
				t.Fatalf("%d numbers are said not to be finite", n)
			}
			for i := range x {
				for _, v := range notFinite {
					old := x[i]
					x[i] = v
					if Finite(x) {
						t.Fatalf("%v at %d of %d was not seen", v, i, n)
					}
					x[i] = old
				}
			}
		}
	})
}

// TestRowsHandNaNOn holds softmax, its gradient and layer norm to plain Go's
// answer for a row with a NaN: NaN in all of it, and in no other row.
func TestRowsHandNaNOn(t *testing.T) {
	nan := float32(math.NaN())
	eachSet(t, func(t *testing.T) {
		for _, cols := range []int{1, 2, 7, 8, 15, 16, 17, 31, 33, 64, 130} {
			ones, zeros := make([]float32, cols), make([]float32, cols)
			for i := range ones {
				ones[i] = 1
			}
			for at := range cols {
				for name, run := range map[string]func(x []float32){
					"softmax":                func(x []float32) { SoftmaxSeq(x, 3, cols, cols) },
					"the softmax's gradient": func(x []float32) { SoftmaxGradSeq(x, numbers(3*cols, 2), 3, cols, cols) },
					"layer norm": func(x []float32) {
						LayerNorm(pool, x, make([]float32, 3), make([]float32, 3), x, ones, zeros, 3, cols, 1e-5)
					},
				} {
					x := numbers(3*cols, 1)
					x[cols+at] = nan
					run(x)
					for i, v := range x {
						if inRow := i/cols == 1; inRow != (v != v) {
							t.Fatalf("%s, %d columns, NaN in column %d: row %d has %v", name, cols, at, i/cols, v)
						}
					}
				}
			}
		}
	})
}

// TestActivationsHandNaNOn puts a NaN into each place of a register and behind it.
func TestActivationsHandNaNOn(t *testing.T) {
	eachSet(t, func(t *testing.T) {
		for act := Identity + 1; act < acts; act++ {
			for at := range 35 {
				x := numbers(35, 1)
				x[at] = float32(math.NaN())
				y, slope := make([]float32, 35), append([]float32{}, x...)
				activate(act, y, x)
				kept := make([]float32, 35)
				activateSlope(act, kept, slope)
				for i := range x {
					if isNaN := i == at; isNaN != (y[i] != y[i]) || isNaN != (kept[i] != kept[i]) {
						t.Fatalf("activation %d, NaN at %d: element %d is %v, %v with the derivative", act, at, i, y[i], kept[i])
					}
				}
				if act != ReLU && slope[at] == slope[at] {
					t.Fatalf("activation %d: the derivative at NaN is %v", act, slope[at])
				}
			}
		}
	})
}

// TestGemmHandsNaNOn breaks one element of an operand, in the last row or column
// of an odd shape and in the first: what depends on it is NaN, and nothing else.
func TestGemmHandsNaNOn(t *testing.T) {
	const m, n, k = 31, 67, 19
	multiply := map[string]func(*parallel.Pool, ...Product){"float32": Gemms, "bfloat16": GemmsBF16}
	eachSet(t, func(t *testing.T) {
		for name, gemms := range multiply {
			for mode := range 4 {
				ta, tb := mode&1 > 0, mode&2 > 0
				for _, corner := range []int{0, 1} {
					row, column := corner*(m-1), corner*(n-1)
					for _, inB := range []bool{false, true} {
						t.Run(fmt.Sprintf("%s/ta=%v/tb=%v/corner=%d/b=%v", name, ta, tb, corner, inB), func(t *testing.T) {
							a, b, c := numbers(m*k, 1), numbers(k*n, 2), make([]float32, m*n)
							lda, ldb := k, n
							ai, bi := row*k, column
							if ta {
								lda, ai = m, row
							}
							if tb {
								ldb, bi = k, column*k
							}
							if inB {
								b[bi] = float32(math.NaN())
							} else {
								a[ai] = float32(math.NaN())
							}
							gemms(pool, Product{TA: ta, TB: tb, M: m, N: n, K: k, A: a, LDA: lda, B: b, LDB: ldb, C: c, LDC: n})
							for i, v := range c {
								broken := i/n == row
								if inB {
									broken = i%n == column
								}
								if broken != (v != v) {
									t.Fatalf("row %d, column %d is %v", i/n, i%n, v)
								}
							}
						})
					}
				}
			}
		}
	})
}
