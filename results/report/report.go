// Package report writes runs as one HTML page that needs nothing else: the
// leaderboard, plots, and of every run its recipe, data, scores by label and
// hardest examples.
package report

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/plots"
	"github.com/lmkor/bench/results/tables"
)

// Page is what a report shows.
type Page struct {
	Title       string
	Leaderboard *board.Leaderboard
	Runs        []results.Run
	Labels      map[string][]string // of tasks, in their order; others show labels sorted
	Hardest     int                 // examples a run
}

// curveRuns is how many runs a picture of learning curves shows at most.
const curveRuns = 12

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Parse(pageText))

// Save writes the page to a file, whole or not at all.
func Save(path string, p Page) error {
	return atomicfile.Write(path, func(w io.Writer) error { return Write(w, p) })
}

// Write writes the page. What cannot be read of a run is said in its place.
func Write(w io.Writer, p Page) error {
	v := view{Title: p.Title, Warnings: p.Leaderboard.Warnings}
	var table bytes.Buffer
	if err := tables.WriteLeaderboard(&table, p.Leaderboard, tables.HTML, tables.BoardOptions{}, tables.Options{}); err != nil {
		return err
	}
	v.Leaderboard = template.HTML(table.String()) // tables escapes its cells
	for _, draw := range []func(*board.Leaderboard) (*plots.Figure, error){plots.Scores, plots.Sizes} {
		if f, err := draw(p.Leaderboard); err == nil { // an error says that there is nothing to draw
			figure, err := inline(f)
			if err != nil {
				return err
			}
			v.Figures = append(v.Figures, figure)
		}
	}
	for _, col := range p.Leaderboard.Columns {
		t, err := p.task(col)
		if err != nil {
			return err
		}
		if len(t.Runs) > 0 {
			v.Tasks = append(v.Tasks, t)
		}
	}
	return page.Execute(w, v)
}

// view is what the template reads.
type view struct {
	Title       string
	Warnings    []string
	Leaderboard template.HTML
	Figures     []template.HTML
	Tasks       []taskView
}

// Shades are how opaque the cells of a confusion matrix are, by tenths.
func (view) Shades() []float64 {
	return []float64{0, 0.08, 0.15, 0.2, 0.25, 0.3, 0.36, 0.42, 0.48, 0.54, 0.6}
}

type taskView struct {
	Task, Title string
	Metric      string
	Curves      template.HTML
	CurveNote   string
	Runs        []runView
}

type runView struct {
	Name, Path string
	Headline   string
	Facts      []group
	Scores     []pair
	Breakdown  template.HTML
	Confusion  *confusion
	Hardest    []hardView
	Fault      string // why predictions are not shown
}

// group is a titled list of facts.
type group struct {
	Title string
	Pairs []pair
}

type pair struct{ Name, Value string }

type confusion struct {
	Labels []string
	Rows   []confusionRow
}

type confusionRow struct {
	Label string
	Cells []confusionCell
}

type confusionCell struct {
	N     int
	Shade int // 0 to 10: the share of its gold class, in tenths
	Right bool
}

type hardView struct {
	ID, Gold, Pred, Why string
	Text                string
	Pair                string
	Words               []wordView
}

type wordView struct {
	Word, Gold, Pred string
	Wrong            bool
}

// inline draws a figure into the page.
func inline(f *plots.Figure) (template.HTML, error) {
	b, err := f.Inline()
	return template.HTML(b), err // plots escapes its text
}

func (p Page) task(col board.Column) (taskView, error) {
	t := taskView{Task: col.Task, Title: col.Title, Metric: string(col.Metric)}
	for _, r := range p.Runs {
		if r.Result.Task == col.Task {
			t.Runs = append(t.Runs, p.run(r))
		}
	}
	curves, err := plots.CurvesOf(p.Leaderboard, p.Runs, col.Task)
	if err != nil {
		t.CurveNote = err.Error()
		return t, nil
	}
	if len(curves) > curveRuns {
		t.CurveNote = fmt.Sprintf("The first %d of %d runs.", curveRuns, len(curves))
		curves = curves[:curveRuns]
	}
	figure, err := plots.Curves(col.Title, col.Metric, curves)
	if err != nil { // nothing to draw
		return t, nil
	}
	t.Curves, err = inline(figure)
	return t, err
}

func (p Page) run(r results.Run) runView {
	res := r.Result
	v := runView{Name: fmt.Sprintf("%s, seed %d", res.Model, res.Seed), Path: r.Path, Headline: headline(res), Facts: facts(r)}
	for _, n := range metrics.Names {
		if s, ok := res.Scores.Get(n); ok {
			v.Scores = append(v.Scores, pair{string(n), results.Printed(results.Percent(s))})
		}
	}
	answers, err := r.Answers(results.Reading{Labels: p.Labels[res.Task], Detail: true})
	if err != nil {
		v.Fault = err.Error()
		return v
	}
	b := answers.Breakdown()
	v.Breakdown, v.Confusion = breakdown(b), confusionOf(b)
	hardest, err := answers.Hardest(p.Hardest)
	if err != nil {
		v.Fault = err.Error()
		return v
	}
	for _, h := range hardest {
		v.Hardest = append(v.Hardest, hard(h))
	}
	return v
}
