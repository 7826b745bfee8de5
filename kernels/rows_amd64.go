//go:build amd64 && !purego

package kernels

var (
	rowLoops512 = rowLoops{top_avx512, sum_avx512, scale_avx512, dot_avx512, softmaxGrad_avx512, deviations_avx512,
		norm_avx512, normSums_avx512, normGrad_avx512, normParams_avx512, drop_avx512}
	rowLoops2 = rowLoops{top_avx2, sum_avx2, scale_avx2, dot_avx2, softmaxGrad_avx2, deviations_avx2, norm_avx2,
		normSums_avx2, normGrad_avx2, normParams_avx2, drop_avx2}
)
