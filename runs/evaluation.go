package runs

import (
	"fmt"
	"time"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// Evaluation asks for a fine-tuned checkpoint's score.
type Evaluation struct {
	Model      string // its directory or name
	Name       string // what to call it; empty: its own name
	Task       *tasks.Task
	Split      string
	Labels     map[string]string // the task's of the checkpoint's own
	Tokenizing tokenizers.LoadOptions
	Recipe     string   // empty: the checkpoint's own, or the default
	Set        []string // fields of the recipe
	Data       DataSource
	Runs       string // the folder of runs
	Program    results.Program
	Started    time.Time
}

// Cell returns what Eval takes: read as the checkpoint's training read, unless a
// recipe is named.
func (e Evaluation) Cell() (Cell, error) {
	m, err := checkpoints.Find(e.Model)
	if err != nil {
		return Cell{}, err
	}
	if m.Scratch != nil {
		return Cell{}, fmt.Errorf("%s starts from nothing: there is nothing to score before 'bench run'", m.Name)
	}
	m.Tokenizing, m.Labels = e.Tokenizing, e.Labels
	origin, err := m.Recall(e.Task)
	if err != nil {
		return Cell{}, err
	}
	if e.Name != "" {
		m.Name = e.Name
	}
	set := e.Set
	if origin != nil && e.Recipe == "" {
		own, err := origin.Settings()
		if err != nil {
			return Cell{}, err
		}
		set = append(own, set...)
	}
	r, err := (&configs.Suite{Recipe: e.Recipe, Set: set}).RecipeFor(e.Task.Name)
	if err != nil {
		return Cell{}, err
	}
	if origin != nil {
		r.Seed = origin.Seed
	}
	return Cell{Model: m, Task: e.Task, Recipe: r, Scored: e.Split, Data: e.Data,
		Dir:     results.RunDir(e.Runs, m.Name, e.Task.Name, r.Seed) + "-eval-" + e.Split,
		Program: e.Program, Started: e.Started}, nil
}
