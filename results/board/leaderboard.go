// Package board makes the leaderboard of runs: models by tasks, like with like,
// from one tidy frame of all runs and scores.
package board

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
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
func (s Selection) of(r results.Result) *float64 {
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

// interval returns the 95 % interval of the selected score, nil where the run has
// none: of an epoch whose weights were not kept.
func (s Selection) interval(r results.Result) *[2]float64 {
	v := s.of(r)
	if c := r.Chosen(); s == Dev && c != nil {
		return c.Interval
	}
	if v == nil || r.Score == nil || *r.Score != *v {
		return nil
	}
	return r.Interval
}

// scores are all scores of the selected checkpoint; none where there is no such one.
func (s Selection) scores(r results.Result) metrics.Scores {
	if s == Last {
		return r.Scores
	}
	if c := r.Chosen(); s == Dev && c != nil {
		return c.Scores
	}
	var selected metrics.Scores
	best := math.Inf(-1)
	for _, e := range r.Epochs { // the earliest of equals, as results.Choose has it
		by := &e.Scores
		if s == Dev {
			by = e.Dev
		}
		if by == nil {
			continue
		}
		_, scored := e.Scores.Get(r.Metric)
		if v, ok := by.Get(r.Metric); ok && scored && v > best {
			best, selected = v, e.Scores
		}
	}
	return selected
}

// Column is a task of a leaderboard.
type Column struct {
	Task   string       `json:"task"`
	Title  string       `json:"title"`
	Metric metrics.Name `json:"metric"`
	Split  string       `json:"split,omitempty"` // the one that is to be scored; "" where nobody knows
}

// PublishedRow is a model's row of a published table, in per cent by task.
type PublishedRow struct {
	Model  string
	Source string
	Scores map[string]float64
}

// Leaderboard is models by tasks. Its JSON is what `bench leaderboard` prints.
type Leaderboard struct {
	Title    string         `json:"title,omitempty"`
	Select   Selection      `json:"select"`
	Columns  []Column       `json:"columns"`
	Rows     []Row          `json:"rows"` // measured ones by name, then published ones as given
	Warnings []results.Text `json:"warnings"`

	tuned map[cellKey]string // the recipes among which a cell's was chosen on dev
}

// Row is a model.
type Row struct {
	Model      string          `json:"model"`
	Published  bool            `json:"published"`
	Source     string          `json:"source,omitempty"`     // of a published row
	Paired     string          `json:"paired,omitempty"`     // the published row beside which a measured one stands
	Parameters int64           `json:"parameters,omitempty"` // of a measured one
	Cells      map[string]Cell `json:"cells"`                // by task; missing ones are not there
	Mean       *Mean           `json:"mean,omitempty"`       // over the columns, where the row has all
	Rank       *Mean           `json:"mean_rank,omitempty"`  // among the rows that have all columns like with like; 1 is best
}

// Mean is a mean over the columns, and its 95 % interval; nil where scores have none.
type Mean struct {
	Value    float64     `json:"value"`
	Interval *[2]float64 `json:"interval"`
}

// Cell is a model's score on a task.
type Cell struct {
	Score        float64           `json:"score"` // per cent, mean over seeds
	SD           *float64          `json:"sd"`    // over seeds, n-1; nil under two
	Seeds        int               `json:"seeds"` // 0 in a published row
	N            int               `json:"n"`     // examples; 0 in a published row
	Interval     *[2]float64       `json:"interval"`
	Best         bool              `json:"best"`                   // of its column, as printed
	Tied         bool              `json:"tied,omitempty"`         // not the best, and not to be told from it
	TiedBy       Basis             `json:"tied_by,omitempty"`      // what says so
	Incomparable bool              `json:"incomparable,omitempty"` // scored on other data than the column's others
	Marks        []Mark            `json:"marks,omitempty"`        // why it does not compete with whole and published scores
	Warnings     []results.Warning `json:"warnings,omitempty"`     // of the runs' manifests
	Published    *float64          `json:"published,omitempty"`    // what the row's published counterpart has
	Difference   *float64          `json:"difference,omitempty"`   // measured less published
	Inside       *bool             `json:"inside,omitempty"`       // whether the published score lies in the interval
	Runs         []string          `json:"runs,omitempty"`         // paths
}

// Board says how a leaderboard is made.
type Board struct {
	Title     string
	Columns   []Column // come first, in order; tasks of runs that they lack follow by name
	Published []PublishedRow
	Select    Selection
	Samples   map[string]bool           // SHA-256 of the files of sample data
	Names     func(model string) string // a model's name in published tables; nil takes its own
	Paired    Paired                    // tests a column's models against its best; nil leaves it to intervals
}

// Build makes the leaderboard of runs with the given columns and published rows.
func Build(runs []results.Run, columns []Column, published []PublishedRow, by Selection) (*Leaderboard, error) {
	return Board{Columns: columns, Published: published, Select: by}.Build(runs)
}

// Build makes the leaderboard of runs: seeds of one model, task, recipe and data
// are averaged, never runs of different ones. Where no run is of one of the
// columns, and nothing is published, only the runs' own tasks are shown. A cell's
// interval is the mean of its runs' intervals, which shows the chance in the test
// set; the chance in training is SD. It is nil where the selected checkpoint was
// not kept.
func (o Board) Build(runs []results.Run) (*Leaderboard, error) {
	l := &Leaderboard{Title: o.Title, Select: o.Select, Columns: o.columns(runs), Rows: []Row{}, Warnings: []results.Text{}}
	chosen := l.choose(runs)
	stats, err := seedStats(chosen, o.Select)
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
			l.warnUnselected(key, o.Select)
			continue
		}
		if st.count < len(group) {
			l.warn("%s, %s: %d of %d runs have a score of the selection %q",
				"%[1]s, %[2]s: 실행 %[4]d개 중 %[3]d개에만 %[5]q 기준의 점수가 "+
					"있다", key.model, key.task, st.count, len(group), o.Select)
		}
		cell := st.cell(group, o.Select)
		cell.Warnings = warningsOf(group)
		row.Cells[key.task] = cell
	}
	for _, model := range sortedNames(rows) {
		l.Rows = append(l.Rows, *rows[model])
	}
	l.compareData(chosen)
	o.mark(l, chosen)
	o.publish(l)
	o.markBest(l, chosen)
	l.means()
	return l, nil
}

// columns are the board's, or the runs' own.
func (o Board) columns(runs []results.Run) []Column {
	known := len(o.Published) > 0 || len(runs) == 0
	for _, c := range o.Columns {
		known = known || slices.ContainsFunc(runs, func(r results.Run) bool { return r.Result.Task == c.Task })
	}
	if !known {
		return withTasks(nil, runs)
	}
	return withTasks(o.Columns, runs)
}

// Measured are the measured rows that have scores.
func (l *Leaderboard) Measured() []Row {
	return slices.DeleteFunc(slices.Clone(l.Rows), func(r Row) bool { return r.Published || len(r.Cells) == 0 })
}

// publish adds the published rows, and beside each measured score the published
// one of its model.
func (o Board) publish(l *Leaderboard) {
	byName := map[string]PublishedRow{}
	for _, p := range o.Published {
		byName[p.Model] = p
	}
	for i, row := range l.Rows {
		name := row.Model
		if o.Names != nil {
			name = o.Names(name)
		}
		p, ok := byName[name]
		if !ok {
			continue
		}
		l.Rows[i].Paired = name
		for task, c := range row.Cells {
			v, ok := p.Scores[task]
			if !ok {
				continue
			}
			d := tidy(c.Score - v)
			c.Published, c.Difference = &v, &d
			if c.Interval != nil {
				inside := c.Interval[0] <= v && v <= c.Interval[1]
				c.Inside = &inside
			}
			row.Cells[task] = c
		}
	}
	for _, p := range o.Published {
		row := Row{Model: p.Model, Published: true, Source: p.Source, Cells: map[string]Cell{}}
		for task, v := range p.Scores {
			row.Cells[task] = Cell{Score: v}
		}
		l.Rows = append(l.Rows, row)
	}
}

// warningsOf lists the warnings of runs, each once.
func warningsOf(runs []results.Run) (all []results.Warning) {
	for _, r := range runs {
		for _, w := range r.Manifest.Warnings {
			if !slices.Contains(all, w) {
				all = append(all, w)
			}
		}
	}
	return all
}

// warnUnselected tells that no run of a cell has a score of the selection.
func (l *Leaderboard) warnUnselected(key cellKey, by Selection) {
	if by == Dev {
		l.warn("%s, %s: no score of the selection \"dev\": nothing was scored on a dev split beside the scored one "+
			"(the recipe field holdout makes one)", "%s, %s: \"dev\" 기준의 점수가 없다. "+
			"채점한 분할 외에 dev로 채점한 것이 없다(레시피의 holdout으로 만들 수 있다)", key.model, key.task)
		return
	}
	l.warn("%s, %s: no score of the selection %q", "%s, %s: %q 기준의 점수가 없다", key.model, key.task, by)
}

func (l *Leaderboard) warn(en, ko string, args ...any) {
	l.Warnings = append(l.Warnings, results.Textf(en, ko, args...))
}

func withTasks(columns []Column, runs []results.Run) []Column {
	all := slices.Clone(columns)
	var more []Column
	for _, r := range runs {
		has := func(c Column) bool { return c.Task == r.Result.Task }
		if !slices.ContainsFunc(all, has) && !slices.ContainsFunc(more, has) {
			more = append(more, Column{Task: r.Result.Task, Title: r.Result.Task, Metric: r.Result.Metric})
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
func seedStats(chosen map[cellKey][]results.Run, by Selection) (map[cellKey]seedStat, error) {
	var runs []results.Run
	for _, key := range sortedKeys(chosen) {
		runs = append(runs, chosen[key]...)
	}
	if len(runs) == 0 {
		return nil, nil
	}
	df, err := Frame(Records(runs, by, false))
	if err != nil {
		return nil, err
	}
	if df, err = Where(df, "headline", "true"); err != nil {
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

func (s seedStat) cell(group []results.Run, by Selection) Cell {
	c := Cell{Score: tidy(s.mean), Seeds: s.count, N: group[0].Result.N}
	if s.count > 1 {
		sd := tidy(s.sd)
		c.SD = &sd
	}
	var sum [2]float64
	whole := true
	for _, r := range group {
		c.Runs = append(c.Runs, r.Path)
		if by.of(r.Result) == nil {
			continue
		}
		if in := by.interval(r.Result); in == nil {
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

// printed is the number that results.Printed shows.
func printed(v float64) float64 {
	p, err := strconv.ParseFloat(results.Printed(v), 64)
	if err != nil {
		panic(err) // it was written a moment ago
	}
	return p
}
