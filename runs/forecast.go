package runs

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/tasks"
)

// Opened is what a cell trains and scores, opened as Run opens it. The cells that
// differ from it in their seed only have it in common.
type Opened struct {
	Loaded *checkpoints.Loaded
	Train  *objectives.Labelled
	Scored []*objectives.Labelled // what every evaluation goes over
	Took   time.Duration          // opening it
}

// Forecast calls found on every cell, in their order, with what Run would do
// with it and what it would train on, or with the faults that keep it from
// running. It changes nothing. An error of found ends it.
func Forecast(cells []Cell, found func(i int, p *Plan, o *Opened, faults []error) error) error {
	for i := 0; i < len(cells); {
		c := &cells[i]
		end := i + 1 // behind the cells that differ in their seed only
		for end < len(cells) && sameModel(&cells[end], c) && cells[end].Task == c.Task &&
			slices.Equal(cells[end].Settings, c.Settings) {
			end++
		}
		o, data, err := c.openAll()
		for ; i < end; i++ {
			var p *Plan
			fault := err
			if fault == nil {
				p, fault = cells[i].plan(o.Loaded, data)
			}
			var faults []error
			if fault != nil {
				faults = unjoined(fault)
			}
			if err := found(i, p, o, faults); err != nil {
				return err
			}
		}
	}
	return nil
}

// openAll opens the cell's data and model and tokenizes the splits.
func (c *Cell) openAll() (*Opened, Splits, error) {
	start := time.Now()
	data, l, err := c.loadAll()
	if missing(c.Model) {
		_, why := checkpoints.Find(c.Model.Asked)
		err = errors.Join(why, err)
	}
	if err != nil {
		return nil, data, err
	}
	o := &Opened{Loaded: l}
	for _, set := range data.All() {
		most := c.Recipe.MaxEvalRows
		if set.Split == tasks.Train {
			most = c.Recipe.MaxTrainRows
		}
		d, err := c.encode(l, set, most)
		if err != nil {
			return nil, data, err
		}
		if set == data.Train {
			o.Train = d
		} else {
			o.Scored = append(o.Scored, d)
		}
	}
	o.Took = time.Since(start)
	return o, data, nil
}

// ChangedError says that a cell is not what it was when it was planned: its
// model, a file of its data or the program's numbers have changed since.
type ChangedError struct{ Planned, Now string }

func (e *ChangedError) Error() string {
	return fmt.Sprintf("the model, the data or the program changed after the plan was made (identity %.12s, "+
		"now %.12s): make it anew with 'bench plan'",
		e.Planned, e.Now)
}
