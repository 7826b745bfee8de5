package plots

import (
	_ "embed"
	"image/color"
	"sync"

	"golang.org/x/image/font/opentype"
	"golang.org/x/text/unicode/norm"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/text"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// fontFile is a subset of NanumGothic under another name; scripts/font.py makes
// it, font/OFL.txt is its licence.
//
//go:embed font/bench-gothic.ttf
var fontFile []byte

// typeface is the name under which gonum finds the font.
const typeface = "Bench Gothic"

// handler lays out text in the embedded font, whatever fonts the machine has.
var handler = sync.OnceValue(func() text.Handler {
	parsed, err := opentype.Parse(fontFile)
	if err != nil {
		panic("plots: the embedded font: " + err.Error())
	}
	return text.Plain{Fonts: font.NewCache(font.Collection{{Font: font.Font{Typeface: typeface}, Face: parsed}})}
})

// Sizes of text.
const (
	titleSize = vg.Length(13)
	labelSize = vg.Length(10)
	tickSize  = vg.Length(9)
)

// Colours beside those of models: a page may show its own in their place. None
// is transparent, for some viewers of PDF darken these.
var (
	ink  = color.NRGBA{0, 0, 0, 255}
	grid = color.NRGBA{210, 210, 211, 255}
)

func style(size vg.Length) text.Style {
	return text.Style{Color: ink, Font: font.Font{Typeface: typeface, Size: size}, Handler: handler()}
}

// said returns s as the font can say it: composed Hangul.
func said(s string) string { return norm.NFC.String(s) }

// newPanel returns an empty plot in the house's style.
func newPanel(title, x, y string) *plot.Plot {
	p := plot.New()
	p.TextHandler = handler()
	p.BackgroundColor = nil // the figure has one
	p.Title.Text, p.X.Label.Text, p.Y.Label.Text = said(title), said(x), said(y)
	p.Title.TextStyle = style(titleSize)
	p.Title.TextStyle.XAlign, p.Title.TextStyle.YAlign = draw.XCenter, draw.YTop
	p.Title.Padding = 6
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		align := a.Label.TextStyle
		a.Label.TextStyle = style(labelSize)
		a.Label.TextStyle.XAlign, a.Label.TextStyle.YAlign, a.Label.TextStyle.Rotation = align.XAlign, align.YAlign, align.Rotation
		align = a.Tick.Label
		a.Tick.Label = style(tickSize)
		a.Tick.Label.XAlign, a.Tick.Label.YAlign, a.Tick.Label.Rotation = align.XAlign, align.YAlign, align.Rotation
		a.LineStyle.Color, a.Tick.LineStyle.Color = ink, ink
		a.Padding, a.Label.Padding = 4, 3
	}
	p.Legend.TextStyle = style(labelSize)
	return p
}

// hue returns the colour of the k-th model: twelve that stand out from white and
// that people of any colour vision can tell apart, the first three of Okabe and Ito,
// the others as far from all before them as normal, protan, deutan and tritan eyes
// allow; then these again, darker.
func hue(k int) color.NRGBA {
	c := hues[k%len(hues)]
	for range k / len(hues) % rounds {
		c.R, c.G, c.B = c.R/3*2, c.G/3*2, c.B/3*2
	}
	return c
}

// rounds is how many times hues are taken, each time darker, before they come as they
// were.
const rounds = 3

var hues = []color.NRGBA{
	{0, 114, 178, 255}, {213, 94, 0, 255}, {0, 158, 115, 255}, {142, 10, 245, 255},
	{101, 16, 30, 255}, {132, 134, 158, 255}, {242, 5, 77, 255}, {17, 1, 171, 255},
	{239, 53, 250, 255}, {77, 71, 94, 255}, {146, 10, 9, 255}, {77, 17, 108, 255},
}

// pale returns c as published rows have it.
func pale(c color.NRGBA) color.NRGBA {
	white := func(v uint8) uint8 { return uint8((int(v)*4 + 255*6) / 10) }
	return color.NRGBA{white(c.R), white(c.G), white(c.B), c.A}
}
