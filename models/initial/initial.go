// Package initial draws the values that parameters start from: functions of a
// seed and the parameter's name alone.
package initial

import (
	"math"

	"github.com/lmkor/bench/internal/splitmix"
	"github.com/lmkor/bench/kernels/parallel"
)

// key joins a seed and a parameter's name.
func key(seed uint64, name string) uint64 {
	for _, c := range []byte(name) {
		seed = splitmix.Mix(seed ^ uint64(c))
	}
	return seed
}

// Uniform writes numbers between 0 and top.
func Uniform(x []float32, seed uint64, name string, top float64) {
	key := key(seed, name)
	for i := range x {
		x[i] = float32(top * float64(splitmix.Mix(key+uint64(i))>>11) / (1 << 53))
	}
}

// drawn is how many numbers one thread draws at a time.
const drawn = 1 << 15

// Normal writes normal numbers of the given deviation by Box and Muller's
// transform of a counter-based generator, on up to so many threads, below 1 on all cores.
func Normal(x []float32, seed uint64, name string, std float64, threads int) {
	key := key(seed, name)
	parallel.Each(threads, (len(x)+drawn-1)/drawn, func(c int) {
		for i := c * drawn; i < min(len(x), (c+1)*drawn); i += 2 {
			a, b := splitmix.Mix(key+uint64(2*i)), splitmix.Mix(key+uint64(2*i+1))
			u, v := (float64(a>>11)+1)/(1<<53), float64(b>>11)/(1<<53)
			r := std * math.Sqrt(-2*math.Log(u))
			sin, cos := math.Sincos(2 * math.Pi * v)
			x[i] = float32(r * cos)
			if i+1 < len(x) {
				x[i+1] = float32(r * sin)
			}
		}
	})
}

// Sinusoids writes rows of width numbers, that of position t at row t.
func Sinusoids(x []float32, width int) {
	for i := range x {
		t, k := i/width, i%width
		angle := float64(t) / math.Pow(10000, float64(2*(k/2))/float64(width))
		if x[i] = float32(math.Sin(angle)); k%2 == 1 {
			x[i] = float32(math.Cos(angle))
		}
	}
}
