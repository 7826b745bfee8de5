package report

import (
	"fmt"
	"html/template"
	"strings"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/grids"
)

// gridsView is what recipes were tried: all of them, and not those that won alone.
type gridsView struct{ Grids []gridView }

type gridView struct {
	Name   string
	Fields []string
	Points []pointView
	Winner *winnerView // nil where no point has a score of every seed
}

type pointView struct {
	Values  []string
	Seeds   int
	Dev, SD string
	Best    bool
}

type winnerView struct {
	Metric             template.HTML
	Split, Score, Runs string
}

func (p Page) grids() gridsView {
	var v gridsView
	for _, g := range grids.Of(p.Runs) {
		one := gridView{Name: results.Plain(g.Name()), Fields: g.Fields}
		for _, point := range g.Points {
			row := pointView{Seeds: point.Seeds, Dev: printed(point.Dev), SD: printed(point.SD), Best: point.Best}
			for _, f := range g.Fields {
				row.Values = append(row.Values, results.Plain(point.Value(f)))
			}
			one.Points = append(one.Points, row)
		}
		one.Winner = winnerOf(g)
		v.Grids = append(v.Grids, one)
	}
	return v
}

// winnerOf is the score of the point that is best on dev.
func winnerOf(g grids.Grid) *winnerView {
	w := g.Winner
	if w == nil {
		return nil
	}
	v := &winnerView{Metric: shown(results.MetricTitle(g.Metric)), Split: w.Split, Score: printed(w.Score),
		Runs: results.Plain(strings.Join(w.Runs, ", "))}
	if w.Interval != nil {
		v.Score += fmt.Sprintf(" [%s, %s]", results.Printed(w.Interval[0]), results.Printed(w.Interval[1]))
	}
	return v
}

// printed is a score, a dash for none.
func printed(v *float64) string {
	if v == nil {
		return "–"
	}
	return results.Printed(*v)
}
