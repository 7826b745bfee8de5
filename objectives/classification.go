package objectives

import (
	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/predictors"
)

// logits is what a model's head gives, [R, C].
type logits = mat.Tensor

// classification answers a text or a pair with one of a few classes: the loss is
// the batch's mean cross entropy.
type classification struct{}

func (classification) labels(d *Labelled, examples []int) []int32 {
	labels := make([]int32, len(examples))
	for k, i := range examples {
		labels[k] = int32(d.Examples[i].Label)
	}
	return labels
}

func (c classification) loss(p *ops.Pass, x logits, d *Labelled, examples []int) ops.Root {
	return d.crossEntropy(p, x, c.labels(d, examples))
}

func (classification) sample(d *Labelled, answers []predictors.Answer) metrics.Sample {
	gold, pred := make([]int, len(answers)), make([]int, len(answers))
	for i, a := range answers {
		gold[i], pred[i] = d.Examples[i].Label, a.Label
	}
	return metrics.NewLabels(gold, pred, len(d.Task.Labels))
}
