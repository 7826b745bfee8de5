package results

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/lmkor/bench/metrics"
)

// Selection says which checkpoint's score a table shows.
type Selection string

// The selections, by their names on the command line.
const (
	Last       Selection = "last"
	Dev        Selection = "dev"
	BestOnTest Selection = "best-on-test"
)

// Selections lists them.
var Selections = []Selection{Last, Dev, BestOnTest}

// of returns the selected score in per cent, or nil.
func (s Selection) of(r Result) *float64 {
	switch s {
	case Last:
		if r.Select.Last == nil {
			return r.Score // evaluated only, never trained
		}
		return r.Select.Last
	case Dev:
		return r.Select.Dev
	case BestOnTest:
		return r.Select.BestOnTest
	}
	panic("results: unknown selection " + string(s))
}

// Column is a task of a leaderboard.
type Column struct {
	Task   string       `json:"task"`
	Title  string       `json:"title"`
	Metric metrics.Name `json:"metric"`
}

// PublishedRow is a model's row of a published table, in per cent by task.
type PublishedRow struct {
	Model  string
	Source string
	Scores map[string]float64
}

// Leaderboard is models by tasks. Its JSON is what `bench leaderboard` prints.
type Leaderboard struct {
	Select   Selection `json:"select"`
	Columns  []Column  `json:"columns"`
	Rows     []Row     `json:"rows"` // measured ones by name, then published ones as given
	Warnings []string  `json:"warnings"`
}

// Row is a model.
type Row struct {
	Model      string          `json:"model"`
	Published  bool            `json:"published"`
	Source     string          `json:"source,omitempty"`     // of a published row
	Parameters int64           `json:"parameters,omitempty"` // of a measured one
	Cells      map[string]Cell `json:"cells"`                // by task; missing ones are not there
}

// Cell is a model's score on a task.
type Cell struct {
	Score        float64     `json:"score"` // per cent, mean over seeds
	SD           *float64    `json:"sd"`    // over seeds, n-1; nil under two
	Seeds        int         `json:"seeds"` // 0 in a published row
	N            int         `json:"n"`     // examples; 0 in a published row
	Interval     *[2]float64 `json:"interval"`
	Best         bool        `json:"best"`                   // of its column, as printed
	Incomparable bool        `json:"incomparable,omitempty"` // scored on other data than the column's others
	Runs         []string    `json:"runs,omitempty"`         // paths
}

// Build makes the leaderboard of runs: seeds of one model, task, recipe and data
// are averaged, never runs of different ones. columns come first, in order;
// tasks of runs that they lack follow by name. A cell's interval is the mean of
// its runs' intervals, which shows the chance in the test set; the chance in
// training is SD. It is nil where the selected checkpoint is not the scored one.
func Build(runs []Run, columns []Column, published []PublishedRow, by Selection) (*Leaderboard, error) {
	l := &Leaderboard{Select: by, Columns: withTasks(columns, runs), Rows: []Row{}, Warnings: []string{}}
	chosen := l.choose(runs)
	stats, err := seedStats(chosen, by)
	if err != nil {
		return nil, err
	}
	rows := map[string]*Row{}
	for _, key := range sortedKeys(chosen) {
		group := chosen[key]
		row := rows[key.model]
		if row == nil {
			row = &Row{Model: key.model, Parameters: group[0].Manifest.Model.Parameters, Cells: map[string]Cell{}}
			rows[key.model] = row
		}
		st, ok := stats[key]
		if !ok {
			l.warn("%s, %s: no score of the selection %q", key.model, key.task, by)
			continue
		}
		if st.count < len(group) {
			l.warn("%s, %s: %d of %d runs have a score of the selection %q", key.model, key.task, st.count, len(group), by)
		}
		row.Cells[key.task] = st.cell(group, by)
	}
	for _, model := range sortedNames(rows) {
		l.Rows = append(l.Rows, *rows[model])
	}
	l.compareData(chosen)
	for _, p := range published {
		row := Row{Model: p.Model, Published: true, Source: p.Source, Cells: map[string]Cell{}}
		for task, v := range p.Scores {
			row.Cells[task] = Cell{Score: v}
		}
		l.Rows = append(l.Rows, row)
	}
	l.markBest()
	return l, nil
}

func (l *Leaderboard) warn(format string, args ...any) {
	l.Warnings = append(l.Warnings, fmt.Sprintf(format, args...))
}

func withTasks(columns []Column, runs []Run) []Column {
	all := slices.Clone(columns)
	var more []Column
	for _, r := range runs {
		has := func(c Column) bool { return c.Task == r.Result.Task }
		if !slices.ContainsFunc(all, has) && !slices.ContainsFunc(more, has) {
			more = append(more, Column{r.Result.Task, r.Result.Task, r.Result.Metric})
		}
	}
	slices.SortFunc(more, func(a, b Column) int { return strings.Compare(a.Task, b.Task) })
	return append(all, more...)
}

// cellKey is a place in the table.
type cellKey struct{ model, task string }

// seedStat is what the seeds of one cell give.
type seedStat struct {
	mean, sd float64
	count    int
}

// seedStats averages the selected scores over the seeds of every cell.
func seedStats(chosen map[cellKey][]Run, by Selection) (map[cellKey]seedStat, error) {
	var runs []Run
	for _, key := range sortedKeys(chosen) {
		for _, r := range chosen[key] {
			r.Result.Score = by.of(r.Result)
			runs = append(runs, r)
		}
	}
	df, err := Frame(runs)
	if err != nil || len(runs) == 0 {
		return nil, err
	}
	table, err := Stats(df, "score", "model", "task")
	if err != nil {
		return nil, err
	}
	all := map[cellKey]seedStat{}
	for i := range table.Nrow() {
		number := func(c string) float64 { return table.Col(c).Elem(i).Float() }
		key := cellKey{table.Col("model").Elem(i).String(), table.Col("task").Elem(i).String()}
		all[key] = seedStat{number("mean"), number("sd"), int(number("count"))}
	}
	return all, nil
}

func (s seedStat) cell(group []Run, by Selection) Cell {
	c := Cell{Score: tidy(s.mean), Seeds: s.count, N: group[0].Result.N}
	if s.count > 1 {
		sd := tidy(s.sd)
		c.SD = &sd
	}
	var sum [2]float64
	whole := true
	for _, r := range group {
		c.Runs = append(c.Runs, r.Path)
		v := by.of(r.Result)
		if v == nil {
			continue
		}
		if in := r.Result.Interval; in == nil || r.Result.Score == nil || *r.Result.Score != *v {
			whole = false
		} else {
			sum[0] += in[0]
			sum[1] += in[1]
		}
	}
	if whole {
		c.Interval = &[2]float64{tidy(sum[0] / float64(s.count)), tidy(sum[1] / float64(s.count))}
	}
	return c
}

// tidy takes the noise of the arithmetic off a percentage.
func tidy(v float64) float64 { return math.Round(v*1e10) / 1e10 }

// markBest marks the best of every column, and all that print the same.
func (l *Leaderboard) markBest() {
	for _, col := range l.Columns {
		best := math.Inf(-1)
		for _, r := range l.Rows {
			if c, ok := r.Cells[col.Task]; ok && !c.Incomparable {
				best = max(best, printed(c.Score))
			}
		}
		for _, r := range l.Rows {
			if c, ok := r.Cells[col.Task]; ok && !c.Incomparable && printed(c.Score) == best {
				c.Best = true
				r.Cells[col.Task] = c
			}
		}
	}
}

// Printed writes per cent as published tables do, to two decimals.
func Printed(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

// printed is the number that Printed shows.
func printed(v float64) float64 {
	p, err := strconv.ParseFloat(Printed(v), 64)
	if err != nil {
		panic(err) // it was written a moment ago
	}
	return p
}

// MetricTitle is a score's name as tables print it.
func MetricTitle(n metrics.Name) string {
	switch n {
	case metrics.Accuracy:
		return "acc"
	case metrics.MacroF1:
		return "macro F1"
	case metrics.F1:
		return "F1"
	case metrics.F1FullGold:
		return "F1 full gold"
	}
	return string(n)
}
