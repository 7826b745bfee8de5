package vulkan

import (
	"math"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels"
)

// oracle is attention of any kind in float64, in plain loops from the definition.
type oracle struct {
	heads, width    int
	offsets, keyOff []int32
	q, k, v         device.Matrix
	drop            kernels.Dropper
	score           func(s, head, i, j int, q, k []float32) float64 // rows of a sequence's query and key, whole
	hidden          func(s, i, j int) bool
}

func dot(x, y []float32) (sum float64) {
	for i, v := range x {
		sum += float64(v) * float64(y[i])
	}
	return sum
}

func oracleOf(c device.Call) *oracle {
	switch a := c.(type) {
	case *device.Attention:
		d := a.Width / a.Heads
		return &oracle{a.Heads, a.Width, a.Offsets, a.KeyOff, a.Q, a.K, a.V, a.Drop,
			func(_, head, _, _ int, q, k []float32) float64 {
				return float64(a.Scale) * dot(q[head*d:(head+1)*d], k[head*d:])
			},
			func(s, i, j int) bool {
				return a.Causal && j > i+int(a.KeyOff[s+1]-a.KeyOff[s]-a.Offsets[s+1]+a.Offsets[s])
			}}
	case *device.DistanceAttention:
		o := oracleOf(&a.Attention)
		content, d := o.score, a.Width/a.Heads
		o.score = func(s, head, i, j int, q, k []float32) float64 {
			at := i
			if a.At != nil {
				at = int(a.At[int(a.Offsets[s])+i])
			}
			row := int(a.Rows[at-j+a.Zero])
			far := func(x []float32, t device.Matrix) float64 {
				if t.None() {
					return 0
				}
				return dot(x[head*d:(head+1)*d], t.Floats()[row*t.LD+head*d%t.LD:])
			}
			return content(s, head, i, j, q, k) + float64(a.DistanceScale)*(far(q, a.ByQuery)+far(k, a.ByKey))
		}
		return o
	case *device.RelativeAttention:
		return &oracle{a.Heads, a.Width, a.Offsets, a.KeyOff, a.Q, a.K, a.V, a.Drop,
			func(s, head, i, j int, q, k []float32) float64 { return relativeScore(a, s, head, i, j, q, k) },
			func(int, int, int) bool { return false }}
	}
	panic("no oracle")
}

func relativeScore(a *device.RelativeAttention, s, head, i, j int, q, k []float32) float64 {
	d := a.Width / a.Heads
	x := make([]float32, d)
	with := func(bias device.Buffer) []float32 {
		for e := range x {
			x[e] = q[head*d+e] + bias.Floats()[head*d+e]
		}
		return x
	}
	all := dot(with(a.WordBias), k[head*d:])
	if !a.SeparateCls || i > 0 && j > 0 {
		qi, kj := int(a.Offsets[s])+i, int(a.KeyOff[s])+j
		// kernel is the query through column m of the kernel.
		kernel := func(m int) float64 { return dot(x, a.Kernel.Floats()[m*a.Width+head*d:]) }
		with(a.PositionBias)
		if p := a.Shifted; p != nil {
			row := p.Shift*(p.Queries-1-i) + j
			for m := range a.Model {
				all += kernel(m) * float64(p.Encodings.Floats()[row*a.Model+m])
			}
		} else {
			half := a.Model / 2
			turn := a.Factorized.Query.Floats()[int(a.Factorized.At[qi])*a.Model:]
			key := a.Factorized.Key.Floats()[int(a.Factorized.Keys[kj])*a.Model:]
			for m := range half {
				u, v, sine, cosine := kernel(m), kernel(m+half), float64(turn[m]), float64(turn[m+half])
				all += (u*sine+v*cosine)*float64(key[m]) + (v*sine-u*cosine)*float64(key[m+half])
			}
		}
		segment := 0
		if own, other := a.QueryTypes[qi], a.KeyTypes[kj]; own == other || own == 2 || other == 2 {
			segment = 1
		}
		all += dot(with(a.TypeBias), a.Types.Floats()[segment*a.Width+head*d:])
	}
	all /= math.Sqrt(float64(d))
	if j >= int(a.KeyReal[s]) {
		all -= 1e6
	}
	return all
}

// result returns one element of the result of every query in order.
func (o *oracle) result() []float64 {
	y := make([]float64, last(o.offsets)*o.width)
	d, at := o.width/o.heads, 0
	for s := range len(o.offsets) - 1 {
		q0, nq, k0, nk := int(o.offsets[s]), int(o.offsets[s+1]-o.offsets[s]), int(o.keyOff[s]), int(o.keyOff[s+1]-o.keyOff[s])
		for head := range o.heads {
			for i := range nq {
				scores, top, sum := make([]float64, nk), math.Inf(-1), 0.0
				for j := range nk {
					scores[j] = math.Inf(-1)
					if !o.hidden(s, i, j) {
						scores[j] = o.score(s, head, i, j, o.q.Floats()[(q0+i)*o.q.LD:], o.k.Floats()[(k0+j)*o.k.LD:])
					}
					top = max(top, scores[j])
				}
				for j, x := range scores {
					scores[j] = math.Exp(x - top)
					sum += scores[j]
				}
				for j, e := range scores {
					kept := []float32{1}
					o.drop.Apply(kept, kept, at+j)
					for c := range d {
						y[(q0+i)*o.width+head*d+c] += e / sum * float64(kept[0]) * float64(o.v.Floats()[(k0+j)*o.v.LD+head*d+c])
					}
				}
				at += nk
			}
		}
	}
	return y
}

// gradient is what a call computes of an input: rows of cols numbers, with their
// strides.
type gradient struct {
	name         string
	of, grad     device.Buffer
	ofLD, gradLD int
	cols         int
}

// right holds the result of a call that has run, and differences of a few elements
// of each gradient, to float64 loops. The harness has held the device's to the CPU's
// numbers, which are read here.
func (h *harness) right(c device.Call, dy, y device.Buffer, grads []gradient) {
	h.t.Helper()
	o := oracleOf(c)
	want := o.result()
	got := make([]float64, len(want))
	for i, v := range y.Floats() {
		got[i] = float64(v)
	}
	golden.Near(h.t, "the result, by loops in float64,", got, want, golden.Tolerance{Abs: 2e-5, Rel: 2e-5})
	loss := func() (sum float64) {
		for i, v := range o.result() {
			sum += v * float64(dy.Floats()[i])
		}
		return sum
	}
	for _, g := range grads {
		rows := (g.of.Len() + g.ofLD - 1) / g.ofLD
		for range min(4, rows) {
			row, col := h.rng.IntN(rows), h.rng.IntN(g.cols)
			x := &g.of.Floats()[row*g.ofLD+col]
			before := *x
			*x = before + 1.0/512
			up, upper := loss(), float64(*x)
			*x = before - 1.0/512
			down, lower := loss(), float64(*x)
			*x = before
			golden.Near(h.t, "the gradient of "+g.name+", by differences,", []float32{g.grad.Floats()[row*g.gradLD+col]},
				[]float32{float32((up - down) / (upper - lower))}, golden.Tolerance{Abs: 2e-3, Rel: 2e-3})
		}
	}
}
