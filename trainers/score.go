package trainers

import (
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/tasks"
)

// Sample pairs predictions with the gold of the data, for scores, intervals and
// paired tests.
func (d *Data) Sample(preds []Prediction) metrics.Sample {
	switch d.Task.Kind {
	case tasks.Regress:
		gold, pred := make([]float64, len(preds)), make([]float64, len(preds))
		for i, p := range preds {
			gold[i], pred[i] = d.Examples[i].Score, p.Value
		}
		return metrics.NewValues(gold, pred)
	case tasks.Tag:
		gold, pred, kept := make([][]string, len(preds)), make([][]string, len(preds)), make([]int, len(preds))
		for i, p := range preds {
			gold[i], pred[i], kept[i] = d.TagNames(d.Examples[i].Tags), d.TagNames(p.Tags), p.Kept
		}
		return metrics.NewTags(gold, pred, kept)
	}
	gold, pred := make([]int, len(preds)), make([]int, len(preds))
	for i, p := range preds {
		gold[i], pred[i] = d.Examples[i].Label, p.Label
	}
	return metrics.NewLabels(gold, pred, len(d.Task.Labels))
}

// TagNames returns the names of tags.
func (d *Data) TagNames(ids []int) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = d.Task.Labels[id]
	}
	return out
}
