package plots

import (
	"fmt"
	"image/color"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

// Reliability is how often a model is right at each confidence.
type Reliability struct {
	Name string
	Bins []metrics.Bin
	ECE  float64 // expected calibration error
}

// Calibration draws reliability curves: on the diagonal a model is right as often
// as it says. The area of a dot is the share of answers in its bin.
func Calibration(title string, models []Reliability) (*Figure, error) {
	if len(models) == 0 {
		return nil, empty("no calibration of %s: the predictions of its runs have no probabilities of classes",
			"%s: 예측에 클래스 확률이 없어 확신도 보정을 그릴 수 없다", title)
	}
	var entries []entry
	for k, m := range models {
		entries = append(entries, entry{name: m.Name, note: fmt.Sprintf(" (ECE %.1f %%)", 100*m.ECE), color: hue(k), line: true})
	}
	side := legendWidth(entries)
	heading := results.Textf("Calibration, %s", "%s 확신도 보정", title)
	return &Figure{
		Title: heading, Width: 330 + side + 24, Height: max(350, vg.Length(len(entries))*entryHeight+60),
		draw: func(c draw.Canvas, lang results.Lang) {
			c = inset(c, 12)
			p := newPanel(heading.In(lang), lang.Or("confidence", "확신도"), lang.Or("share answered right", "맞힌 비율"))
			p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = 0, 1, 0, 1
			p.X.Tick.Marker, p.Y.Tick.Marker = niceTicks{}, niceTicks{}
			p.Add(horizontals{}, diagonal{})
			for k, m := range models {
				p.Add(reliability{m, hue(k)})
			}
			p.Draw(draw.Crop(c, 0, -side, 0, 0))
			drawLegend(draw.Crop(c, c.Size().X-side+10, 0, 0, -26), entries)
		},
	}, nil
}

type diagonal struct{}

func (diagonal) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	c.StrokeLine2(draw.LineStyle{Color: ink, Width: 0.8, Dashes: []vg.Length{3, 3}}, x(0), y(0), x(1), y(1))
}

type reliability struct {
	Reliability
	color color.NRGBA
}

func (r reliability) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	n := 0
	var line []vg.Point
	for _, b := range r.Bins {
		n += b.N
		line = append(line, vg.Point{X: x(b.Confidence), Y: y(b.Accuracy)})
	}
	if len(line) > 1 {
		c.StrokeLines(draw.LineStyle{Color: r.color, Width: 1.6}, line)
	}
	for i, b := range r.Bins {
		radius := vg.Length(2 + 5*float64(b.N)/float64(n))
		c.DrawGlyph(draw.GlyphStyle{Color: r.color, Radius: radius, Shape: draw.CircleGlyph{}}, line[i])
	}
}
