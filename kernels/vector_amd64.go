//go:build amd64 && !purego

package kernels

//go:noescape
func fmaTurns_avx512(n int)

//go:noescape
func fmaTurns_avx2(n int)

//go:noescape
func add_avx512(y, x *float32, n int)

//go:noescape
func gelu_avx512(y, x *float32, n int)

//go:noescape
func geluGrad_avx512(dx, dy, x *float32, n int)

//go:noescape
func expLess_avx512(x *float32, n int, with *float32)

//go:noescape
func adamw_avx512(p, m, v, grad *float32, n int, with *float32)

//go:noescape
func squares_avx512(x *float32, n int, with *float32)

//go:noescape
func add_avx2(y, x *float32, n int)

//go:noescape
func gelu_avx2(y, x *float32, n int)

//go:noescape
func geluGrad_avx2(dx, dy, x *float32, n int)

//go:noescape
func expLess_avx2(x *float32, n int, with *float32)

//go:noescape
func adamw_avx2(p, m, v, grad *float32, n int, with *float32)

//go:noescape
func squares_avx2(x *float32, n int, with *float32)

var (
	loops512 = loops{16, add_avx512, gelu_avx512, geluGrad_avx512, expLess_avx512, adamw_avx512, squares_avx512, &rowLoops512}
	loops2   = loops{8, add_avx2, gelu_avx2, geluGrad_avx2, expLess_avx2, adamw_avx2, squares_avx2, &rowLoops2}
)
