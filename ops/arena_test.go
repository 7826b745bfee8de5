package ops

import (
	"math/rand/v2"
	"testing"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
)

// encoderParams are a small transformer of post-norm layers.
type encoderParams struct {
	x              *nn.Param
	qkv, out       *nn.Param
	up, down       *nn.Param
	w, b           *nn.Param
	layers, inner  int
	heads          int
	everyParameter []*nn.Param
}

func newEncoder(layers, h int) *encoderParams {
	e := &encoderParams{x: randomParam(500, h, 1), qkv: randomParam(3*h, h, 2), out: randomParam(h, h, 3),
		up:   randomParam(4*h, h, 4),
		down: randomParam(h, 4*h, 5), w: randomParam(1, h, 6), b: randomParam(1, h, 7), layers: layers, heads: h / 16}
	e.everyParameter = []*nn.Param{e.x, e.qkv, e.out, e.up, e.down, e.w, e.b}
	LayOutGradients(e.everyParameter)
	return e
}

// loss is that of one batch of sequences of the given lengths.
func (e *encoderParams) loss(p *Pass, lens []int) mat.Tensor {
	offsets, ids := []int32{0}, []int32{}
	for s, n := range lens {
		for i := range n {
			ids = append(ids, int32((s*31+i)%500))
		}
		offsets = append(offsets, int32(len(ids)))
	}
	linear := func(x mat.Tensor, act kernels.Act, w *nn.Param) mat.Tensor {
		return Linear(p, x, act, []*nn.Param{w}, []*nn.Param{nil})
	}
	x := AddNorm(p, Embedding(p, Lookup{e.x, ids, -1}), Embedding(p, Lookup{e.x, ids, -1}), e.w, e.b, 1e-12, 0.1)
	for range e.layers {
		a := SelfAttention(p, linear(x, kernels.Identity, e.qkv), AttentionSpec{Heads: e.heads, Offsets: offsets, Dropout: 0.1})
		x = AddNorm(p, linear(a, kernels.Identity, e.out), x, e.w, e.b, 1e-12, 0.1)
		x = AddNorm(p, linear(linear(x, kernels.GELU, e.up), kernels.Identity, e.down), x, e.w, e.b, 1e-12, 0.1)
	}
	return MSE(p, Rows(p, x, offsets[:len(lens)]), make([]float32, len(lens)*Of(x).Cols()))
}

// pairLengths draws the lengths of a batch of sentence pairs: most between 20 and
// 50 tokens, some up to 127.
func pairLengths(r *rand.Rand, sequences int) []int {
	lens := make([]int, sequences)
	for i := range lens {
		lens[i] = min(127, max(7, int(30+14*r.NormFloat64()+40*r.ExpFloat64()*float64(r.IntN(5)/4))))
	}
	return lens
}

// TestArenaKeepsToItsPeak runs an epoch of batches of mixed lengths, every tenth
// followed by an evaluation, and holds what the arena has held to what the
// largest batch alone has lent.
func TestArenaKeepsToItsPeak(t *testing.T) {
	if testing.Short() || kernels.Name() == "go" {
		t.Skip("what the arena lends does not depend on the kernels, and these are slow")
	}
	const batches = 25
	e, r, mem := newEncoder(4, 64), rand.New(rand.NewPCG(1, 2)), NewCPU()
	p := &Pass{Backend: mem, Grad: true, Train: true, Seed: 3}
	eval := &Pass{Backend: mem}
	for step := range batches {
		lens := pairLengths(r, 32)
		p.Begin(uint64(step))
		mem.Reset()
		if err := Backward(e.loss(p, lens), 1); err != nil {
			t.Fatal(err)
		}
		for _, q := range e.everyParameter {
			q.ZeroGrad()
		}
		if step%10 == 0 {
			mem.Reset()
			for range 3 {
				eval.Begin(0)
				e.loss(eval, pairLengths(r, 48))
				eval.Release()
			}
		}
	}
	held, peak := mem.Bytes()
	t.Logf("held %.1f MB at most, lent %.1f MB: %.3f", float64(held)/1e6, float64(peak)/1e6, float64(held)/float64(peak))
	if float64(held) > 1.15*float64(peak) {
		t.Errorf("the arena has held %d bytes for %d that were lent at once: more than 1.15 times", held, peak)
	}
}
