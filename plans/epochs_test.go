package plans

import (
	"testing"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
)

// A training that max_steps ends costs its steps, not the recipe's epochs.
func TestEpochsOfSteps(t *testing.T) {
	o := &runs.Opened{Train: &objectives.Labelled{Examples: make([]tasks.Example, 100)}}
	for _, c := range []struct {
		steps, most, accumulation int
		want                      float64
	}{{30, 0, 1, 3}, {5, 5, 1, 0.5}, {25, 25, 1, 2.5}, {5, 5, 2, 1}} {
		r := configs.Recipe{Epochs: 3, BatchSize: 10, MaxSteps: c.most, GradientAccumulationSteps: c.accumulation}
		if got := epochsOf(&Cell{Steps: c.steps}, o, r); got != c.want {
			t.Errorf("%+v: %v epochs", c, got)
		}
	}
}
