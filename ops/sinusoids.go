package ops

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
		panic("ops: sinusoids of odd width")
	}
	return &Sinusoids{width: width}
}

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

// Encoder gives the attentions of one pass their positions; what dropout takes
// from a distance it takes from it everywhere.
type Encoder struct {
	p    *Pass
	s    *Sinusoids
	drop kernels.Dropper
}

// Encode begins an encoding of positions with dropout at the given rate.
func (s *Sinusoids) Encode(p *Pass, dropout float32) *Encoder {
	return &Encoder{p: p, s: s, drop: p.drop(dropout)}
}

// dropped applies the dropout of the row of distance d.
func (e *Encoder) dropped(row []float32, d int) {
	if e.drop.P > 0 {
		const zero = 1 << 24 // distances may be negative, the generator's counter not
		e.drop.Apply(row, row, (zero+d)*e.s.width)
	}
}

// constant returns an uninitialised tensor without gradient that lives as long
// as the pass needs: until Release, or until the arena's Reset in a pass with Grad.
func (p *Pass) constant(rows, cols int) *Tensor {
	t := p.alloc(rows, cols)
	if !p.Grad {
		p.live = append(p.live, t)
	}
	return t
}
