//go:build arm64 && !purego

package kernels

//go:noescape
func add_neon(y, x *float32, n int)

//go:noescape
func mulAdd_neon(dy, sum, slope *float32, n int)

//go:noescape
func gelu_neon(y, x *float32, n int)

//go:noescape
func geluSlope_neon(y, x *float32, n int)

//go:noescape
func geluTanh_neon(y, x *float32, n int)

//go:noescape
func geluTanhSlope_neon(y, x *float32, n int)

//go:noescape
func silu_neon(y, x *float32, n int)

//go:noescape
func siluSlope_neon(y, x *float32, n int)

//go:noescape
func tanh_neon(y, x *float32, n int)

//go:noescape
func tanhSlope_neon(y, x *float32, n int)

//go:noescape
func expLess_neon(x *float32, n int, with *float32)

//go:noescape
func adamw_neon(p, m, v, grad *float32, n int, with *float32)

//go:noescape
func squares_neon(x *float32, n int, with *float32)

//go:noescape
func nonFinite_neon(x *float32, n int, with *float32)

//go:noescape
func top_neon(x *float32, n int, with *float32)

//go:noescape
func sum_neon(x *float32, n int, with *float32)

//go:noescape
func scale_neon(x *float32, n int, with *float32)

//go:noescape
func dot_neon(x, y *float32, n int, with *float32)

//go:noescape
func softmaxGrad_neon(dy, y *float32, n int, with *float32)

//go:noescape
func spread_neon(x *float32, n int, with *float32)

//go:noescape
func norm_neon(y, x, w, b *float32, n int, with *float32)

//go:noescape
func normSums_neon(dy, x, w *float32, n int, with *float32)

//go:noescape
func normGrad_neon(dx, dy, x, w *float32, n int, with *float32)

//go:noescape
func normParams_neon(dw, db, dy, x *float32, n int, with *float32)

//go:noescape
func drop_neon(y, x *float32, n int, with *float32)

var (
	loopsNEON = loops{4, add_neon, mulAdd_neon, activations{GELU: gelu_neon, GELUTanh: geluTanh_neon, SiLU: silu_neon, Tanh: tanh_neon},
		activations{GELU: geluSlope_neon, GELUTanh: geluTanhSlope_neon, SiLU: siluSlope_neon, Tanh: tanhSlope_neon}, expLess_neon, adamw_neon, squares_neon, nonFinite_neon, &rowLoopsNEON}
	rowLoopsNEON = rowLoops{top_neon, sum_neon, scale_neon, dot_neon, softmaxGrad_neon, spread_neon, norm_neon, normSums_neon, normGrad_neon, normParams_neon, drop_neon}
)
