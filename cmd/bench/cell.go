package main

import (
	"errors"
	"fmt"
	"io/fs"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

// cell is one training: a model on a task with a seed.
type cell struct {
	model  checkpoints.Source
	task   *tasks.Task
	recipe configs.Recipe // resolved for the task; its Seed is the cell's
	data   dataSource
	dir    string // of the finished run
}

// name is how progress and errors call the cell.
func (c cell) name() string {
	return fmt.Sprintf("%s × %s, seed %d", c.model.Name, c.task.Name, c.recipe.Seed)
}

// dataSource says where a task's splits come from.
type dataSource struct {
	dir   string            // of official files; empty: the embedded samples
	files map[string]string // by split: the user's own in place of official ones
}

// sampleData is the --data-dir that means the sample sets inside the binary.
const sampleData = "samples"

// open reads a split of the task.
func (d dataSource) open(t *tasks.Task, split string) (*tasks.Set, error) {
	if f := d.files[split]; f != "" {
		return t.OpenFile(f, split)
	}
	if d.dir == sampleData {
		return t.OpenFS(samples.FS(), split)
	}
	return t.Open(d.dir, split)
}

// has reports whether a split is there.
func (d dataSource) has(t *tasks.Task, split string) bool {
	if d.files[split] != "" {
		return true
	}
	_, err := d.open(t, split)
	return err == nil || !errors.Is(err, fs.ErrNotExist)
}

// options turns a resolved recipe into the trainer's.
func options(r configs.Recipe) trainers.Options {
	return trainers.Options{
		BatchSize: r.BatchSize, Epochs: r.Epochs, LearningRate: r.LearningRate,
		WeightDecay: r.WeightDecay, WarmupRatio: r.WarmupRatio, MaxGradNorm: r.MaxGradNorm,
		AdamBeta1: r.AdamBeta1, AdamBeta2: r.AdamBeta2, AdamEpsilon: r.AdamEpsilon,
		Accumulation: r.GradientAccumulationSteps, Seed: r.Seed, Dropout: r.Dropout.Rate, Shuffle: r.Shuffle,
		Bfloat16: r.Precision == configs.Bfloat16, EvalSteps: r.EvalSteps, SaveSteps: r.SaveSteps,
	}
}

// reading is how the recipe reads a split, of which it takes so many rows.
func reading(r configs.Recipe, rows int) objectives.Recipe {
	return objectives.Recipe{
		Recipe: predictors.Recipe{MaxLength: r.MaxLength, Truncation: r.Truncation, PadToMax: r.Padding == configs.PaddingMaxLength,
			Bfloat16: r.Precision == configs.Bfloat16},
		MaxRows: rows,
	}
}
