package trainers

import (
	"context"
	"errors"
	"slices"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/predictors"
)

// choose compares an evaluation with the best one so far, as transformers'
// EarlyStoppingCallback does: it is better if its score is larger. An undefined
// score is no gain. It returns whether patience is at its end.
func (t *Trainer) choose(scores map[string]metrics.Scores, epoch float64) (stop bool) {
	by := t.opt.Choose
	if !t.opt.chooses() {
		return false
	}
	best := t.outcome.Best
	score, ok := scores[by.Split].Get(by.Metric)
	if best != nil && (!ok || best.Score != nil && score <= *best.Score) {
		t.at.Stale++
		return t.opt.Patience > 0 && t.at.Stale >= t.opt.Patience
	}
	t.at.Stale = 0
	t.outcome.Best = &Best{Step: t.at.Step, Epoch: epoch, Split: by.Split, Metric: by.Metric, Scores: scores}
	if ok {
		t.outcome.Best.Score = &score
	}
	if t.opt.KeepBest {
		if t.best == nil {
			t.best = make([][]float32, len(t.params))
		}
		for i, p := range t.params {
			t.best[i] = ops.Of(p.Param).AppendTo(t.best[i][:0])
		}
	}
	return false
}

// UseBest gives the models the best evaluation's weights and returns the answers
// to every split with them. Fit leaves the last step's.
func (t *Trainer) UseBest(ctx context.Context, splits []Split) (map[string][]predictors.Answer, error) {
	if t.best == nil {
		return nil, errors.New("no best weights were kept")
	}
	for i, p := range t.params {
		ops.Of(p.Param).Set(t.best[i])
	}
	if _, err := t.score(ctx, splits); err != nil {
		return nil, err
	}
	return t.outcome.Answers, nil
}

// knows reports whether a split is among those scored.
func knows(splits []Split, name string) bool {
	return slices.ContainsFunc(splits, func(s Split) bool { return s.Name == name })
}
