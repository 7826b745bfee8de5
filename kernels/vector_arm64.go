//go:build arm64 && !purego

package kernels

var (
	loopsNEON = loops{4, add_neon, mulAdd_neon, activations{GELU: gelu_neon, GELUTanh: geluTanh_neon, SiLU: silu_neon,
		Tanh: tanh_neon, ReLU: relu_neon},
		activations{GELU: geluSlope_neon, GELUTanh: geluTanhSlope_neon, SiLU: siluSlope_neon, Tanh: tanhSlope_neon,
			ReLU: reluSlope_neon},
		expLess_neon, adamw_neon, squares_neon, nonFinite_neon, &rowLoopsNEON, nil}
	rowLoopsNEON = rowLoops{top_neon, sum_neon, scale_neon, dot_neon, softmaxGrad_neon, deviations_neon, norm_neon,
		normSums_neon, normGrad_neon, normParams_neon, drop_neon}
)
