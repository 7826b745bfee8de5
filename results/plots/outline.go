package plots

import (
	"fmt"

	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	gfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// outlined draws text as the outlines of its glyphs: a PNG then shows Hangul on
// every machine.
type outlined struct {
	vg.Canvas
	buf sfnt.Buffer
}

// Size is the canvas's.
func (c *outlined) Size() (w, h vg.Length) { return c.Canvas.(vg.CanvasSizer).Size() }

func (c *outlined) FillString(face gfont.Face, at vg.Point, s string) {
	if p := c.path(face, at, s); len(p) > 0 {
		c.Canvas.Fill(p)
	}
}

// path returns the outlines of s, set from at on the base line.
func (c *outlined) path(face gfont.Face, at vg.Point, s string) vg.Path {
	em := fixed.Int26_6(face.Face.UnitsPerEm())
	scale := face.Font.Size / vg.Length(em)
	var p vg.Path
	for _, r := range s {
		glyph, err := face.Face.GlyphIndex(&c.buf, r)
		if err != nil {
			panic(fmt.Sprintf("plots: glyph of %q: %v", r, err))
		}
		segments, err := face.Face.LoadGlyph(&c.buf, glyph, em, nil)
		if err != nil {
			panic(fmt.Sprintf("plots: outline of %q: %v", r, err))
		}
		point := func(f fixed.Point26_6) vg.Point { // fonts count y downwards
			return vg.Point{X: at.X + vg.Length(f.X)*scale, Y: at.Y - vg.Length(f.Y)*scale}
		}
		open := false
		for _, g := range segments {
			switch g.Op {
			case sfnt.SegmentOpMoveTo:
				if open {
					p.Close()
				}
				open = true
				p.Move(point(g.Args[0]))
			case sfnt.SegmentOpLineTo:
				p.Line(point(g.Args[0]))
			case sfnt.SegmentOpQuadTo:
				p.QuadTo(point(g.Args[0]), point(g.Args[1]))
			case sfnt.SegmentOpCubeTo:
				p.CubeTo(point(g.Args[0]), point(g.Args[1]), point(g.Args[2]))
			}
		}
		if open {
			p.Close()
		}
		advance, err := face.Face.GlyphAdvance(&c.buf, glyph, em, font.HintingNone)
		if err != nil {
			panic(fmt.Sprintf("plots: width of %q: %v", r, err))
		}
		at.X += vg.Length(advance) * scale
	}
	return p
}
