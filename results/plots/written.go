package plots

import (
	"fmt"
	"regexp"

	gfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// written draws text as text of an SVG, and remembers what and how wide.
type written struct {
	vg.Canvas
	said   []string // for those who listen
	widths []vg.Length
}

// Size is the canvas's.
func (c *written) Size() (w, h vg.Length) { return c.Canvas.(vg.CanvasSizer).Size() }

func (c *written) FillString(face gfont.Face, at vg.Point, s string) {
	c.said = append(c.said, s)
	c.widths = append(c.widths, face.Width(s))
	c.Canvas.FillString(face, at, s)
}

// families are where a reader's machine has Hangul of about the measured shape.
const families = "'" + typeface + "',NanumGothic,'Nanum Gothic','Noto Sans CJK KR','Noto Sans KR','Apple SD Gothic " +
	"Neo','Malgun Gothic',sans-serif"

var (
	textTag = regexp.MustCompile(`<text x=`)
	fontOf  = regexp.MustCompile(`font-family:` + typeface + `;font-variant:\w+;font-weight:\w+;font-style:\w+`)
)

// fit gives every text of an SVG its measured width and fonts to choose from.
func (c *written) fit(svg []byte) []byte {
	i := -1
	svg = textTag.ReplaceAllFunc(svg, func([]byte) []byte {
		i++
		if len([]rune(c.said[i])) < 2 { // one letter has no room to share
			return []byte("<text x=")
		}
		return fmt.Appendf(nil, `<text textLength="%.5g" lengthAdjust="spacingAndGlyphs" x=`, c.widths[i].Points())
	})
	return fontOf.ReplaceAll(svg, []byte("font-family:"+families))
}
