package kernels

import (
	"fmt"
	"slices"
	"testing"
)

func TestAdamWOfSomeRows(t *testing.T) {
	o := AdamW{LR: 1e-2, Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, WeightDecay: 0.1, Step: 3, Scale: 0.5}.Factors()
	for _, cols := range []int{1, 7, 33, 300} {
		t.Run(fmt.Sprintf("cols=%d", cols), func(t *testing.T) {
			const rows = 400
			var some []int32
			for r := range int32(rows) {
				if r%7 != 3 && r%50 > 2 {
					some = append(some, r)
				}
			}
			n := rows * cols
			start := [3][]float32{numbers(n, 1), numbers(n, 2), numbers(n, 3)}
			for i, v := range start[2] {
				start[2][i] = v * v
			}
			g := numbers(n, 4)
			all, got := [3][]float32{}, [3][]float32{}
			for i := range start {
				all[i], got[i] = slices.Clone(start[i]), slices.Clone(start[i])
			}
			o.Update(all[0], all[1], all[2], g)
			o.UpdateRows(got[0], got[1], got[2], g, cols, some)
			for i, name := range []string{"p", "m", "v"} {
				for r := range rows {
					want := start[i]
					if _, ok := slices.BinarySearch(some, int32(r)); ok {
						want = all[i]
					}
					if !slices.Equal(got[i][r*cols:(r+1)*cols], want[r*cols:(r+1)*cols]) {
						t.Fatalf("%s: row %d differs", name, r)
					}
				}
			}
		})
	}
}
