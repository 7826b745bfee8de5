package runs

import (
	"errors"
	"fmt"
	"strings"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/grids"
)

// gridHoldout is the fraction of the training rows that a grid holds out to
// choose on, where a task has no dev split beside the scored one.
const gridHoldout = 0.1

// points are the settings of the suite's grid to try, each as field=value; one
// point without settings if there is no grid.
func (r Request) points() ([][]string, error) {
	for _, s := range r.Set {
		name, _, _ := strings.Cut(s, "=")
		for _, a := range r.Suite.Grid {
			if a.Field == strings.TrimSpace(name) {
				return nil, &FieldError{fmt.Errorf("%s: the grid has it", a.Field)}
			}
		}
	}
	if points := r.Suite.Grid.Sample(r.Suite.Budget, r.Suite.Random); points != nil {
		return points, nil
	}
	return [][]string{nil}, nil
}

// at gives the cell the settings of a grid's point, and rows to choose it on
// where the data have none.
func (c *Cell) at(settings []string, runs string) error {
	for _, s := range settings {
		if err := c.Recipe.Set(s); err != nil {
			return &FieldError{err}
		}
	}
	c.Settings = settings
	if len(settings) > 0 && c.Recipe.Holdout == 0 && !c.hasDev() {
		c.Recipe.Holdout = gridHoldout
	}
	c.Dir = results.RunDir(runs, c.Model.Name, c.Task.Name, c.Recipe.Seed, settings...)
	return nil
}

// fieldsOf are the recipe fields that settings give values.
func fieldsOf(settings []string) []string {
	var names []string
	for _, s := range settings {
		name, _, _ := strings.Cut(s, "=")
		names = append(names, name)
	}
	return names
}

// Compared opens the runs of a grid's cells and compares its points.
func Compared(done []Outcome) ([]grids.Grid, error) {
	var all []results.Run
	var faults []error
	var fields []string
	for _, o := range done {
		fields = fieldsOf(o.Settings)
		r, err := results.Open(o.Dir)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", o.Dir, err))
			continue
		}
		all = append(all, r)
	}
	return grids.Of(all, fields...), errors.Join(faults...)
}

// needsDev says why the cell must have rows to choose on; "" if it need not.
func (c *Cell) needsDev() string {
	switch {
	case c.Recipe.Keep == configs.KeepBest || c.Recipe.EarlyStoppingPatience > 0:
		return "keep: best and early_stopping_patience choose on it"
	case len(c.Settings) > 0:
		return "a grid's point is chosen on it; --set holdout=0.1 takes a part of train in its place"
	}
	return ""
}
