package runs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"sync"
	"time"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
)

// Opened is what a cell trains and scores, opened as Run opens it. The cells that
// differ from it in their seed only have it in common.
type Opened struct {
	Loaded *checkpoints.Loaded
	Data   Splits
	Train  *objectives.Labelled
	Scored []*objectives.Labelled // what every evaluation goes over
	Took   time.Duration          // opening it
}

// Forecast calls found on every cell, in their order, with what Run would do
// with it and what it would train on, or with the faults that keep it from
// running. It changes nothing. An error of found ends it. What cells have in
// common is opened once, and many places are looked at together.
func Forecast(cells []Cell, found func(i int, p *Plan, o *Opened, faults []error) error) error {
	for first := 0; first < len(cells); {
		end := alike(cells, first)
		o, data, err := cells[first].openAll()
		var looked []looked
		if err == nil {
			looked = lookAtAll(cells[first:end], o.Loaded, data)
		}
		for i := first; i < end; i++ {
			var p *Plan
			fault := err
			if fault == nil {
				p, fault = looked[i-first].plan, looked[i-first].err
			}
			var faults []error
			if fault != nil {
				faults = unjoined(fault)
			}
			if err := found(i, p, o, faults); err != nil {
				return err
			}
		}
		first = end
	}
	return nil
}

// alike returns the end of the cells from first on that open the same model, data
// and tokens: they differ in how these are trained, and in their seed.
func alike(cells []Cell, first int) int {
	c := &cells[first]
	end := first + 1
	for end < len(cells) && sameModel(&cells[end], c) && cells[end].Task == c.Task && readsAlike(cells[end].Recipe, c.Recipe) {
		end++
	}
	return end
}

func readsAlike(a, b configs.Recipe) bool {
	return a.MaxTrainRows == b.MaxTrainRows && a.MaxEvalRows == b.MaxEvalRows && a.Holdout == b.Holdout &&
		reflect.DeepEqual(Reading(a, 0), Reading(b, 0))
}

// looked is what came of looking at a cell's place.
type looked struct {
	plan *Plan
	err  error
}

// lookAtAll looks at the places of cells that have opened the same, many at the
// same time: on a shared folder each waits for answers most of the time.
func lookAtAll(cells []Cell, l *checkpoints.Loaded, data Splits) []looked {
	all := make([]looked, len(cells))
	there := map[string]bool{} // folders of places; in one that is not there nothing was begun
	for i := range cells {
		folder := filepath.Dir(cells[i].Dir)
		if _, known := there[folder]; !known {
			_, err := os.Stat(folder)
			there[folder] = !errors.Is(err, fs.ErrNotExist)
		}
	}
	slots := make(chan struct{}, results.AtOnce())
	var running sync.WaitGroup
	for i := range cells {
		slots <- struct{}{}
		running.Go(func() {
			all[i].plan, all[i].err = cells[i].plan(l, data, there[filepath.Dir(cells[i].Dir)])
			<-slots
		})
	}
	running.Wait()
	return all
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
	o := &Opened{Loaded: l, Data: data}
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
