package device

import (
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/parallel"
)

// products computes the products, and those of further factors behind: as many rounds
// as the longest has factors. The others are spread over the rounds, so that each
// has products to run side by side. It panics with an *UnsupportedPrecision of float16.
func products(pool *parallel.Pool, o *Products) {
	multiply, rounds := multiplier(o.Precision), 1
	for i := range o.List {
		rounds = max(rounds, 1+len(o.List[i].More))
		rowSums(pool, &o.List[i])
	}
	for round := range rounds {
		var list []kernels.Product
		for i := range o.List {
			p := &o.List[i]
			switch {
			case len(p.More) == 0 && round == min(i, rounds-1), len(p.More) > 0 && round == 0:
				list = append(list, p.onHost())
			case round > 0 && round <= len(p.More):
				list = append(list, p.further(round-1))
			}
		}
		multiply(pool, list...)
	}
	for i := range o.List {
		if p := &o.List[i]; !p.Then.Times.None() {
			if p.Then.Times.LD != p.C.LD {
				panic("device: a product times a matrix that lies otherwise")
			}
			kernels.SlopeBiasGrad(pool, nil, p.C.Floats(), p.Then.Times.Floats(), p.M, p.N, p.C.LD)
		}
	}
}

// multiplier returns what multiplies in a precision.
func multiplier(p Precision) func(*parallel.Pool, ...kernels.Product) {
	switch p {
	case Float32:
		return kernels.Gemms
	case Bfloat16:
		return kernels.GemmsBF16
	}
	panic(&UnsupportedPrecision{Backend: "cpu", Precision: p})
}

// rowSums leaves the sums of op(A)'s rows, which are those of A's columns, or those of
// B's.
func rowSums(pool *parallel.Pool, p *Product) {
	if p.Sums.None() {
		return
	}
	of, n := p.A, p.M
	switch {
	case p.SumsOfB && p.TB:
		panic("device: sums of the columns of a B that is transposed")
	case p.SumsOfB:
		of, n = p.B, p.N
	case !p.TA:
		panic("device: sums of the rows of an A that is not transposed")
	}
	if !p.AccSums {
		clear(p.Sums.Floats())
	}
	kernels.BiasGrad(pool, p.Sums.Floats(), of.Floats(), p.K, n, of.LD)
}

// onHost is the product without what is added behind.
func (p *Product) onHost() kernels.Product {
	return kernels.Product{TA: p.TA, TB: p.TB, M: p.M, N: p.N, K: p.K, A: p.A.Floats(), LDA: p.A.LD, B: p.B.Floats(), LDB: p.B.LD,
		Acc: p.Acc, C: p.C.Floats(), LDC: p.C.LD, Squares: p.Squares,
		Then: kernels.Epilogue{Bias: p.Then.Bias.Floats(), Act: p.Then.Act, Slope: p.Then.Slope,
			Y: p.Then.Y.Floats(), LDY: p.Then.Y.LD,
			Drop: p.Then.Drop, Residual: p.Then.Residual.Floats(), LDR: p.Then.Residual.LD}}
}

// further is the product of other factors, added to C.
func (p *Product) further(i int) kernels.Product {
	f := &p.More[i]
	return kernels.Product{TA: p.TA, TB: p.TB, M: p.M, N: p.N, K: f.K, A: f.A.Floats(), LDA: f.A.LD, B: f.B.Floats(), LDB: f.B.LD,
		Acc: true, C: p.C.Floats(), LDC: p.C.LD}
}
