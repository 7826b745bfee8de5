package runs

import (
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

// result is what result.json says of a training.
func (c *Cell) result(out *trainers.Outcome, data Splits, sample metrics.Sample) *results.Result {
	r := &results.Result{Model: c.Model.Name, Task: c.Task.Name, Seed: c.Recipe.Seed, Split: data.Scored.Split,
		Metric: c.Task.Metric, N: sample.Len(), Scores: sample.Scores(),
		Train: results.Train{Steps: out.Steps, Examples: out.Sequences, Tokens: out.Tokens, Skipped: out.Skipped}}
	r.Score, r.Interval = results.Headline(sample, c.Task.Metric)
	for _, e := range out.Epochs {
		epoch := results.Epoch{Epoch: e.Epoch, Scores: e.Scores[data.Scored.Split]}
		if data.Dev != nil {
			dev := e.Scores[data.Dev.Split]
			epoch.Dev = &dev
		}
		r.Epochs = append(r.Epochs, epoch)
	}
	r.Select = results.Choose(r.Epochs, c.Task.Metric)
	return r
}

// keep names the checkpoint that the result is of; a run that keeps its last one
// alone has no need to.
func (c *Cell) keep(r *results.Result, out *trainers.Outcome, data Splits) {
	k := results.Checkpoint{Dir: results.CheckpointDir, Step: out.Steps, Score: r.Score, Interval: r.Interval, Scores: r.Scores}
	switch c.Recipe.Keep {
	case configs.KeepLast:
		return
	case configs.KeepBest:
		keepChosen(r, k, out.Best)
		return
	}
	if n := len(out.Epochs); n > 0 { // behind the last stands an evaluation of these weights
		dev := out.Epochs[n-1].Scores[data.Dev.Split]
		k.Dev = &dev
	}
	r.Checkpoints = append(r.Checkpoints, k)
}

// keepBest adds the best checkpoint, kept beside the last.
func (c *Cell) keepBest(r *results.Result, out *trainers.Outcome, sample metrics.Sample) {
	k := results.Checkpoint{Dir: results.BestCheckpointDir, Scores: sample.Scores()}
	k.Score, k.Interval = results.Headline(sample, c.Task.Metric)
	keepChosen(r, k, out.Best)
}

// keepChosen adds the checkpoint that is the best on dev: what choosing on dev
// scores is this one, whether it stood at the end of an epoch or within.
func keepChosen(r *results.Result, k results.Checkpoint, best *trainers.Best) {
	dev := best.Scores[best.Split]
	k.Step, k.ChosenOn, k.Dev = best.Step, best.Split, &dev
	r.Select.Dev = k.Score
	r.Checkpoints = append(r.Checkpoints, k)
}

// records are the predictions as predictions.jsonl has them.
func records(d *objectives.Labelled, preds []predictors.Answer) []results.Prediction {
	rows := make([]results.Prediction, len(preds))
	for i, p := range preds {
		e := &d.Examples[i]
		row := results.Prediction{ID: results.IntID(e.ID), Text: e.Text}
		if e.HasPair {
			row.TextPair = &e.Pair
		}
		switch d.Task.Kind {
		case tasks.Regress:
			row.Gold, row.Pred = results.Number(e.Score), results.Number(p.Value)
		case tasks.Tag:
			kept := p.Kept
			row.Gold, row.Pred, row.Words, row.Kept = results.Tags(d.TagNames(e.Tags)), results.Tags(d.TagNames(p.Tags)), e.Words, &kept
		default:
			row.Gold, row.Pred = results.Label(d.Task.Labels[e.Label]), results.Label(d.Task.Labels[p.Label])
			row.Probs = p.Probs()
		}
		rows[i] = row
	}
	return rows
}

// kept is a recipe as the manifest keeps it: save_steps at its default, for no
// byte of a run may depend on it. Threads are left out by their type.
func kept(r configs.Recipe) configs.Recipe {
	r.SaveSteps = 0
	return r
}
