package plots

import (
	"fmt"
	"image/color"
	"regexp"
	"strings"
)

// A page's style has a variable for every colour of models, which a theme sets:
// --hueK for the K-th model and --paleK for its single runs. Paper, and a file of its
// own, are white.

// nightHues are hues for dark pages, by the same rules: they stand out from nightPage,
// eyes of every kind tell them apart, and each is as near in hue to its twin on white as
// that allows.
var nightHues = []color.NRGBA{
	{86, 180, 233, 255}, {230, 140, 40, 255}, {119, 255, 204, 255}, {187, 34, 255, 255},
	{221, 68, 85, 255}, {136, 136, 153, 255}, {221, 153, 153, 255}, {187, 119, 255, 255},
	{255, 204, 255, 255}, {102, 119, 187, 255}, {238, 204, 51, 255}, {204, 204, 102, 255},
}

// nightPage is the dark theme's background.
var nightPage = color.NRGBA{20, 23, 26, 255}

// nightHue is hue on a dark page: where that takes the twelve again, darker, they are
// lighter here.
func nightHue(k int) color.NRGBA {
	c := nightHues[k%len(nightHues)]
	for range k / len(nightHues) % rounds {
		c = mixed(c, color.NRGBA{255, 255, 255, 255}, 2, 1)
	}
	return c
}

// nightPale is pale on a dark page.
func nightPale(c color.NRGBA) color.NRGBA { return mixed(c, nightPage, 4, 6) }

// mixed is a colour of so many parts of each.
func mixed(a, b color.NRGBA, partsA, partsB int) color.NRGBA {
	mix := func(x, y uint8) uint8 { return uint8((int(x)*partsA + int(y)*partsB) / (partsA + partsB)) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), a.A}
}

func hex(c color.NRGBA) string { return fmt.Sprintf("#%02X%02X%02X", c.R, c.G, c.B) }

// Variables returns the declarations of the variables that inlined figures use, for
// pages in the light or the dark theme.
func Variables(dark bool) string {
	var b strings.Builder
	for k := range rounds * len(hues) {
		c := hue(k)
		lighter := pale(c)
		if dark {
			c = nightHue(k)
			lighter = nightPale(c)
		}
		fmt.Fprintf(&b, "--hue%d: %s; --pale%[1]d: %[3]s; ", k, hex(c), hex(lighter))
	}
	return strings.TrimSpace(b.String())
}

// variables are the names of the variables by the colours in figures.
func variables() map[string]string {
	names := map[string]string{hex(ink): "currentColor", hex(grid): "var(--grid)"}
	for k := rounds*len(hues) - 1; k >= 0; k-- { // of two of one colour the first
		names[hex(pale(hue(k)))] = fmt.Sprintf("var(--pale%d)", k)
	}
	for k := rounds*len(hues) - 1; k >= 0; k-- {
		names[hex(hue(k))] = fmt.Sprintf("var(--hue%d)", k)
	}
	return names
}

// colourOf matches a colour in an SVG's style.
var colourOf = regexp.MustCompile(`(fill|stroke):(#[0-9A-F]{6})`)

// ringOf matches the outline of a hollow dot, which would fade into a dark page.
var ringOf = regexp.MustCompile(`(stroke:var\(--hue\d+\);stroke-width:)0\.5\b`)

// themed puts variables in the place of the colours of models, axes and grid; shades of
// heat maps stay.
func themed(svg []byte) []byte {
	names := variables()
	svg = colourOf.ReplaceAllFunc(svg, func(m []byte) []byte {
		property, c, _ := strings.Cut(string(m), ":")
		if name, ok := names[c]; ok {
			c = name
		}
		return []byte(property + ":" + c)
	})
	return ringOf.ReplaceAll(svg, []byte("${1}1"))
}
