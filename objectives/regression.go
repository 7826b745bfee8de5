package objectives

import (
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/predictors"
)

// regression answers a text or a pair with a number: the loss is the batch's mean
// squared error of raw scores.
type regression struct{}

func (regression) loss(p *ops.Pass, x logits, d *Labelled, examples []int) ops.Root {
	gold := make([]float32, len(examples))
	for k, i := range examples {
		gold[k] = float32(d.Examples[i].Score)
	}
	return ops.Root{Loss: ops.MSE(p, x, gold), Weight: 1}
}

func (regression) labels(*Labelled, []int) []int32 { return nil }

func (regression) sample(d *Labelled, answers []predictors.Answer) metrics.Sample {
	gold, pred := make([]float64, len(answers)), make([]float64, len(answers))
	for i, a := range answers {
		gold[i], pred[i] = d.Examples[i].Score, a.Value
	}
	return metrics.NewValues(gold, pred)
}
