package runs

import (
	"errors"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/store"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

// Plan is what Run would do with a cell.
type Plan struct {
	Model    string               `json:"model"`
	Task     string               `json:"task"`
	Seed     uint64               `json:"seed"`
	Dir      string               `json:"dir"`
	Status   store.State          `json:"status"`
	Step     int                  `json:"step"`     // at which an interrupted training is taken up; 0: from the start
	Differs  []results.Difference `json:"differs"`  // from a finished run that has the place that was asked for
	Kept     []string             `json:"kept"`     // interrupted runs of other settings in the same place, and what differs
	Damage   string               `json:"damage"`   // of a finished run
	Identity string               `json:"identity"` // the run's
	Portable string               `json:"-"`        // the same on every set of kernels
	Metric   metrics.Name         `json:"metric"`   // the headline
	Rows     map[string]int       `json:"rows"`     // by split: that train or are scored
	Scored   string               `json:"scored"`   // the split of the score
	Steps    int                  `json:"steps"`    // of the optimizer
	Recipe   configs.Recipe       `json:"recipe"`
	Settings []string             `json:"settings,omitempty"` // of a grid's point
}

// loadAll is load, but that a fault of the data does not hide the model's.
func (c *Cell) loadAll() (Splits, *checkpoints.Loaded, error) {
	if missing(c.Model) {
		data, err := c.OpenData()
		return data, nil, err
	}
	data, l, err := c.load()
	if err == nil || c.Model.Scratch != nil {
		return data, l, err
	}
	_, modelErr := c.source().Load(c.Task, c.Recipe.Seed, nil)
	_, dataErr := c.OpenData()
	return data, l, errors.Join(modelErr, dataErr)
}

// unjoined lists the errors that errors.Join put together.
func unjoined(err error) []error {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var all []error
		for _, e := range many.Unwrap() {
			all = append(all, unjoined(e)...)
		}
		return all
	}
	return []error{err}
}

// sameModel reports whether two cells of one request have the same model.
func sameModel(a, b *Cell) bool {
	return a.Model.Name == b.Model.Name && a.Model.Dir == b.Model.Dir && a.Model.Scratch == b.Model.Scratch
}

// plan is what Run would do with the cell; there says whether its place's folder is.
func (c Cell) plan(l *checkpoints.Loaded, data Splits, there bool) (*Plan, error) {
	c = c.resolved(data)
	m, err := c.manifest(l, data.All(), kept(c.Recipe))
	if err != nil {
		return nil, err
	}
	at := store.Standing{State: store.StateToTrain, Place: c.Dir}
	if there {
		if at, err = store.Look(c.Dir, m); err != nil {
			return nil, err
		}
	}
	p := &Plan{Model: c.Model.Name, Task: c.Task.Name, Seed: c.Recipe.Seed, Dir: at.Place, Status: at.State, Differs: at.Differs,
		Identity: m.Identity, Portable: m.Parts.Portable(), Metric: c.Task.Metric,
		Rows: map[string]int{}, Scored: c.Scored, Recipe: c.Recipe, Settings: c.Settings}
	for _, k := range at.Kept {
		p.Kept = append(p.Kept, k.String())
	}
	if at.Damage != nil {
		p.Damage = at.Damage.Error()
	}
	for _, s := range data.All() {
		most := c.Recipe.MaxEvalRows
		if s.Split == tasks.Train {
			most = c.Recipe.MaxTrainRows
		}
		p.Rows[s.Split] = len(s.Examples)
		if most > 0 {
			p.Rows[s.Split] = min(len(s.Examples), most)
		}
	}
	opt, err := c.options(data)
	if err != nil {
		return nil, err
	}
	if p.Steps, err = trainers.Steps(p.Rows[tasks.Train], opt); err != nil {
		return nil, err
	}
	if at.Partial != "" {
		p.Step, err = savedStep(at.Partial)
	}
	return p, err
}

// savedStep returns where the state of an interrupted run stands.
func savedStep(partial string) (int, error) {
	file := trainers.FileStore{Path: filepath.Join(partial, "state", stateFile)}
	at, err := file.Position()
	if err != nil || at == nil {
		return 0, err
	}
	return at.Step, nil
}

// OnOtherKernels reports whether the run stands finished, but that other kernels
// computed it: then a plan has nothing to do.
func (p *Plan) OnOtherKernels() bool {
	return p.Status == store.StateConflict &&
		!slices.ContainsFunc(p.Differs, func(d results.Difference) bool { return d.Name == "numerics" })
}

// What says in a few words what Run would do.
func (p *Plan) What() string {
	switch p.Status {
	case store.StateToTrain:
		if len(p.Differs) > 0 {
			return string(p.Status) + ", beside other settings (" + store.Changes(p.Differs) + ")"
		}
	case store.StateConflict:
		return "finished, computed otherwise (" + store.Changes(p.Differs) + ")"
	case store.StateDamaged:
		return strings.TrimPrefix(p.Damage, "damaged: ") + ": damaged"
	case store.StateResumes:
		if p.Step == 0 {
			return string(store.StateToTrain)
		}
		return "resumes from step " + strconv.Itoa(p.Step)
	}
	return string(p.Status)
}
