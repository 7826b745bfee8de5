package plans

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// Runnable returns the cell as runs trains it, by that program. It opens the
// task's file and finds the model, nothing more.
func (c *Cell) Runnable(program results.Program) (runs.Cell, error) {
	m, err := checkpoints.Find(c.ModelFrom)
	if err != nil {
		return runs.Cell{}, err
	}
	m.Name, m.Asked, m.Labels = c.Model, c.ModelFrom, c.Labels
	if c.Tokenizer != nil {
		m.Tokenizing = tokenizers.LoadOptions{Class: c.Tokenizer.Class, Moran: c.Tokenizer.Moran}
	}
	t, err := tasks.Find(c.TaskFrom)
	if err != nil {
		return runs.Cell{}, err
	}
	var r configs.Recipe
	if err := json.Unmarshal(c.Recipe, &r); err != nil {
		return runs.Cell{}, fmt.Errorf("recipe: %w", err)
	}
	r.Threads = c.Threads
	data := runs.DataSource{Dir: c.DataDir, Files: c.Files}
	return runs.Cell{Model: m, Task: t, TaskAsked: c.TaskFrom, Recipe: r, Data: data, Scored: data.ScoredSplit(t),
		Dir: c.Dir, Settings: c.Settings,
		Planned: c.Portable, Program: program}, nil
}

// Select returns the numbers of the cells that arg names: a number; or a number
// into a list, as 2@4,7,9, which an array job's index makes; without arg all
// that can run.
func (p *Plan) Select(arg string) ([]int, error) {
	if arg == "" {
		return p.Open(), nil
	}
	index, list, isList := strings.Cut(arg, "@")
	n, err := strconv.Atoi(index)
	if err == nil && isList {
		cells := strings.Split(list, ",")
		if n < 0 || n >= len(cells) {
			return nil, fmt.Errorf("--cell %s: the list has %d cells, from 0", arg, len(cells))
		}
		n, err = strconv.Atoi(cells[n])
	}
	if err != nil {
		return nil, fmt.Errorf("--cell %s: want a cell's number, or a number into a list as 2@4,7,9", arg)
	}
	_, err = p.Cell(n)
	return []int{n}, err
}
