package ops

import (
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
)

// Place puts parameters into a backend's memory, where they stay until they are
// placed elsewhere; a new parameter's values are in the host's. One that is there
// already stays as it is. Those that move lose their gradients and moments.
func Place(b device.Backend, params []*nn.Param) {
	for _, p := range params {
		t := Of(p)
		if t.home == b {
			continue
		}
		if t.buf.OnHost() && onHost(b) {
			t.home = b
			continue
		}
		ForgetMoments(p)
		t.release(t.param.piece)
		t.param = &paramGrad{}
		values, old := t.Floats(), t.buf
		if onHost(b) {
			t.buf = device.Host(values)
		} else {
			t.buf = b.New(len(values))
			b.Write(t.buf, values)
		}
		t.release(old)
		t.home = b
	}
}

// BackendOf returns what a pass with p can run on: the device that it was placed
// on, or a CPU with memory of its own, on the threads of the one that it was
// placed on.
func BackendOf(p *nn.Param) Backend {
	switch home := Of(p).home.(type) {
	case nil:
		return NewCPU()
	case *device.CPU:
		return home.Another()
	default:
		return home
	}
}

// release gives memory back to where the tensor is.
func (t *Tensor) release(b device.Buffer) {
	if !b.None() && t.home != nil {
		t.home.Free(b)
	}
}

// onHost tells whether a backend computes on the host's own memory.
func onHost(b device.Backend) bool {
	_, cpu := b.(*device.CPU)
	return cpu
}

// tableRows is from how many rows on a parameter is taken for a table of
// embeddings, of which a step touches few.
const tableRows = 4096

// Storage returns zeros in the host's memory for a parameter of that shape. Tables
// lie on the system's small pages: a large one would be filled for the sake of one
// row.
func Storage(rows, cols int) []float32 {
	if rows >= tableRows {
		return make([]float32, rows*cols)
	}
	return kernels.Floats(rows * cols)
}

// storage returns zeros where t is, as Storage does: for its gradient or a moment.
func (t *Tensor) storage(rows, cols int) device.Buffer {
	if b := t.backend(); !onHost(b) {
		return b.New(rows * cols)
	}
	return device.Host(Storage(rows, cols))
}

// LayOutGradients gives every parameter its gradient buffer, where the parameters
// have been placed and all in one piece but for tables of embeddings. A parameter
// that already has one keeps it.
func LayOutGradients(params []*nn.Param) {
	n := 0
	for _, p := range params {
		if t := Of(p); t.param.buf.None() && t.rows < tableRows {
			n += t.Size()
		}
	}
	if len(params) == 0 {
		return
	}
	all, at := device.Buffer{}, 0
	if n > 0 {
		all = Of(params[0]).storage(1, n)
	}
	for _, p := range params {
		switch t := Of(p); {
		case !t.param.buf.None():
		case t.rows >= tableRows:
			t.param.buf = t.storage(t.rows, t.cols)
			t.param.piece = t.param.buf
		default:
			if t.param.buf = all.Slice(at, at+t.Size()); at == 0 {
				t.param.piece = all
			}
			at += t.Size()
		}
	}
}
