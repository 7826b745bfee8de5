package ops

import (
	"fmt"
	"time"

	"github.com/nlpodyssey/spago/ag"
	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/parallel"
)

// What of spago carries: a parameter is an nn.Param, which spago's modules find and
// name and whose State holds the optimizer's moments; a model is a tree of
// nn.Modules; and every operator of this package is an AutoGradFunction that
// ag.NewOperator runs, so that any of them can stand in a graph of spago's own.
// What does not: mat.Matrix's arithmetic, which copies at each step, and
// ag.Backward. A tape of the operators in the order that they ran is walked in its
// place, the last first, on one goroutine: ag.Backward starts a goroutine a node,
// which all wait for each other, and where an activation has three consumers it
// adds their gradients in the order in which they happen to come, so that the last
// bits differ from run to run. TestBackwardEqualsSpagos holds the tape to it.

// Pass is one way through a model: forward, and backward if Grad is set. Its
// zero value with a Backend evaluates: no dropout, no graph.
//
// With Grad, Forward's buffers are kept until the operator's Backward has run,
// which returns them to the backend; values are undefined after that. Without,
// Release returns them.
type Pass struct {
	Backend   Backend          // where it is computed, and its values lie
	Grad      bool             // build a graph for ag.Backward
	Train     bool             // dropout is on
	Precision device.Precision // that layers multiply by their weights in, summing in float32
	Seed      uint64           // of dropout
	Step      uint64           // of dropout: which batch this is, from the start of the training
	Trace     *Trace           // where the time is added up; may be nil
	Scale     *LossScale       // that gradients are multiplied by; nil: they are not

	site uint64
	live []*Tensor // without Grad: what Release may return
	tape []taped   // with Grad: the operators in the order that they ran
	back bool      // walk goes back over the tape: who ran behind an operator has its gradients done
}

// Backend is what a pass computes on.
type Backend = device.Backend

// NewCPU returns the backend of the machine's own processor, on a pool of its own
// of all cores.
func NewCPU() *device.CPU { return device.NewCPU(parallel.New(0)) }

type taped struct {
	f ag.AutoGradFunction
	o *ag.Operator
}

// Begin readies the pass for another batch.
func (p *Pass) Begin(step uint64) {
	p.Step, p.site = step, 0
	p.live, p.tape = p.live[:0], p.tape[:0]
}

// Release returns the values of all operators run since the last Release to
// the backend, save those of keep. It does nothing in a pass with Grad.
func (p *Pass) Release(keep ...mat.Tensor) {
	if p.Grad {
		return
	}
	kept := p.live[:0]
next:
	for _, t := range p.live {
		for _, k := range keep {
			if Of(k) == t {
				kept = append(kept, t)
				continue next
			}
		}
		p.Backend.Put(t.buf)
		t.buf = device.Buffer{}
	}
	p.live = kept
}

// multiply runs products by weights, forward or backward, in the pass's precision.
func (p *Pass) multiply(products ...device.Product) {
	p.Backend.Run(&device.Products{Precision: p.Precision, List: products})
}

// weightGradient returns the product that writes the gradient of w, [rows, cols],
// or nothing if w is frozen. It takes the gradient's squares on the way, where the
// precision has them.
func (p *Pass) weightGradient(w *nn.Param, product device.Product) []device.Product {
	dw, acc := paramGradOf(w)
	if dw.None() {
		return nil
	}
	product.TA, product.Acc, product.C = true, acc, device.Matrix{Buffer: dw, LD: product.N}
	if g := Of(w).param; p.Precision == device.Float32 {
		product.Squares, g.squared = &g.squares, true
	}
	return []device.Product{product}
}

// drop returns the dropout of the next site of the graph, p <= 0 when it is off.
// Sites are counted even then, so that the numbers don't depend on the rates.
func (p *Pass) drop(rate float32) kernels.Dropper {
	p.site++
	if !p.Train {
		rate = 0
	}
	return kernels.Dropper{Seed: p.Seed, Step: p.Step, Site: p.site, P: rate}
}

// alloc returns a tensor with undefined contents, lent by the backend.
func (p *Pass) alloc(rows, cols int) *Tensor {
	return &Tensor{rows: rows, cols: cols, buf: p.Backend.Get(rows * cols), pass: p}
}

// run executes f as an operator of the graph, or alone in a pass without Grad.
func (p *Pass) run(f ag.AutoGradFunction) mat.Tensor {
	if p.Trace != nil {
		p.Trace.begin(f, false)
		start := time.Now()
		defer func() { p.Trace.add(f, false, time.Since(start)) }()
	}
	if p.Grad {
		for _, x := range f.Operands() {
			Of(x).uses++
		}
		o := ag.NewOperator(f).Run()
		p.tape = append(p.tape, taped{f, o})
		return o
	}
	y, err := f.Forward()
	if err != nil {
		panic(err) // no operator of this package returns one
	}
	p.live = append(p.live, y.(*Tensor))
	return y
}

// base is what every operator has: its pass, its output, and the buffers that
// backward needs again.
type base struct {
	p    *Pass
	out  *Tensor
	ins  []mat.Tensor
	kept []device.Buffer
	size int // floats of kept, for Trace
}

// Operands returns the tensors that get a gradient.
func (o *base) Operands() []mat.Tensor { return o.ins }

// keep lends a buffer of n floats until backward is done; in a pass without
// Grad it returns at the end of Forward.
func (o *base) keep(n int) device.Buffer {
	b := o.p.Backend.Get(n)
	o.size += n
	o.kept = append(o.kept, b)
	return b
}

// keepOf is keep of an attention's probabilities, or of what the backend has in
// their place.
func (o *base) keepOf(c device.Call, probabilities int) device.Buffer {
	if k, ok := o.p.Backend.(device.Keeper); ok {
		probabilities = k.Kept(c)
	}
	return o.keep(probabilities)
}

// forwarded ends Forward with output y.
func (o *base) forwarded(y *Tensor) (mat.Tensor, error) {
	o.out = y
	if !o.p.Grad {
		o.unkeep()
	}
	return y, nil
}

func (o *base) unkeep() {
	for _, b := range o.kept {
		o.p.Backend.Put(b)
	}
	o.kept = nil
}

// finish ends Backward: it returns the output's value and gradient and what was
// kept to the backend. Every consumer of the output has run by then. It comes
// before the operands' gradients are added, so that their memory is there for
// the operators behind.
func (o *base) finish() {
	if g := o.out.grad; g != nil {
		o.p.Backend.Put(g.buf)
		o.out.grad = nil
	}
	o.p.Backend.Put(o.out.buf)
	o.out.buf = device.Buffer{}
	o.unkeep()
}

// paramGradOf returns the dense gradient buffer of w and whether to add to it,
// or no buffer if w is frozen.
func paramGradOf(w *nn.Param) (buf device.Buffer, acc bool) {
	t := Of(w)
	if !t.needsGrad {
		return device.Buffer{}, false
	}
	return t.param.dense()
}

// Root is a loss, [1, 1], and its weight in a sum of losses.
type Root struct {
	Loss   mat.Tensor
	Weight float32 // its gradient: 1 for one loss and one batch a step
}

// Backward propagates the gradient scale of loss: see BackwardFrom.
func Backward(loss mat.Tensor, scale float32) error { return BackwardFrom(Root{loss, scale}) }

// BackwardFrom propagates the gradients of a weighted sum of losses of one pass, times its
// Scale, through all of its operators, the last first, on the calling goroutine. A loss
// may be named twice. spago's own ag.Backward gives the same gradients, but
// starts a goroutine a node, and sums an activation's third gradient in any
// order. It panics if there is no root, if one is not [1, 1], or if they are of
// different passes.
func BackwardFrom(roots ...Root) error {
	p := Of(roots[0].Loss).pass
	for _, r := range roots {
		t := Of(r.Loss)
		if t.Size() != 1 || t.pass != p {
			panic(fmt.Sprintf("ops: backward from a tensor of %dx%d, or of another pass", t.rows, t.cols))
		}
		g := p.alloc(1, 1)
		p.Backend.Write(g.buf, []float32{r.Weight})
		p.Scale.multiply(g.buf)
		t.AccGrad(g)
	}
	return p.walk()
}

// walk runs the backward functions of the tape, the last first, and clears it.
func (p *Pass) walk() error {
	tape := p.tape
	p.back = true
	defer func() { p.back = false }()
	for i := len(tape) - 1; i >= 0; i-- {
		out := tape[i].o.Value().(*Tensor)
		if !tape[i].o.RequiresGrad() || out.grad == nil {
			continue // its buffers return with the next Reset
		}
		if p.Trace != nil {
			p.Trace.begin(tape[i].f, true)
		}
		start := time.Now()
		if err := tape[i].f.Backward(out.grad); err != nil {
			return err
		}
		if p.Trace != nil {
			p.Trace.add(tape[i].f, true, time.Since(start))
		}
	}
	clear(tape)
	p.tape = tape[:0]
	return nil
}
