package trainers

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/tasks"
)

// Prediction is the model's answer to one example.
type Prediction struct {
	Label  int       // classify: the class with the largest logit, the first of equals
	Value  float64   // regress
	Tags   []int     // tag: one a word, of the words kept; O (0) for those cut away
	Kept   int       // tag: how many words reached the model
	Logits []float32 // of a sequence head
}

// Probs returns the softmax of the logits.
func (p Prediction) Probs() []float64 {
	top := math.Inf(-1)
	for _, v := range p.Logits {
		top = max(top, float64(v))
	}
	probs := make([]float64, len(p.Logits))
	var sum float64
	for i, v := range p.Logits {
		probs[i] = math.Exp(float64(v) - top)
		sum += probs[i]
	}
	for i := range probs {
		probs[i] /= sum
	}
	return probs
}

// evalTokens bounds a batch of an evaluation: enough rows to keep every core
// busy, few enough to stay in cache.
const evalTokens = 2048

// Predict answers every example, in file order. Batches hold sequences of
// similar length, so the answers come sorted differently than they were asked;
// no answer depends on its batch.
func (t *Trainer) Predict(ctx context.Context, d *Data) ([]Prediction, error) {
	idx := make([]int, d.Len())
	for i := range idx {
		idx[i] = i
	}
	slices.SortStableFunc(idx, func(a, b int) int { return cmp.Compare(d.length(b), d.length(a)) })
	out := make([]Prediction, d.Len())
	pass := &ops.Pass{Mem: t.mem, Bfloat16: t.opt.Bfloat16}
	var b models.Batch
	for len(idx) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n := max(1, min(len(idx), evalTokens/t.padded(d.length(idx[0]))))
		d.batch(&b, idx[:n])
		b.PadTo = t.padTo()
		pass.Begin(0)
		logits := ops.Of(t.model.Forward(pass, &b))
		for k, i := range idx[:n] {
			out[i] = d.answer(i, logits, k, int(b.Offsets[k]))
		}
		pass.Release()
		idx = idx[n:]
	}
	return out, nil
}

// answer reads example i's prediction from the logits: row k of a sequence
// head, the rows from first on of a token head.
func (d *Data) answer(i int, logits *ops.Tensor, k, first int) Prediction {
	c := logits.Cols()
	row := func(r int) []float32 { return logits.Floats()[r*c : (r+1)*c] }
	switch d.Task.Kind {
	case tasks.Regress:
		return Prediction{Value: float64(row(k)[0]), Logits: slices.Clone(row(k))}
	case tasks.Tag:
		p := Prediction{Tags: make([]int, len(d.Examples[i].Words)), Kept: len(d.starts[i])}
		for w, s := range d.starts[i] {
			p.Tags[w] = argmax(row(first + int(s)))
		}
		return p
	}
	return Prediction{Label: argmax(row(k)), Logits: slices.Clone(row(k))}
}

func argmax(x []float32) int {
	best := 0
	for i, v := range x {
		if v > x[best] {
			best = i
		}
	}
	return best
}
