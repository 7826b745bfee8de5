// Package objectives holds what models can be trained for: the answers of a
// labelled task, words that were masked, the next word. Each turns examples into
// batches, losses and scores, and fits trainers.Objective.
package objectives

import (
	"fmt"

	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tasks"
)

// Recipe is how a labelled task is read and learned.
type Recipe struct {
	predictors.Recipe
	MaxRows int // take the first so many examples only; 0: all

	Weights   ClassWeights
	Smoothing float64 // of labels, as transformers' label_smoothing_factor; 0: none
}

// ClassWeights is how much each class counts in the loss. The zero value counts
// all alike.
type ClassWeights struct {
	Balanced bool      // in inverse proportion to their examples, as scikit-learn's "balanced"
	List     []float64 // in the order of the task's labels
}

func (w ClassWeights) none() bool { return !w.Balanced && w.List == nil }

// check refuses what a task's loss can't heed.
func (r Recipe) check(t *tasks.Task) error {
	if t.Kind == tasks.Regress && (!r.Weights.none() || r.Smoothing != 0) {
		return fmt.Errorf("class_weights and label_smoothing are for classes: %s has none", t.Name)
	}
	if n := len(r.Weights.List); n > 0 && n != len(t.Labels) {
		return fmt.Errorf("class_weights: %d of them for the %d classes of %s", n, len(t.Labels), t.Name)
	}
	if !(r.Smoothing >= 0 && r.Smoothing < 1) {
		return fmt.Errorf("label_smoothing: %v: want a number, 0 or more, below 1", r.Smoothing)
	}
	for _, w := range r.Weights.List {
		if !(w >= 0 && w < 1e30) {
			return fmt.Errorf("class_weights: %v: want finite numbers, 0 or more", w)
		}
	}
	return nil
}

// weights returns the classes' weights, given how many labels of each there are;
// nil: all count alike. A class without labels counts as much as the mean one.
func (w ClassWeights) weights(counts []int) []float32 {
	if w.none() {
		return nil
	}
	weights := make([]float32, len(counts))
	if !w.Balanced {
		for c, v := range w.List {
			weights[c] = float32(v)
		}
		return weights
	}
	total, present := 0, 0
	for _, n := range counts {
		total += n
		present += min(n, 1)
	}
	for c, n := range counts {
		if weights[c] = 1; n > 0 {
			weights[c] = float32(float64(total) / (float64(present) * float64(n)))
		}
	}
	return weights
}
