package positions

import (
	"math"
	"sync"

	"github.com/lmkor/bench/kernels"
)

// Sinusoids are the sines and cosines of distances times falling frequencies,
// Funnel's encoding of relative positions: frequency f of width/2 is
// 10000^(-f/(width/2)). It keeps what it has computed and is safe for
// concurrent use.
type Sinusoids struct {
	width int

	mu       sync.Mutex
	sin, cos []float32 // of distances from 0 on, a row of width/2 each
}

// NewSinusoids returns an empty table. It panics if width is odd.
func NewSinusoids(width int) *Sinusoids {
	if width%2 != 0 {
		panic("positions: sinusoids of odd width")
	}
	return &Sinusoids{width: width}
}

// Width returns the number of sines and cosines of a distance.
func (s *Sinusoids) Width() int { return s.width }

// rows returns the sines and cosines of the distances 0 to n-1.
func (s *Sinusoids) rows(n int) (sin, cos []float32) {
	s.mu.Lock()
	defer s.mu.Unlock()
	half := s.width / 2
	if have := len(s.sin) / half; have < n {
		n = max(n, 2*have)
		sin, cos = make([]float32, n*half), make([]float32, n*half)
		copy(sin, s.sin)
		copy(cos, s.cos)
		for f := range half {
			// In float32 step by step, as the reference does.
			inv := 1 / float32(math.Pow(10000, float64(float32(f)/float32(half))))
			for d := have; d < n; d++ {
				x := float64(float32(d) * inv)
				sin[d*half+f], cos[d*half+f] = float32(math.Sin(x)), float32(math.Cos(x))
			}
		}
		s.sin, s.cos = sin, cos
	}
	return s.sin, s.cos
}

// Distances writes to row r of dst, [rows, width], the sines and cosines of the
// distance first - stride·r, which may be negative, with dropout.
func (s *Sinusoids) Distances(dst []float32, first, stride int, drop kernels.Dropper) {
	half, n := s.width/2, len(dst)/s.width
	last := first - stride*(n-1)
	sin, cos := s.rows(max(first, -first, last, -last) + 1)
	for r := range n {
		d, row := first-stride*r, dst[r*s.width:(r+1)*s.width]
		at := max(d, -d) * half
		copy(row, sin[at:at+half])
		copy(row[half:], cos[at:at+half])
		if d < 0 {
			for i, v := range row[:half] {
				row[i] = -v
			}
		}
		s.drop(row, d, drop)
	}
}

// Positions writes to row p of query, [n, width], the sines and cosines of p, with
// dropout, and to that of key the cosines and sines.
func (s *Sinusoids) Positions(query, key []float32, drop kernels.Dropper) {
	w, half, n := s.width, s.width/2, len(query)/s.width
	sin, cos := s.rows(n)
	for p := range n {
		q, k := query[p*w:(p+1)*w], key[p*w:(p+1)*w]
		copy(q, sin[p*half:(p+1)*half])
		copy(q[half:], cos[p*half:(p+1)*half])
		copy(k, q[half:])
		copy(k[half:], q[:half])
		s.drop(q, p, drop)
	}
}

// drop applies the dropout of the row of distance d.
func (s *Sinusoids) drop(row []float32, d int, drop kernels.Dropper) {
	const zero = 1 << 24 // distances may be negative, the generator's counter not
	drop.Apply(row, row, (zero+d)*s.width)
}
