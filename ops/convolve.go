package ops

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
)

// Convolve is a convolution along each sequence, zeros at both ends, as PyTorch's
// Conv1d: x is [T, H], w holds [H, H/groups, width] in any shape, b is [1, H],
// width is odd, and
//
//	y[t, o] = b[o] + Σ w[o, i, k]·x[t+k-width/2, i]
//
// over the inputs i of o's group. It panics if sizes differ.
func Convolve(p *Pass, x mat.Tensor, w, b *nn.Param, offsets []int32, width, groups int) mat.Tensor {
	h := Of(x).cols
	if h%groups != 0 || width%2 == 0 || Of(w).Size() != h*(h/groups)*width || Of(b).Size() != h {
		panic(fmt.Sprintf("ops: convolve: %d weights of width %d in %d groups for an input of width %d", Of(w).Size(),
			width, groups, h))
	}
	return p.run(&convolve{base: base{p: p, ins: []mat.Tensor{x, w, b}}, w: w, b: b, offsets: offsets, width: width,
		groups: groups})
}

type convolve struct {
	base
	w, b          *nn.Param
	offsets       []int32
	width, groups int
	windows       device.Buffer // [T, H·width]: of each input what lies around the token
}

// part returns a group's columns of the windows, or of their gradient, and its
// part of the weight, or of its gradient, [H/groups, H/groups·width].
func (o *convolve) part(g int, windows, weight device.Buffer) (x, w device.Matrix) {
	h := Of(o.ins[0]).cols
	n, k := h/o.groups, h*o.width/o.groups
	return device.Matrix{Buffer: windows.From(min(g*k, windows.Len())), LD: h * o.width},
		device.Matrix{Buffer: weight.Slice(g*n*k, (g+1)*n*k), LD: k}
}

func (o *convolve) Forward() (mat.Tensor, error) {
	x := Of(o.ins[0])
	h := x.cols
	o.windows = o.keep(x.rows * h * o.width)
	y := o.p.alloc(x.rows, h)
	o.p.Backend.Run(&device.Windows{Y: o.windows, X: x.buf, Offsets: o.offsets, Cols: h, Width: o.width})
	n := h / o.groups
	var products []device.Product
	for g := range o.groups {
		a, w := o.part(g, o.windows, Of(o.w).buf)
		products = append(products, device.Product{TB: true, M: x.rows, N: n, K: n * o.width, A: a, B: w, C: y.columns(g * n),
			Then: device.Epilogue{Bias: Of(o.b).buf.Slice(g*n, (g+1)*n)}})
	}
	o.p.multiply(products...)
	return o.forwarded(y)
}

func (o *convolve) Backward(gy mat.Tensor) error {
	x, dy := Of(o.ins[0]), Of(gy)
	h := x.cols
	n := h / o.groups
	o.slopeBiasGrad(o.b, dy, device.Buffer{}, 0, h)
	var products []device.Product
	if dw, acc := paramGradOf(o.w); !dw.None() {
		for g := range o.groups {
			a, w := o.part(g, o.windows, dw)
			products = append(products, device.Product{TA: true, M: n, N: n * o.width, K: x.rows,
				A: dy.columns(g * n), B: a, Acc: acc, C: w})
		}
	}
	var dx *Tensor
	var dwindows device.Buffer
	if o.ins[0].RequiresGrad() {
		dx = o.p.alloc(x.rows, h)
		dwindows = o.p.Backend.Get(o.windows.Len())
		for g := range o.groups {
			a, w := o.part(g, dwindows, Of(o.w).buf)
			products = append(products, device.Product{M: x.rows, N: n * o.width, K: n, A: dy.columns(g * n), B: w, C: a})
		}
	}
	o.p.multiply(products...)
	if dx != nil {
		o.p.Backend.Run(&device.WindowsGrad{DX: dx.buf, DY: dwindows, Offsets: o.offsets, Cols: h, Width: o.width})
		o.p.Backend.Put(dwindows)
	}
	o.finish()
	if dx != nil {
		o.ins[0].AccGrad(dx)
	}
	return nil
}

func (o *convolve) name() string { return "convolution" }

func (o *convolve) flops(backward bool) float64 {
	one := 2 * float64(Of(o.ins[0]).rows) * float64(Of(o.w).Size())
	if !backward {
		return one
	}
	return one * float64(b2i(o.w.RequiresGrad())+b2i(o.ins[0].RequiresGrad()))
}
