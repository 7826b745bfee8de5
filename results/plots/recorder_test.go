package plots

import (
	"image"
	"image/color"
	"math"

	gfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// box is where a text's ink lies.
type box struct {
	text           string
	x0, y0, x1, y1 vg.Length
	glyphs         int // that have ink
}

// recorder is a canvas that remembers where text was drawn.
type recorder struct {
	w, h  vg.Length
	at    []matrix
	text  outlined
	boxes []box
}

// matrix maps x, y to a*x + b*y + e, c*x + d*y + f.
type matrix struct{ a, b, c, d, e, f float64 }

func newRecorder(w, h vg.Length) *recorder {
	return &recorder{w: w, h: h, at: []matrix{{a: 1, d: 1}}}
}

func (r *recorder) now() *matrix { return &r.at[len(r.at)-1] }

// apply multiplies the transformation by m from the right.
func (r *recorder) apply(m matrix) {
	t := *r.now()
	*r.now() = matrix{t.a*m.a + t.b*m.c, t.a*m.b + t.b*m.d, t.c*m.a + t.d*m.c, t.c*m.b + t.d*m.d,
		t.a*m.e + t.b*m.f + t.e, t.c*m.e + t.d*m.f + t.f}
}

func (r *recorder) Size() (w, h vg.Length)              { return r.w, r.h }
func (r *recorder) SetLineWidth(vg.Length)              {}
func (r *recorder) SetLineDash([]vg.Length, vg.Length)  {}
func (r *recorder) SetColor(color.Color)                {}
func (r *recorder) Stroke(vg.Path)                      {}
func (r *recorder) Fill(vg.Path)                        {}
func (r *recorder) DrawImage(vg.Rectangle, image.Image) {}
func (r *recorder) Push()                               { r.at = append(r.at, *r.now()) }
func (r *recorder) Pop()                                { r.at = r.at[:len(r.at)-1] }
func (r *recorder) Scale(x, y float64)                  { r.apply(matrix{a: x, d: y}) }
func (r *recorder) Translate(p vg.Point)                { r.apply(matrix{1, 0, 0, 1, float64(p.X), float64(p.Y)}) }

func (r *recorder) Rotate(v float64) {
	sin, cos := math.Sincos(v)
	r.apply(matrix{cos, -sin, sin, cos, 0, 0})
}

func (r *recorder) FillString(face gfont.Face, at vg.Point, s string) {
	inf := vg.Length(math.Inf(1))
	b := box{text: s, x0: inf, y0: inf, x1: -inf, y1: -inf}
	for _, c := range r.text.path(face, at, s) {
		if c.Type == vg.CloseComp {
			continue
		}
		m := r.now()
		x := vg.Length(m.a*float64(c.Pos.X) + m.b*float64(c.Pos.Y) + m.e)
		y := vg.Length(m.c*float64(c.Pos.X) + m.d*float64(c.Pos.Y) + m.f)
		b.x0, b.x1, b.y0, b.y1 = min(b.x0, x), max(b.x1, x), min(b.y0, y), max(b.y1, y)
	}
	for _, letter := range s {
		glyph, err := face.Face.GlyphIndex(&r.text.buf, letter)
		if err == nil && glyph != 0 && len(r.text.path(face, at, string(letter))) > 0 {
			b.glyphs++
		}
	}
	r.boxes = append(r.boxes, b)
}
