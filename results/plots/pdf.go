package plots

import (
	"fmt"
	"image"
	"image/color"
	"io"
	"math"
	"strings"
	"time"

	"codeberg.org/go-pdf/fpdf"
	gfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// paper is a canvas that becomes a PDF of one page. Its text is text, in the
// embedded font, of which the file holds the glyphs in use: it can be selected and
// searched, Hangul too. gonum's own PDF has the letters of code page 1252 alone.
type paper struct {
	doc   *fpdf.Fpdf
	w, h  vg.Length
	state []pen // the last one holds
	fault error // the first thing that it can't draw
}

// pen is what Push keeps beside the transformation.
type pen struct {
	color color.Color
	width vg.Length
}

// bornDate is every file's date, so that the same picture has the same bytes.
var bornDate = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

func newPaper(w, h vg.Length) *paper {
	p := &paper{w: w, h: h, state: make([]pen, 1)}
	p.doc = fpdf.NewCustom(&fpdf.InitType{UnitStr: "pt", Size: fpdf.SizeType{Wd: w.Points(), Ht: h.Points()}})
	p.doc.SetCatalogSort(true)
	p.doc.SetCreationDate(bornDate)
	p.doc.SetModificationDate(bornDate)
	p.doc.SetMargins(0, 0, 0)
	p.doc.SetAutoPageBreak(false, 0)
	p.doc.AddUTF8FontFromBytes(typeface, "", fontFile)
	p.doc.AddPage()
	p.Push()
	p.Translate(vg.Point{Y: h}) // y grows upwards
	p.Scale(1, -1)
	vg.Initialize(p)
	return p
}

// Size is the page's.
func (p *paper) Size() (w, h vg.Length) { return p.w, p.h }

func (p *paper) now() *pen { return &p.state[len(p.state)-1] }

func (p *paper) SetLineWidth(w vg.Length) {
	p.now().width = w
	p.doc.SetLineWidth(w.Points())
}

func (p *paper) SetLineDash(pattern []vg.Length, offset vg.Length) {
	all := make([]float64, len(pattern))
	for i, d := range pattern {
		all[i] = d.Points()
	}
	p.doc.SetDashPattern(all, offset.Points())
}

func (p *paper) SetColor(c color.Color) {
	if c == nil {
		c = color.Black
	}
	p.now().color = c
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	r, g, b := int(n.R), int(n.G), int(n.B)
	p.doc.SetFillColor(r, g, b)
	p.doc.SetDrawColor(r, g, b)
	p.doc.SetTextColor(r, g, b)
	p.doc.SetAlpha(float64(n.A)/255, "Normal")
}

func (p *paper) Rotate(rad float64)    { p.doc.TransformRotate(-rad*180/math.Pi, 0, 0) }
func (p *paper) Translate(pt vg.Point) { p.doc.TransformTranslate(pt.X.Points(), pt.Y.Points()) }
func (p *paper) Scale(x, y float64)    { p.doc.TransformScale(100*x, 100*y, 0, 0) }
func (p *paper) Fill(path vg.Path)     { p.path(path, "F") }

func (p *paper) Push() {
	p.state = append(p.state, *p.now())
	p.doc.TransformBegin()
}

func (p *paper) Pop() {
	p.doc.TransformEnd()
	p.state = p.state[:len(p.state)-1]
}

func (p *paper) Stroke(path vg.Path) {
	if p.now().width > 0 {
		p.path(path, "D")
	}
}

func (p *paper) path(path vg.Path, style string) {
	var start vg.Point
	for _, c := range path {
		x, y := c.Pos.X.Points(), c.Pos.Y.Points()
		switch c.Type {
		case vg.MoveComp:
			start = c.Pos
			p.doc.MoveTo(x, y)
		case vg.LineComp:
			p.doc.LineTo(x, y)
		case vg.ArcComp:
			p.arc(c)
		case vg.CurveComp:
			if len(c.Control) == 1 {
				p.doc.CurveTo(c.Control[0].X.Points(), c.Control[0].Y.Points(), x, y)
				continue
			}
			p.doc.CurveBezierCubicTo(c.Control[0].X.Points(), c.Control[0].Y.Points(),
				c.Control[1].X.Points(), c.Control[1].Y.Points(), x, y)
		case vg.CloseComp:
			p.doc.LineTo(start.X.Points(), start.Y.Points())
			p.doc.ClosePath()
		}
	}
	p.doc.DrawPath(style)
}

// arc continues the path by an arc, as cubic curves of a quarter circle at most,
// which are within 3e-4 of the radius.
func (p *paper) arc(c vg.PathComp) {
	cx, cy, r := c.Pos.X.Points(), c.Pos.Y.Points(), c.Radius.Points()
	n := max(1, int(math.Ceil(math.Abs(c.Angle)/(math.Pi/2))))
	turn := c.Angle / float64(n)
	k := 4. / 3 * math.Tan(turn/4) * r
	sin, cos := math.Sincos(c.Start)
	p.doc.LineTo(cx+r*cos, cy+r*sin)
	for i := range n {
		s, o := math.Sincos(c.Start + turn*float64(i+1))
		p.doc.CurveBezierCubicTo(cx+r*cos-k*sin, cy+r*sin+k*cos, cx+r*o+k*s, cy+r*s-k*o, cx+r*o, cy+r*s)
		sin, cos = s, o
	}
}

func (p *paper) FillString(face gfont.Face, at vg.Point, s string) {
	s = strings.Map(func(r rune) rune {
		if r > 0xffff { // the font has none, and the writer no pairs of halves
			return '\ufffd'
		}
		return r
	}, s)
	p.Push()
	defer p.Pop()
	p.doc.SetFont(typeface, "", face.Font.Size.Points())
	p.Translate(at)
	p.Scale(1, -1)
	p.doc.Text(0, 0, s)
}

// DrawImage can't: no plot has images.
func (p *paper) DrawImage(vg.Rectangle, image.Image) {
	p.fault = fmt.Errorf("an image in a PDF")
}

// WriteTo ends the page and writes the file.
func (p *paper) WriteTo(w io.Writer) (int64, error) {
	p.Pop()
	if p.fault != nil {
		return 0, p.fault
	}
	out := &counted{to: w}
	err := p.doc.Output(out)
	return out.n, err
}

// counted counts what is written.
type counted struct {
	to io.Writer
	n  int64
}

func (c *counted) Write(b []byte) (int, error) {
	n, err := c.to.Write(b)
	c.n += int64(n)
	return n, err
}
