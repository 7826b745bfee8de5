//go:build amd64 && !purego

package kernels

//go:noescape
func top_avx512(x *float32, n int, with *float32)

//go:noescape
func sum_avx512(x *float32, n int, with *float32)

//go:noescape
func scale_avx512(x *float32, n int, with *float32)

//go:noescape
func dot_avx512(x, y *float32, n int, with *float32)

//go:noescape
func softmaxGrad_avx512(dy, y *float32, n int, with *float32)

//go:noescape
func spread_avx512(x *float32, n int, with *float32)

//go:noescape
func norm_avx512(y, x, w, b *float32, n int, with *float32)

//go:noescape
func normSums_avx512(dy, x, w *float32, n int, with *float32)

//go:noescape
func normGrad_avx512(dx, dy, x, w *float32, n int, with *float32)

//go:noescape
func normParams_avx512(dw, db, dy, x *float32, n int, with *float32)

//go:noescape
func top_avx2(x *float32, n int, with *float32)

//go:noescape
func sum_avx2(x *float32, n int, with *float32)

//go:noescape
func scale_avx2(x *float32, n int, with *float32)

//go:noescape
func dot_avx2(x, y *float32, n int, with *float32)

//go:noescape
func softmaxGrad_avx2(dy, y *float32, n int, with *float32)

//go:noescape
func spread_avx2(x *float32, n int, with *float32)

//go:noescape
func norm_avx2(y, x, w, b *float32, n int, with *float32)

//go:noescape
func normSums_avx2(dy, x, w *float32, n int, with *float32)

//go:noescape
func normGrad_avx2(dx, dy, x, w *float32, n int, with *float32)

//go:noescape
func normParams_avx2(dw, db, dy, x *float32, n int, with *float32)

//go:noescape
func drop_avx512(y, x *float32, n int, with *float32)

//go:noescape
func drop_avx2(y, x *float32, n int, with *float32)

var (
	rowLoops512 = rowLoops{top_avx512, sum_avx512, scale_avx512, dot_avx512, softmaxGrad_avx512, spread_avx512, norm_avx512, normSums_avx512, normGrad_avx512, normParams_avx512, drop_avx512}
	rowLoops2   = rowLoops{top_avx2, sum_avx2, scale_avx2, dot_avx2, softmaxGrad_avx2, spread_avx2, norm_avx2, normSums_avx2, normGrad_avx2, normParams_avx2, drop_avx2}
)
