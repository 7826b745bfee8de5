package objectives

import (
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/predictors"
)

// tagging answers every word of a sentence: the loss is the mean cross entropy of
// the batch's words, at their first tokens.
type tagging struct{}

func (tagging) labels(d *Labelled, examples []int) (labels []int32) {
	for _, i := range examples {
		first := len(labels)
		for range d.inputs.Length(i) {
			labels = append(labels, ops.Ignore)
		}
		for w, s := range d.inputs.Starts(i) {
			labels[first+int(s)] = int32(d.Examples[i].Tags[w])
		}
	}
	return labels
}

func (t tagging) loss(p *ops.Pass, x logits, d *Labelled, examples []int) ops.Root {
	return d.crossEntropy(p, x, t.labels(d, examples))
}

func (tagging) sample(d *Labelled, answers []predictors.Answer) metrics.Sample {
	gold, pred, kept := make([][]string, len(answers)), make([][]string, len(answers)), make([]int, len(answers))
	for i, a := range answers {
		gold[i], pred[i], kept[i] = d.TagNames(d.Examples[i].Tags), d.TagNames(a.Tags), a.Kept
	}
	return metrics.NewTags(gold, pred, kept)
}
