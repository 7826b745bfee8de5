// Package objectives holds what models can be trained for: the answers of a
// labelled task, words that were masked, the next word. Each turns examples into
// batches, losses and scores, and fits trainers.Objective.
package objectives

import "github.com/lmkor/bench/predictors"

// Recipe is how a labelled task is read and learned.
type Recipe struct {
	predictors.Recipe
	MaxRows int // take the first so many examples only; 0: all
}
