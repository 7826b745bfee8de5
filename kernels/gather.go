package kernels

import (
	"slices"

	"github.com/lmkor/bench/kernels/parallel"
)

// rowsAJob is how many rows of a gather one thread takes at a time.
const rowsAJob = 16

// eachRowChunk calls f on chunks of [0, rows) on the pool.
func eachRowChunk(pool *parallel.Pool, rows int, f func(lo, hi int)) {
	pool.Chunks(rows, rowsAJob, f)
}

// Lookup names a row of a table, [any, cols], for each row of a gather; one below
// 0 adds nothing.
type Lookup struct {
	Table []float32
	IDs   []int32
}

// Gather writes to row t of y, [rows, cols], the sum over the lookups, in order,
// of row IDs[t] of the table. The first has no id below 0.
func Gather(pool *parallel.Pool, y []float32, cols int, lookups ...Lookup) {
	first, others := lookups[0], lookups[1:]
	eachRowChunk(pool, len(first.IDs), func(lo, hi int) {
		for t := lo; t < hi; t++ {
			row := y[t*cols : (t+1)*cols]
			id := int(first.IDs[t])
			copy(row, first.Table[id*cols:(id+1)*cols])
			for _, l := range others {
				if id := int(l.IDs[t]); id >= 0 {
					addTo(row, l.Table[id*cols:(id+1)*cols])
				}
			}
		}
	})
}

// Scatter clears dst, [any, cols], and copies row t of src, [rows, cols], to its
// row ids[t]; no row is named twice.
func Scatter(pool *parallel.Pool, dst []float32, ids []int32, src []float32, cols int) {
	Clear(pool, dst)
	eachRowChunk(pool, len(ids), func(lo, hi int) {
		for t := lo; t < hi; t++ {
			id := int(ids[t])
			copy(dst[id*cols:(id+1)*cols], src[t*cols:(t+1)*cols])
		}
	})
}

// ScatterAdd adds row t of src, [rows, cols], to row ids[t] of dst, in order of t,
// but for ids below 0 and skip. The work is split over columns.
func ScatterAdd(pool *parallel.Pool, dst []float32, ids []int32, skip int32, src []float32, cols int) {
	jobs := min(pool.Threads(), (cols+63)/64)
	pool.For(jobs, func(c int) {
		lo, hi := c*cols/jobs, (c+1)*cols/jobs
		for t, id := range ids {
			if id < 0 || id == skip {
				continue
			}
			addTo(dst[int(id)*cols+lo:int(id)*cols+hi], src[t*cols+lo:t*cols+hi])
		}
	})
}

// Clear sets x to zeros.
func Clear(pool *parallel.Pool, x []float32) {
	each(pool, len(x), func(lo, hi int) { clear(x[lo:hi]) })
}

// Copy copies x to y.
func Copy(pool *parallel.Pool, y, x []float32) {
	each(pool, len(x), func(lo, hi int) { copy(y[lo:hi], x[lo:hi]) })
}

// Pair names two rows that become one; both may be the same row.
type Pair struct{ A, B int32 }

// PoolPairs writes to row i of y the mean of the two rows of x that pair i names,
// or, with largest, their maxima. A NaN on either side gives a NaN.
func PoolPairs(pool *parallel.Pool, y, x []float32, pairs []Pair, cols int, largest bool) {
	eachRowChunk(pool, len(pairs), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			a, b, row := x[int(pairs[i].A)*cols:][:cols], x[int(pairs[i].B)*cols:][:cols], y[i*cols:(i+1)*cols]
			if largest {
				for e, v := range a {
					row[e] = max(v, b[e])
				}
				continue
			}
			for e, v := range a {
				row[e] = (v + b[e]) / 2
			}
		}
	})
}

// PoolPairsGrad writes to dx the gradient of PoolPairs' input x from that of its
// output. Of equal elements the first of the pair gets all.
func PoolPairsGrad(pool *parallel.Pool, dx, dy, x []float32, pairs []Pair, cols int, largest bool) {
	Clear(pool, dx)
	eachRowChunk(pool, len(pairs), func(lo, hi int) {
		for i := lo; i < hi; i++ {
			a, b := int(pairs[i].A)*cols, int(pairs[i].B)*cols
			da, db, d := dx[a:a+cols], dx[b:b+cols], dy[i*cols:(i+1)*cols]
			switch {
			case a == b:
				copy(da, d)
			case largest:
				poolLargestGrad(da, db, d, x[a:a+cols], x[b:b+cols])
			default:
				for e, v := range d {
					da[e], db[e] = v/2, v/2
				}
			}
		}
	})
}

func poolLargestGrad(da, db, d, a, b []float32) {
	for e, v := range d {
		if b[e] > a[e] {
			db[e] = v
		} else {
			da[e] = v
		}
	}
}

// eachOther calls f on the rows of [0, rows) that are not among ascending some, on
// the pool.
func eachOther(pool *parallel.Pool, rows int, some []int32, f func(r int)) {
	eachRowChunk(pool, rows, func(lo, hi int) {
		for r := lo; r < hi; r++ {
			if _, ok := slices.BinarySearch(some, int32(r)); !ok {
				f(r)
			}
		}
	})
}

// DecayOthers subtracts from each row of p, [rows, cols], that is not among
// ascending live decay times itself.
func DecayOthers(pool *parallel.Pool, p []float32, cols int, live []int32, decay float32) {
	eachOther(pool, len(p)/cols, live, func(r int) {
		row := p[r*cols : (r+1)*cols]
		for i, v := range row {
			row[i] = v - decay*v
		}
	})
}
