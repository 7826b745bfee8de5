package runs

import (
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// Request is what is to run: a suite, with what the user changed of it.
type Request struct {
	Suite      *configs.Suite
	Names      []string               // of the suite's models, in their order, in place of their own; none: all as they are
	Labels     map[string]string      // of names in a checkpoint's id2label: the task's label that they are; nil: found by name
	Tokenizing tokenizers.LoadOptions // overrule what the models' directories say of their tokenizers

	Set  []string   // name=value, on top of the suite's recipe
	Data DataSource // where rows come from
	Runs string     // the folder of runs

	Program results.Program
	Started time.Time
}

// FieldError is a Set that no recipe takes.
type FieldError struct{ Err error }

func (e *FieldError) Error() string { return e.Err.Error() }
func (e *FieldError) Unwrap() error { return e.Err }

// NameError says that two different models would have one name, and with it one
// place.
type NameError struct {
	Name, First, Second string // First and Second are what they were asked for as
}

func (e *NameError) Error() string {
	return fmt.Sprintf("%s and %s are two models of one name, %q: "+
		"name them apart with --name, one for each --model, or with 'bench models add %s --name N'",
		e.First, e.Second, e.Name, e.Second)
}

// Cells resolves a request to what is to run, in the order of models, tasks,
// seeds. An error joins the faults of all models; beside it come the cells all
// the same, for Plans to see what else is missing, unless they can't be made.
func (r Request) Cells() ([]Cell, error) {
	sources, fault := r.models()
	names := r.Suite.Tasks
	if len(names) == 0 {
		names = tasks.Names()
	}
	var all []Cell
	for _, m := range sources {
		suite := *r.Suite
		if suite.Recipe == "" && m.Scratch != nil {
			suite.Recipe = m.Scratch.Recipe
		}
		for _, name := range names {
			cells, err := r.seeds(&suite, m, name)
			if err != nil {
				return nil, err
			}
			all = append(all, cells...)
		}
	}
	all, err := once(all)
	return all, errors.Join(fault, err)
}

// once returns the cells without those that were asked for twice, and an error if
// different tasks of one name would share a place.
func once(cells []Cell) ([]Cell, error) {
	var all []Cell
	var faults []error
	by := map[string]Cell{}
	for _, c := range cells {
		place := c.Model.Asked + "\x00" + c.Dir // of models of one name, NameError says so
		first, there := by[place]
		if !there {
			by[place] = c
			all = append(all, c)
		} else if first.Task != c.Task && !(reflect.DeepEqual(first.Task.Definition(), c.Task.Definition()) &&
			reflect.DeepEqual(first.Task.Files, c.Task.Files)) {
			faults = append(faults, fmt.Errorf("%s and %s are two tasks of one name, %q: give one of them another name in its file",
				first.TaskAsked, c.TaskAsked, c.Task.Name))
		}
	}
	return all, errors.Join(faults...)
}

// seeds are the cells of one model and task: the points of the grid, each with
// every seed.
func (r Request) seeds(suite *configs.Suite, m checkpoints.Source, name string) ([]Cell, error) {
	t, err := tasks.Find(name)
	if err != nil {
		return nil, err
	}
	recipe, err := suite.RecipeFor(t.Name, name)
	if err != nil {
		return nil, err
	}
	for _, s := range r.Set {
		if err := recipe.Set(s); err != nil {
			return nil, &FieldError{err}
		}
	}
	seeds := suite.Seeds
	if len(seeds) == 0 {
		seeds = []uint64{recipe.Seed}
	}
	points, err := r.points()
	if err != nil {
		return nil, err
	}
	var all []Cell
	for _, settings := range points {
		for _, seed := range seeds {
			c := Cell{Model: m, Task: t, TaskAsked: name, Recipe: recipe, Data: r.Data, Scored: r.Data.ScoredSplit(t),
				Program: r.Program, Started: r.Started}
			c.Recipe.Seed = seed
			if err := c.at(settings, r.Runs); err != nil {
				return nil, err
			}
			if c.Note, err = resolveDevice(&c.Recipe); err != nil {
				return nil, err
			}
			all = append(all, c)
		}
	}
	return all, nil
}

// models finds the suite's models, each once, and tells those apart that would
// have one place.
func (r Request) models() ([]checkpoints.Source, error) {
	if len(r.Names) > 0 && len(r.Names) != len(r.Suite.Models) {
		return nil, fmt.Errorf("%d names for %d models: want one for each", len(r.Names), len(r.Suite.Models))
	}
	var all []checkpoints.Source
	var asked []string
	var faults []error
	for i, name := range r.Suite.Models {
		m, err := checkpoints.Find(name)
		if err != nil {
			faults = append(faults, err)
			m = checkpoints.Source{Name: name}
		}
		m.Labels, m.Tokenizing = r.Labels, r.Tokenizing
		m.Asked = name
		if len(r.Names) > 0 {
			m.Name = r.Names[i]
		}
		twice := false
		for k, other := range all {
			if place(other) != place(m) {
				continue
			}
			if same(other, m) {
				twice = true
				continue
			}
			if !missing(other) && !missing(m) {
				faults = append(faults, &NameError{m.Name, asked[k], name})
			}
		}
		if !twice {
			all, asked = append(all, m), append(asked, name)
		}
	}
	return all, errors.Join(faults...)
}

// missing reports whether a source stands for a model that was not found.
func missing(m checkpoints.Source) bool { return m.Dir == "" && m.Scratch == nil }

// place is what two models must not share: the folder of their runs, on file
// systems that know no case, too.
func place(m checkpoints.Source) string {
	return strings.ToLower(results.RunDir("", m.Name, "t", 0))
}

// same reports whether two sources are one model.
func same(a, b checkpoints.Source) bool {
	if a.Scratch != nil || b.Scratch != nil {
		return a.Scratch != nil && b.Scratch != nil && a.Name == b.Name && results.HashJSON(a.Scratch) == results.HashJSON(b.Scratch)
	}
	return a.Name == b.Name && realPath(a.Dir) == realPath(b.Dir)
}

func realPath(dir string) string {
	if real, err := filepath.EvalSymlinks(dir); err == nil {
		dir = real
	}
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	return dir
}
