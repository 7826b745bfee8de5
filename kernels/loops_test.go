package kernels

import "testing"

// BenchmarkLoop runs every kernel that is no product of matrices, at the sizes
// of a step of a base model: 544 tokens, 768 wide.
func BenchmarkLoop(b *testing.B) {
	const rows, cols, wide = 544, 768, 3072
	const n = rows * cols
	x, y, z, w := numbers(n, 1), numbers(n, 2), numbers(n, 3), numbers(cols, 4)
	dw, db, mean, rstd := make([]float32, cols), make([]float32, cols), make([]float32, rows), make([]float32, rows)
	for i := range rstd {
		rstd[i] = 1
	}
	up, upGrad, upBias := numbers(rows*wide, 5), numbers(rows*wide, 6), numbers(wide, 7)
	const heads, length = 384, 17
	scores, scoreGrads := numbers(heads*length*length, 8), numbers(heads*length*length, 9)
	m, v, g := make([]float32, n), make([]float32, n), numbers(n, 10)
	for i := range v {
		v[i] = 1
	}
	adam := AdamW{LR: 1e-9, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, Step: 1, Scale: 1}.Factors()
	some := make([]int32, 0, rows/2)
	for r := int32(0); r < rows; r += 2 {
		some = append(some, r)
	}
	drop := Dropper{Seed: 1, P: 0.1}
	for _, c := range []struct {
		name  string
		bytes int64 // read and written
		run   func()
	}{
		{"add", 12 * n, func() { Add(pool, y, x) }},
		{"scale", 8 * n, func() { Scale(pool, y, 1) }},
		{"sum-squares", 4 * n, func() { SumSquares(x) }},
		{"dropout", 8 * n, func() { drop.Drop(pool, z, x) }},
		{"bias-grad", 4 * n, func() { BiasGrad(pool, db, x, rows, cols, cols) }},
		{"slope-bias-grad", 12 * rows * wide, func() { SlopeBiasGrad(pool, upBias, upGrad, up, rows, wide, wide) }},
		{"softmax", 8 * heads * length * length, func() { SoftmaxSeq(scores, heads*length, length, length) }},
		{"softmax-grad", 12 * heads * length * length, func() {
			SoftmaxGradSeq(scoreGrads, scores, heads*length,
				length, length)
		}},
		{"layer-norm", 8 * n, func() { LayerNorm(pool, z, mean, rstd, x, w, w, rows, cols, 1e-12) }},
		{"layer-norm-grad", 12 * n, func() { LayerNormGrad(pool, z, dw, db, y, x, mean, rstd, w, rows, cols) }},
		{"add-norm", 16 * n, func() { AddNorm(pool, drop, z, m, mean, rstd, x, y, w, w, rows, cols, 1e-12) }},
		{"add-norm-grad", 16 * n, func() { AddNormGrad(pool, drop, z, m, dw, db, y, x, mean, rstd, w, rows, cols) }},
		{"adamw", 28 * n, func() { adam.Update(x, m, v, g) }},
		{"adamw-rows", 28 * n / 2, func() { adam.UpdateRows(x, m, v, g, cols, some) }},
	} {
		b.Run("loop="+c.name+"/impl="+chosen.name, func(b *testing.B) {
			b.SetBytes(c.bytes)
			for b.Loop() {
				c.run()
			}
		})
	}
}

// BenchmarkGemmSeq runs the products of attention over a short sequence.
func BenchmarkGemmSeq(b *testing.B) {
	const length, d, stride = 17, 64, 2304
	q, k, s := numbers(length*stride, 1), numbers(length*stride, 2), make([]float32, length*stride)
	for _, c := range []struct {
		form string
		run  func()
	}{
		{"nt/m=17/n=17/k=64", func() { GemmSeq(false, true, length, length, d, q, stride, k, stride, false, s, length) }},
		{"nn/m=17/n=64/k=17", func() { GemmSeq(false, false, length, d, length, k, length, q, stride, false, s, stride) }},
		{"tn/m=17/n=64/k=17", func() { GemmSeq(true, false, length, d, length, k, length, q, stride, false, s, stride) }},
	} {
		b.Run("impl="+chosen.name+"/form="+c.form, func(b *testing.B) {
			for b.Loop() {
				c.run()
			}
			b.ReportMetric(2*length*length*d*float64(b.N)/b.Elapsed().Seconds()/1e9, "GFLOP/s")
		})
	}
}
