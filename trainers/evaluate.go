package trainers

import (
	"context"
	"fmt"
	"time"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/predictors"
)

// scored is a split's evaluation and how long it took.
type scored struct {
	split string
	*Evaluation
	elapsed time.Duration
}

// score scores every split and keeps the answers.
func (t *Trainer) score(ctx context.Context, splits []Split) ([]scored, error) {
	if err := t.announceLate(); err != nil {
		return nil, err
	}
	var all []scored
	answers := map[string][]predictors.Answer{}
	for _, s := range splits {
		start := time.Now()
		e, err := s.Score(ctx, t.mem)
		if err != nil {
			return nil, fmt.Errorf("after step %d: %s: %w", t.at.Step, s.Name, err)
		}
		answers[s.Name] = e.Answers
		all = append(all, scored{s.Name, e, time.Since(start)})
	}
	t.outcome.Answers = answers
	return all, nil
}

// evaluate scores every split, announces the scores and compares them with the
// best. It returns whether the training is to stop early.
func (t *Trainer) evaluate(ctx context.Context, splits []Split) (stop bool, err error) {
	all, err := t.score(ctx, splits)
	if err != nil {
		return false, err
	}
	epoch := t.plan.passed(t.at)
	t.scores = map[string]metrics.Scores{}
	for _, s := range all {
		t.scores[s.split] = s.Scores
		t.events.Eval(EvalEvent{Step: t.at.Step, Epoch: epoch, Split: s.split, Scores: s.Scores,
			Sequences: s.Sequences, Tokens: s.Tokens, Elapsed: s.elapsed})
	}
	t.at.Due = false
	return t.choose(t.scores, epoch), nil
}
