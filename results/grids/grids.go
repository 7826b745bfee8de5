// Package grids compares runs of a model on a task that differ in their recipe
// by their scores on dev, and names the recipe that is best on it.
package grids

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

// Grid is the recipes that a model was trained on a task by. Scores are in per
// cent, means over seeds, of the checkpoint that each run chose.
type Grid struct {
	Model  string       `json:"model"`
	Task   string       `json:"task"`
	Metric metrics.Name `json:"metric"`
	Split  string       `json:"split"`  // chosen on
	Fields []string     `json:"fields"` // of the recipe, in which points differ
	Points []Point      `json:"points"` // in the order of their settings
	Winner *Winner      `json:"winner"` // nil where no point has a score of every seed
}

// Has reports whether r is a run of one of the points; nil has none.
func (g *Grid) Has(r results.Run) bool {
	return g != nil && slices.ContainsFunc(g.Points, func(p Point) bool { return slices.Contains(p.Runs, r.Path) })
}

// Point is one recipe.
type Point struct {
	Settings map[string]json.RawMessage `json:"settings"`
	Seeds    int                        `json:"seeds"`
	Dev      *float64                   `json:"dev"` // nil where a seed has none
	SD       *float64                   `json:"sd"`  // over seeds, n-1; nil under two
	Best     bool                       `json:"best"`
	Runs     []string                   `json:"runs"` // paths

	runs []results.Run
}

// Winner is the score on the split that the task is scored on, of the point that
// is best on dev: no other point's is looked at.
type Winner struct {
	Split    string      `json:"split"`
	Score    *float64    `json:"score"`
	SD       *float64    `json:"sd"`
	Interval *[2]float64 `json:"interval"` // mean of the runs' intervals
	N        int         `json:"n"`
	Runs     []string    `json:"runs"`
}

// Of finds the grids among runs: of one model, task and data two or more recipes,
// each trained with as many seeds as any. With fields, one recipe is a grid too,
// and these are what its settings are. Grids come by model and task.
func Of(runs []results.Run, fields ...string) []Grid {
	var all []Grid
	families := map[string][]results.Run{}
	var order []string
	for _, r := range runs {
		key, ok := family(r)
		if !ok {
			continue
		}
		if families[key] == nil {
			order = append(order, key)
		}
		families[key] = append(families[key], r)
	}
	for _, key := range order {
		g := newGrid(families[key], fields)
		if len(g.Points) > 1 || len(fields) > 0 {
			all = append(all, g)
		}
	}
	slices.SortStableFunc(all, func(a, b Grid) int {
		return cmp.Or(strings.Compare(a.Model, b.Model), strings.Compare(a.Task, b.Task))
	})
	return all
}

// family is what runs have in common whose scores on dev can be compared: all
// but the recipe and the seed (numbers of other numerics or kernels are another
// program's), and of the recipe what dev is and which checkpoint
// is chosen on it.
func family(r results.Run) (key string, ok bool) {
	dev, ok := r.ChoosingSplit()
	if !ok {
		return "", false
	}
	id := r.Identity()
	return results.HashJSON([]any{r.Result.Model, r.Result.Task, r.Result.Split, r.Result.Metric, r.Result.N, id.Model,
		id.Task, id.Data, id.Numerics, id.Kernels, id.Tokenizer,
		dev.Split, dev.Rows, id.Recipe["holdout"], id.Recipe["max_eval_rows"], id.Recipe["keep"]}), true
}

// newGrid compares the runs of one family.
func newGrid(runs []results.Run, fields []string) Grid {
	first := runs[0]
	dev, _ := first.ChoosingSplit()
	g := Grid{Model: first.Result.Model, Task: first.Result.Task, Metric: first.Result.Metric, Split: dev.Split, Fields: fields}
	points := map[string][]results.Run{}
	var order []string
	for _, r := range runs {
		v := r.Variant()
		if points[v] == nil {
			order = append(order, v)
		}
		if !slices.ContainsFunc(points[v], func(o results.Run) bool { return o.Result.Seed == r.Result.Seed }) {
			points[v] = append(points[v], r)
		}
	}
	most := 0
	for _, group := range points {
		most = max(most, len(group))
	}
	for _, v := range order {
		if group := points[v]; len(group) == most || len(fields) > 0 {
			g.Points = append(g.Points, newPoint(group, most))
		}
	}
	if len(fields) == 0 {
		g.Fields = varying(g.Points)
	}
	for i := range g.Points {
		g.Points[i].settings(g.Fields)
	}
	slices.SortStableFunc(g.Points, func(a, b Point) int { return compareSettings(a, b, g.Fields) })
	g.choose()
	return g
}

// newPoint averages the runs of a recipe over their seeds, of which others have
// so many.
func newPoint(group []results.Run, seeds int) Point {
	slices.SortFunc(group, func(a, b results.Run) int { return cmp.Compare(a.Result.Seed, b.Result.Seed) })
	p := Point{Seeds: len(group), runs: group}
	var scores []float64
	for _, r := range group {
		p.Runs = append(p.Runs, r.Path)
		if v, ok := r.Result.DevScore(); ok {
			scores = append(scores, v)
		}
	}
	if len(scores) == seeds {
		p.Dev, p.SD = meanOf(scores)
	}
	return p
}

// meanOf returns the mean and the standard deviation, nil where there is none.
func meanOf(v []float64) (mean, sd *float64) {
	if len(v) == 0 {
		return nil, nil
	}
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	m := sum / float64(len(v))
	mean = tidy(m)
	if len(v) > 1 {
		sum = 0
		for _, x := range v {
			sum += (x - m) * (x - m)
		}
		sd = tidy(math.Sqrt(sum / float64(len(v)-1)))
	}
	return mean, sd
}

// tidy takes the noise of the arithmetic off a percentage.
func tidy(v float64) *float64 {
	v = math.Round(v*1e10) / 1e10
	return &v
}

// varying lists the recipe fields that differ among points, sorted.
func varying(points []Point) []string {
	seen := map[string]map[string]bool{}
	for _, p := range points {
		for name := range p.runs[0].Identity().Recipe {
			seen[name] = map[string]bool{}
		}
	}
	var fields []string
	for name := range seen {
		for _, p := range points {
			seen[name][string(p.runs[0].Identity().Recipe[name])] = true
		}
		if len(seen[name]) > 1 {
			fields = append(fields, name)
		}
	}
	slices.Sort(fields)
	return fields
}

func (p *Point) settings(fields []string) {
	p.Settings = map[string]json.RawMessage{}
	recipe := p.runs[0].Identity().Recipe
	for _, name := range fields {
		if v, ok := recipe[name]; ok {
			p.Settings[name] = v
		}
	}
}

// compareSettings orders points by their settings, numbers as numbers.
func compareSettings(a, b Point, fields []string) int {
	for _, name := range fields {
		x, y := a.Settings[name], b.Settings[name]
		var u, v float64
		if json.Unmarshal(x, &u) == nil && json.Unmarshal(y, &v) == nil && u != v {
			return cmp.Compare(u, v)
		}
		if c := strings.Compare(string(x), string(y)); c != 0 {
			return c
		}
	}
	return 0
}

// choose marks the best point on dev, of equals the first, and scores it.
func (g *Grid) choose() {
	best := -1
	for i, p := range g.Points {
		if p.Dev != nil && (best < 0 || *p.Dev > *g.Points[best].Dev) {
			best = i
		}
	}
	if best < 0 {
		return
	}
	p := &g.Points[best]
	p.Best = true
	w := &Winner{Split: p.runs[0].Result.Split, N: p.runs[0].Result.N, Runs: p.Runs}
	var scores []float64
	var interval [2]float64
	whole := true
	for _, r := range p.runs {
		score, in := r.Result.ChosenScore()
		if score != nil {
			scores = append(scores, *score)
		}
		if whole = whole && in != nil; whole {
			interval[0] += in[0] / float64(len(p.runs))
			interval[1] += in[1] / float64(len(p.runs))
		}
	}
	if len(scores) == len(p.runs) {
		w.Score, w.SD = meanOf(scores)
	}
	if whole {
		w.Interval = &[2]float64{*tidy(interval[0]), *tidy(interval[1])}
	}
	g.Winner = w
}

// Incomplete is the number of points that have no score to be compared by.
func (g Grid) Incomplete() (n int) {
	for _, p := range g.Points {
		if p.Dev == nil {
			n++
		}
	}
	return n
}

// BestRuns are the runs of the point that is best on dev; none without a winner.
func (g Grid) BestRuns() []results.Run {
	for _, p := range g.Points {
		if p.Best {
			return p.runs
		}
	}
	return nil
}

// Recipes calls f on a run of every point.
func (g Grid) Recipes(f func(results.Run)) {
	for _, p := range g.Points {
		f(p.runs[0])
	}
}

// Value is a point's setting as people write it: 3e-05, cosine.
func (p Point) Value(field string) string {
	raw, ok := p.Settings[field]
	if !ok {
		return "none"
	}
	var number float64
	if json.Unmarshal(raw, &number) == nil {
		return strconv.FormatFloat(number, 'g', -1, 64)
	}
	return strings.Trim(string(raw), `"`)
}

// Name is what a grid is called above its points.
func (g Grid) Name() string {
	return fmt.Sprintf("%s × %s, %s on %s", g.Model, g.Task, g.Metric, g.Split)
}
