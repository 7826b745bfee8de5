package kernels

// Gemm computes c = op(a)*op(b), or c += op(a)*op(b) if acc, where op(a) is
// [m, k] and op(b) is [k, n]. a is stored row-major with row stride lda as
// [m, k], or as [k, m] if ta; b as [k, n], or as [n, k] if tb; c as [m, n] with
// row stride ldc. c overlaps neither a nor b.
//
// Each element's sum runs over k in ascending order with fused steps in chunks of fixed size,
// whatever m, n and the number of threads, so a row's result does not depend
// on its neighbours. It takes 2*m*n*k operations and runs on the pool.
// It panics if a slice is too short.
func Gemm(ta, tb bool, m, n, k int, a []float32, lda int, b []float32, ldb int, acc bool, c []float32, ldc int) {
	const rows = 16
	blocks := (m + rows - 1) / rows
	Parallel(blocks, func(i int) {
		lo, hi := i*rows, min(m, (i+1)*rows)
		start := lo * lda
		if ta {
			start = lo
		}
		aa := a[start:]
		gemmGo(ta, tb, hi-lo, n, k, aa, lda, b, ldb, acc, c[lo*ldc:], ldc)
	})
}

// GemmSeq is Gemm on the calling goroutine alone, for use inside Parallel.
func GemmSeq(ta, tb bool, m, n, k int, a []float32, lda int, b []float32, ldb int, acc bool, c []float32, ldc int) {
	gemmGo(ta, tb, m, n, k, a, lda, b, ldb, acc, c, ldc)
}

func gemmGo(ta, tb bool, m, n, k int, a []float32, lda int, b []float32, ldb int, acc bool, c []float32, ldc int) {
	for i := range m {
		row := c[i*ldc : i*ldc+n]
		if !acc {
			clear(row)
		}
		if tb {
			for j := range row {
				var s float32
				bj := b[j*ldb : j*ldb+k]
				if ta {
					for p, v := range bj {
						s += a[p*lda+i] * v
					}
				} else {
					ai := a[i*lda : i*lda+k]
					for p, v := range bj {
						s += ai[p] * v
					}
				}
				row[j] += s
			}
			continue
		}
		for p := range k {
			var v float32
			if ta {
				v = a[p*lda+i]
			} else {
				v = a[i*lda+p]
			}
			for j, w := range b[p*ldb : p*ldb+n] {
				row[j] += v * w
			}
		}
	}
}
