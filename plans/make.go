package plans

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"slices"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/store"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tokenizers"
)

// Make returns the plan of the cells: each is opened as a run would open it, and
// what it costs is measured where it is not known. Cells that lack something
// stand in the plan with all that they lack. The cheap ones to do come first,
// the finished last. note hears what takes a while.
func Make(ctx context.Context, cells []runs.Cell, folder string, known *Calibration, note func(string)) (*Plan, error) {
	folder, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	var all []Cell
	version := ""
	err = runs.Forecast(cells, func(i int, p *runs.Plan, o *runs.Opened, faults []error) error {
		version = cells[i].Program.Version
		c, err := newCell(&cells[i])
		if err != nil {
			return err
		}
		if len(faults) > 0 {
			c.State = Missing
			for _, f := range faults {
				c.Missing = append(c.Missing, f.Error())
			}
			all = append(all, *c)
			return ctx.Err()
		}
		if err := c.price(ctx, &cells[i], p, o, known, note); err != nil {
			return err
		}
		all = append(all, *c)
		return ctx.Err()
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b Cell) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Seconds, b.Seconds))
	})
	return New(version, folder, all)
}

// price fills in how the cell stands and what it costs.
func (c *Cell) price(ctx context.Context, cell *runs.Cell, p *runs.Plan, o *runs.Opened, known *Calibration,
	note func(string)) error {
	c.Identity, c.Portable, c.Steps, c.Step, c.State = p.Identity, p.Portable, p.Steps, p.Step, stateOf(p)
	if c.State == Finished {
		return nil
	}
	for _, d := range p.Differs {
		c.Different = append(c.Different, store.Changes([]results.Difference{d}))
	}
	if c.State == ToTrain {
		err := known.mayBegin(ctx, p.Recipe)
		var refused *devices.PrecisionError
		if errors.As(err, &refused) { // cells of another precision run
			c.State, c.Missing = Missing, append(c.Missing, refused.Error())
			return nil
		}
		if err != nil {
			return err
		}
	}
	points, err := known.Of(ctx, cell, o, note)
	var failed *device.Failure
	if errors.As(err, &failed) && failed.TooLarge { // other cells may fit
		c.State, c.Missing = Missing, append(c.Missing, failed.Error())
		return nil
	}
	if err != nil {
		return err
	}
	estimate(c, o, p.Recipe, points)
	return onDevice(c, o, p.Recipe, points)
}

// rank puts what can run first, and what is finished last.
func rank(c Cell) int {
	return slices.Index([]string{Resumes, ToTrain, Conflict, Missing, Finished}, c.State)
}

// stateOf is a cell's state in a plan's words.
func stateOf(p *runs.Plan) string {
	switch p.Status {
	case store.StateFinished:
		return Finished
	case store.StateConflict:
		if p.OnOtherKernels() {
			return Finished
		}
		return Conflict
	case store.StateDamaged:
		return Conflict
	case store.StateResumes:
		if p.Step > 0 {
			return Resumes
		}
	case store.StateHeld:
		return Resumes
	}
	return ToTrain
}

// newCell describes a cell so that it can be run without its suite.
func newCell(c *runs.Cell) (*Cell, error) {
	recipe, err := json.Marshal(c.Recipe)
	if err != nil {
		return nil, err
	}
	out := &Cell{Model: c.Model.Name, Task: c.Task.Name, Seed: c.Recipe.Seed, Recipe: recipe,
		ModelFrom: c.Model.Asked, TaskFrom: c.TaskAsked, Missing: []string{}}
	out.Labels, out.Settings, out.Threads = c.Model.Labels, c.Settings, c.Recipe.Threads
	if t := c.Model.Tokenizing; t != (tokenizers.LoadOptions{}) {
		out.Tokenizer = &Tokenizer{Class: t.Class, Moran: t.Moran}
		if t.Moran != "" {
			if out.Tokenizer.Moran, err = filepath.Abs(t.Moran); err != nil {
				return nil, err
			}
		}
	}
	for _, p := range []struct {
		to   *string
		path string
	}{{&out.Dir, c.Dir}, {&out.DataDir, c.Data.Dir}} {
		*p.to = p.path
		if p.path != "" && p.path != runs.Samples {
			if *p.to, err = filepath.Abs(p.path); err != nil {
				return nil, err
			}
		}
	}
	if c.Model.Dir != "" {
		if out.ModelFrom, err = filepath.Abs(c.Model.Dir); err != nil {
			return nil, err
		}
	} else if isYAML(c.Model.Asked) {
		if out.ModelFrom, err = filepath.Abs(c.Model.Asked); err != nil {
			return nil, err
		}
	}
	if isYAML(c.TaskAsked) {
		if out.TaskFrom, err = filepath.Abs(c.TaskAsked); err != nil {
			return nil, err
		}
	}
	for split, f := range c.Data.Files {
		if f == "" {
			continue
		}
		if out.Files == nil {
			out.Files = map[string]string{}
		}
		if out.Files[split], err = filepath.Abs(f); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func isYAML(name string) bool {
	ext := filepath.Ext(name)
	return ext == ".yaml" || ext == ".yml"
}
