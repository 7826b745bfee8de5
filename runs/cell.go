// Package runs makes runs: a suite becomes cells of models × tasks × seeds, and
// a cell is trained, scored and published, or taken up where it was interrupted.
package runs

import (
	"fmt"
	"time"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

// Cell is one training: a model on a task with a seed.
type Cell struct {
	Model     checkpoints.Source
	Task      *tasks.Task
	TaskAsked string         // what the user named the task by
	Recipe    configs.Recipe // resolved for the task; its Seed is the cell's
	Data      DataSource
	Scored    string   // the split whose score is the result
	Settings  []string // of a point of a grid, field=value by field; nil: no grid
	Dir       string   // of the finished run

	Note string // on the device that computes; "": nothing to say

	Planned string // what a plan says of its identity, Portable; "": nothing

	Program results.Program // that runs it; Kernels is filled in
	Started time.Time       // when the user gave the command, for timing.jsonl
}

// Name is how progress and errors call the cell.
func (c *Cell) Name() string {
	at := ""
	for _, s := range c.Settings {
		at += ", " + s
	}
	return results.Plain(fmt.Sprintf("%s × %s%s, seed %d", c.Model.Name, c.Task.Name, at, c.Recipe.Seed))
}

// Outcome is what became of a cell.
type Outcome struct {
	Model    string       `json:"model"`
	Task     string       `json:"task"`
	Seed     uint64       `json:"seed"`
	Status   string       `json:"status"` // one of those below
	Dir      string       `json:"dir"`
	Metric   metrics.Name `json:"metric,omitempty"`
	Score    *float64     `json:"score,omitempty"`
	Interval *[2]float64  `json:"interval,omitempty"`
	N        int          `json:"n,omitempty"`

	// A point of a grid has its settings, and its score on the split that it is
	// chosen on in the place of the result: only the best one's is looked at.
	Settings []string `json:"settings,omitempty"`
	Dev      *float64 `json:"dev,omitempty"`
}

// The states of an outcome.
const (
	Trained        = "trained"
	Resumed        = "resumed"
	FinishedBefore = "finished before"
	Evaluated      = "evaluated"
)

func (c *Cell) outcome(status string, r *results.Result) *Outcome {
	if len(c.Settings) > 0 {
		o := &Outcome{Model: r.Model, Task: r.Task, Seed: r.Seed, Status: status, Dir: c.Dir, Metric: r.Metric, Settings: c.Settings}
		if v, ok := r.DevScore(); ok {
			o.Dev = &v
		}
		return o
	}
	return &Outcome{Model: r.Model, Task: r.Task, Seed: r.Seed, Status: status, Dir: c.Dir,
		Metric: r.Metric, Score: r.Score, Interval: r.Interval, N: r.N}
}

// Options turns a resolved recipe into the trainer's, but for what chooses among
// evaluations: a training that is only measured has none.
func Options(r configs.Recipe) trainers.Options {
	return trainers.Options{
		BatchSize: r.BatchSize, Epochs: r.Epochs, LearningRate: r.LearningRate,
		WeightDecay: r.WeightDecay, WarmupRatio: r.WarmupRatio, MaxGradNorm: r.MaxGradNorm,
		AdamBeta1: r.AdamBeta1, AdamBeta2: r.AdamBeta2, AdamEpsilon: r.AdamEpsilon,
		Accumulation: r.GradientAccumulationSteps, Seed: r.Seed, Dropout: r.Dropout.Rate, Shuffle: r.Shuffle,
		Precision: device.PrecisionOf(r.Precision), EvalSteps: r.EvalSteps, SaveSteps: r.SaveSteps,
		Schedule: r.LRSchedule, WarmupSteps: r.WarmupSteps, MaxSteps: r.MaxSteps, LayerwiseDecay: r.LayerwiseLRDecay,
		Freeze: trainers.Freeze{Embeddings: r.Freeze.Embeddings, Layers: r.Freeze.Layers},
	}
}

// resolved is the cell as its data let it be: without a dev split both of the
// checkpoints to keep are the last.
func (c Cell) resolved(data Splits) Cell {
	if data.Dev == nil && c.Recipe.Keep == configs.KeepBoth {
		c.Recipe.Keep = configs.KeepLast
	}
	return c
}

// options are the trainer's for the cell's data: a recipe that chooses among
// evaluations needs a dev split to choose on.
func (c *Cell) options(data Splits) (trainers.Options, error) {
	o := Options(c.Recipe)
	o.Patience, o.KeepBest = c.Recipe.EarlyStoppingPatience, c.Recipe.Keep != configs.KeepLast
	if data.Dev == nil {
		if why := c.needsDev(); why != "" {
			return o, fmt.Errorf("%s has no dev split: %s", c.Task.Name, why)
		}
	}
	if !o.KeepBest && o.Patience == 0 {
		return o, nil
	}
	o.Choose = trainers.Choose{Split: data.Dev.Split, Metric: c.Task.Metric}
	return o, nil
}

// Reading is how the recipe reads a split, of which it takes so many rows.
func Reading(r configs.Recipe, rows int) objectives.Recipe {
	return objectives.Recipe{
		Recipe: predictors.Recipe{MaxLength: r.MaxLength, Truncation: r.Truncation, PadToMax: r.Padding == configs.PaddingMaxLength,
			Precision: device.PrecisionOf(r.Precision), Threads: r.Threads},
		MaxRows: rows, Smoothing: r.LabelSmoothing,
		Weights: objectives.ClassWeights{Balanced: r.ClassWeights.Balanced, List: r.ClassWeights.List},
	}
}
