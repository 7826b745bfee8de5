package plots

import (
	"image/color"
	"maps"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
)

// Curve is one run's log. Runs of one name are seeds: they are drawn light, their
// mean, of few names with a band of a standard deviation, before them.
type Curve struct {
	Name   string
	Events []results.Event
}

// bandedModels is how many models' bands may lie over one another; of more, the light
// lines of single runs show the spread alone.
const bandedModels = 4

// lossPoints is how many points a loss curve has at most: a longer log is
// averaged over stretches of equal length.
const lossPoints = 200

// Curves draws the training loss, smoothed, and the score of every evaluation
// against optimizer steps, side by side. Dev scores are dashed.
func Curves(title string, metric metrics.Name, curves []Curve) (*Figure, error) {
	var loss, score []polyline
	var entries []entry
	dev := false
	names := namesOf(curves)
	banded := len(names) <= bandedModels
	for _, name := range names {
		color := hue(len(entries))
		entries = append(entries, entry{name: name, color: color, line: true})
		var runs []Curve
		for _, c := range curves {
			if c.Name == name {
				runs = append(runs, c)
			}
		}
		var losses [][]xy
		scores := map[string][][]xy{}
		for _, c := range runs {
			losses = append(losses, smooth(lossOf(c.Events)))
			for _, split := range splits(c.Events) {
				if points := scoresOf(c.Events, split, metric); len(points) > 0 {
					scores[split] = append(scores[split], points)
				}
			}
		}
		loss = append(loss, seedLines(losses, color, false, banded)...)
		scored := slices.Sorted(maps.Keys(scores))
		for _, split := range scored {
			isDev := split == choosingSplit(scored)
			dev = dev || isDev
			lines := seedLines(scores[split], color, isDev, banded)
			for i := range lines {
				lines[i].dots = lines[i].dots || !lines[i].light
			}
			score = append(score, lines...)
		}
	}
	if pointless(loss) && pointless(score) {
		return nil, empty("no learning curves of %s: none of its runs has a training log (evaluations have none)",
			"%s: 학습 로그가 있는 실행이 없어 학습 곡선을 그릴 수 없다"+
				"(평가만 한 실행에는 로그가 없다)", title)
	}
	right := results.Alike(title)
	if dev {
		right = results.Textf("%s (dev dashed, hollow)", "%s(dev는 파선과 빈 점)", title)
	}
	side := legendWidth(entries)
	y := results.Textf("%s, per cent", "%s(%%)", results.MetricTitle(metric))
	return &Figure{
		Title: results.Textf("Learning curves, %s", "학습 곡선, %s", right), Width: 640 + side + 24, Height: max(260,
			vg.Length(len(entries))*entryHeight+60),
		draw: func(c draw.Canvas, lang results.Lang) {
			c = inset(c, 12)
			step := lang.Or("step", "스텝")
			left := newPanel(lang.Or("Training loss, smoothed", "학습 손실(평활)"), step, "")
			right := newPanel(right.In(lang), step, y.In(lang))
			half := (c.Size().X - side) / 2
			drawLines(draw.Crop(c, 0, -half-side-8, 0, 0), left, loss)
			drawLines(draw.Crop(c, half+8, -side, 0, 0), right, score)
			drawLegend(draw.Crop(c, c.Size().X-side+10, 0, 0, -26), entries)
		},
	}, nil
}

func namesOf(curves []Curve) (names []string) {
	for _, c := range curves {
		if !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}

// seedLines returns the lines of runs of one name: of several their mean over
// the steps that all have, with a band if asked for, and each run light behind it.
func seedLines(runs [][]xy, c color.NRGBA, hollow, banded bool) (lines []polyline) {
	if len(runs) == 1 {
		return []polyline{{points: runs[0], color: c, hollow: hollow}}
	}
	mean := polyline{color: c, hollow: hollow}
	for i, at := range runs[0] {
		var values []float64
		for _, r := range runs {
			if i < len(r) && r[i].x == at.x {
				values = append(values, r[i].y)
			}
		}
		if len(values) < len(runs) {
			continue
		}
		m, sd := stat.MeanStdDev(values, nil)
		mean.points = append(mean.points, xy{at.x, m})
		if banded {
			mean.band = append(mean.band, sd)
		}
	}
	for _, r := range runs {
		lines = append(lines, polyline{points: r, color: pale(c), hollow: hollow, light: true})
	}
	return append(lines, mean)
}

// smoothed is how many neighbours on either side a point of the loss is averaged
// with.
const smoothed = 4

func smooth(points []xy) []xy {
	if len(points) < 8*smoothed {
		return points
	}
	out := make([]xy, len(points))
	for i, p := range points {
		near := points[max(0, i-smoothed):min(len(points), i+smoothed+1)]
		sum := 0.0
		for _, q := range near {
			sum += q.y
		}
		out[i] = xy{p.x, sum / float64(len(near))}
	}
	return out
}

// choosingSplit is the split to choose on, beside the scored one; "" where there
// is none.
func choosingSplit(scored []string) string {
	for _, split := range []string{results.HoldoutSplit, results.DevSplit} {
		if slices.Contains(scored, split) && len(scored) > 1 {
			return split
		}
	}
	return ""
}

func pointless(lines []polyline) bool {
	return !slices.ContainsFunc(lines, func(l polyline) bool { return len(l.points) > 0 })
}

type xy struct{ x, y float64 }

// lossOf returns the loss by step, averaged where there are too many steps.
func lossOf(events []results.Event) []xy {
	var all []xy
	for _, e := range events {
		if e.Step != nil {
			all = append(all, xy{float64(e.Step.Step), e.Step.Loss})
		}
	}
	if len(all) <= lossPoints {
		return all
	}
	out := make([]xy, lossPoints)
	for i := range out {
		part := all[i*len(all)/lossPoints : (i+1)*len(all)/lossPoints]
		for _, p := range part {
			out[i].x += p.x / float64(len(part))
			out[i].y += p.y / float64(len(part))
		}
	}
	return out
}

// splits returns the names of the splits that were scored, in order of first use.
func splits(events []results.Event) []string {
	var all []string
	for _, e := range events {
		if e.Eval != nil && !slices.Contains(all, e.Eval.Split) {
			all = append(all, e.Eval.Split)
		}
	}
	return all
}

func scoresOf(events []results.Event, split string, metric metrics.Name) []xy {
	var all []xy
	for _, e := range events {
		if e.Eval == nil || e.Eval.Split != split {
			continue
		}
		if v, ok := e.Eval.Scores.Get(metric); ok {
			all = append(all, xy{float64(e.Eval.Step), results.Percent(v)})
		}
	}
	return all
}

// polyline is a line through points, with dots where they are few and count.
type polyline struct {
	points []xy
	color  color.NRGBA
	hollow bool // dashed line, hollow dots
	dots   bool
	light  bool      // a thin line behind others
	band   []float64 // half the width of a band about each point; nil: none
}

func (l polyline) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var line []vg.Point
	for _, v := range l.points {
		line = append(line, vg.Point{X: x(v.x), Y: y(v.y)})
	}
	if l.band != nil && len(line) > 1 {
		var around []vg.Point
		for i, v := range l.points {
			around = append(around, vg.Point{X: x(v.x), Y: y(min(p.Y.Max, v.y+l.band[i]))})
		}
		for i := len(l.points) - 1; i >= 0; i-- {
			around = append(around, vg.Point{X: x(l.points[i].x), Y: y(max(p.Y.Min, l.points[i].y-l.band[i]))})
		}
		c.FillPolygon(color.NRGBA{l.color.R, l.color.G, l.color.B, 48}, around)
	}
	s := draw.LineStyle{Color: l.color, Width: 1.6}
	if l.light {
		s.Width = 0.6
	}
	if l.hollow {
		s.Dashes = []vg.Length{4, 3}
	}
	if len(line) > 1 {
		c.StrokeLines(s, line)
	}
	if l.dots || len(line) == 1 {
		for _, at := range line {
			g := draw.GlyphStyle{Color: l.color, Radius: 2.5, Shape: draw.CircleGlyph{}}
			if l.hollow {
				g.Shape = draw.RingGlyph{}
			}
			c.DrawGlyph(g, at)
		}
	}
}

// drawLines draws lines with axes around them, with some air on all sides.
func drawLines(c draw.Canvas, p *plot.Plot, lines []polyline) {
	loX, hiX, loY, hiY := math.Inf(1), math.Inf(-1), math.Inf(1), math.Inf(-1)
	for _, l := range lines {
		for _, v := range l.points {
			loX, hiX, loY, hiY = min(loX, v.x), max(hiX, v.x), min(loY, v.y), max(hiY, v.y)
		}
	}
	if loX > hiX { // nothing to show: an empty frame says so
		loX, hiX, loY, hiY = 0, 1, 0, 1
	}
	p.X.Min, p.X.Max = airy(loX, hiX)
	p.Y.Min, p.Y.Max = airy(loY, hiY)
	p.X.Tick.Marker, p.Y.Tick.Marker = niceTicks{whole: true}, niceTicks{}
	p.Add(horizontals{})
	for _, l := range lines {
		p.Add(l)
	}
	p.Draw(c)
}

func airy(lo, hi float64) (float64, float64) {
	air := (hi - lo) * 0.05
	if air == 0 {
		air = max(math.Abs(lo)*0.01, 0.5)
	}
	return lo - air, hi + air
}

// niceTicks marks four to eight round numbers, written shortly.
type niceTicks struct{ whole bool } // whole numbers only

func (n niceTicks) Ticks(lo, hi float64) (ticks []plot.Tick) {
	step := math.Pow(10, math.Floor(math.Log10((hi-lo)/4)))
	for _, m := range []float64{5, 2} {
		if (hi-lo)/(step*m) >= 4 {
			step *= m
			break
		}
	}
	if n.whole {
		step = max(1, math.Round(step))
	}
	for i := math.Ceil(lo / step); i*step <= hi; i++ {
		ticks = append(ticks, plot.Tick{Value: i * step, Label: short(i*step, step)})
	}
	return ticks
}

// short writes v with as many decimals as steps of that size need, thousands as k.
func short(v, step float64) string {
	if v == 0 {
		return "0"
	}
	if step >= 1000 {
		return strconv.FormatFloat(v/1000, 'f', decimals(step/1000), 64) + "k"
	}
	return strconv.FormatFloat(v, 'f', decimals(step), 64)
}

func decimals(step float64) int {
	return max(0, int(math.Ceil(-math.Log10(step)-1e-9)))
}

// CurvesOf reads the logs of the runs that a leaderboard shows for a task, in
// its order.
func CurvesOf(l *board.Leaderboard, runs []results.Run, task string) ([]Curve, error) {
	var all []Curve
	for _, row := range l.Rows {
		cell, ok := row.Cells[task]
		if !ok {
			continue
		}
		for _, path := range cell.Runs {
			i := slices.IndexFunc(runs, func(r results.Run) bool { return r.Path == path })
			if i < 0 {
				continue
			}
			events, err := runs[i].Log()
			if err != nil {
				return nil, err
			}
			if len(events) > 0 {
				all = append(all, Curve{row.Model, events})
			}
		}
	}
	return all, nil
}
