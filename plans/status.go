package plans

import (
	"path/filepath"
	"time"

	"github.com/lmkor/bench/results/store"
)

// Status is how the cells of a plan stand.
type Status struct {
	Done        int          `json:"done"`
	Running     int          `json:"running"`
	Waiting     int          `json:"waiting"`
	Failed      int          `json:"failed"`
	SecondsLeft float64      `json:"seconds_left"` // of work, whatever number of machines does it
	Cells       []CellStatus `json:"cells"`
}

// CellStatus is how a cell stands.
type CellStatus struct {
	Cell        int      `json:"cell"`
	Model       string   `json:"model"`
	Task        string   `json:"task"`
	Seed        uint64   `json:"seed"`
	State       string   `json:"state"` // done, running, waiting, failed
	Step        int      `json:"step"`
	Steps       int      `json:"steps"` // 0 where nobody planned it
	Loss        *float64 `json:"loss"`
	Rate        float64  `json:"steps_per_second"` // of late; 0 if unknown
	SecondsLeft float64  `json:"seconds_left"`
	Reason      string   `json:"reason"`
	Dir         string   `json:"dir"`
	Settings    []string `json:"settings,omitempty"` // of a point of a grid
}

// StatusOf reads how the cells of a plan stand, from their files alone.
func StatusOf(p *Plan) (*Status, error) {
	s := &Status{Cells: []CellStatus{}}
	places := make([]store.Planned, len(p.Cells))
	for i, c := range p.Cells {
		places[i] = store.Planned{Dir: c.Dir, Portable: c.Portable}
	}
	all, err := store.ProgressOfAll(places)
	if err != nil {
		return nil, err
	}
	for i, c := range p.Cells {
		at := all[i]
		one := CellStatus{Cell: c.Cell, Model: c.Model, Task: c.Task, Seed: c.Seed, Steps: c.Steps, Dir: c.Dir, Settings: c.Settings}
		one.set(at)
		one.SecondsLeft = secondsLeft(c, at)
		if at.State == store.CellDone {
			one.Step = c.Steps
		}
		if at.State == store.CellWaiting && (c.State == Missing || c.State == Conflict) {
			one.State, one.Reason = store.CellFailed, c.State
			if len(c.Missing) > 0 {
				one.Reason = c.Missing[0]
			}
		}
		s.add(one)
	}
	return s, nil
}

func (c *CellStatus) set(at store.Progress) {
	c.State, c.Step, c.Loss, c.Reason = at.State, at.Step, at.Loss, at.Reason
	if at.StepSeconds > 0 {
		c.Rate = 1 / at.StepSeconds
	}
}

func (s *Status) add(c CellStatus) {
	switch c.State {
	case store.CellDone:
		s.Done++
	case store.CellRunning:
		s.Running++
	case store.CellFailed:
		s.Failed++
	default:
		s.Waiting++
	}
	s.SecondsLeft += c.SecondsLeft
	s.Cells = append(s.Cells, c)
}

// secondsLeft is what a cell still takes: what the plan said of what is left, or
// where it runs faster or slower than planned, as much as its steps do.
func secondsLeft(c Cell, at store.Progress) float64 {
	if at.State == store.CellDone || c.Steps == 0 || c.Steps == c.Step {
		return 0
	}
	perStep := c.Seconds / float64(c.Steps-c.Step) // evaluations and saves included
	left := perStep * float64(max(0, c.Steps-at.Step))
	if at.StepSeconds > 0 {
		left = max(left, at.StepSeconds*float64(max(0, c.Steps-at.Step)))
	}
	return left
}

// StatusOfFolder reads how the runs of a folder stand, finished and unfinished
// ones; how many steps an unfinished one has, its folder does not know.
func StatusOfFolder(root string) (*Status, error) {
	all, err := store.Inventory(root, store.Named)
	if err != nil {
		return nil, err
	}
	s := &Status{Cells: []CellStatus{}}
	for _, e := range all {
		if e.State == store.EntryAbandoned || e.State == store.EntryFinished && e.Step == 0 { // an evaluation is no cell
			continue
		}
		c := CellStatus{Cell: len(s.Cells), Model: e.Model, Task: e.Task, Seed: e.Seed, Step: e.Step, Dir: e.Path}
		switch e.State {
		case store.EntryFinished:
			c.State, c.Steps = store.CellDone, e.Step
		case store.EntryDamaged:
			c.State, c.Reason = store.CellFailed, e.Note
			if c.Model == "" { // its records can't be read: the path says what it was
				c.Model, c.Reason = filepath.Base(e.Path), e.Path+": "+e.Note
			}
		default:
			at, err := store.ProgressIn(e.Path)
			if err != nil {
				return nil, err
			}
			c.set(at)
		}
		s.add(c)
	}
	return s, nil
}

// Duration is a number of seconds as a time.
func Duration(seconds float64) time.Duration {
	return time.Duration(seconds * float64(time.Second)).Round(time.Second)
}
