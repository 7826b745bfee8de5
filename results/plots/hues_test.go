package plots

import (
	"image/color"
	"math"
	"regexp"
	"strings"
	"testing"

	"github.com/lmkor/bench/results"
)

// visions turn linear RGB into what eyes without one kind of cone see (Machado,
// Oliveira, Fernandes 2009, severity 1).
var visions = map[string][3][3]float64{
	"normal": {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
	"protan": {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
	"deutan": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	"tritan": {{1.255528, -0.076749, -0.178779}, {-0.078411, 0.930809, 0.147602}, {0.004733, 0.691367, 0.303900}},
}

func linear(c color.NRGBA) (out [3]float64) {
	for i, v := range []uint8{c.R, c.G, c.B} {
		if x := float64(v) / 255; x <= 0.04045 {
			out[i] = x / 12.92
		} else {
			out[i] = math.Pow((x+0.055)/1.055, 2.4)
		}
	}
	return out
}

func times(m [3][3]float64, v [3]float64) (out [3]float64) {
	for i := range m {
		for k := range v {
			out[i] += m[i][k] * v[k]
		}
	}
	return out
}

// lab is CIE L*a*b* of linear RGB.
func lab(rgb [3]float64) [3]float64 {
	for i := range rgb {
		rgb[i] = max(0, min(1, rgb[i]))
	}
	xyz := times([3][3]float64{{0.4124, 0.3576, 0.1805}, {0.2126, 0.7152, 0.0722}, {0.0193, 0.1192, 0.9505}}, rgb)
	for i, white := range []float64{0.9505, 1, 1.089} {
		if t := xyz[i] / white; t > 0.008856 {
			xyz[i] = math.Cbrt(t)
		} else {
			xyz[i] = 7.787*t + 16.0/116
		}
	}
	return [3]float64{116*xyz[1] - 16, 500 * (xyz[0] - xyz[1]), 200 * (xyz[1] - xyz[2])}
}

// Twelve models are told apart by eyes of every kind, and seen on white paper and on a
// dark page: by WCAG's contrast of graphics, and by ΔE of 15, six times what is just
// noticed.
func TestHuesAreToldApart(t *testing.T) {
	white := color.NRGBA{255, 255, 255, 255}
	for _, c := range []struct {
		hues []color.NRGBA
		page color.NRGBA
	}{{hues, white}, {nightHues, nightPage}} {
		if len(c.hues) != 12 {
			t.Fatalf("%d hues", len(c.hues))
		}
		for i, a := range c.hues {
			if got := contrast(a, c.page); !(got >= 3) {
				t.Errorf("%v has a contrast of %.2f to %v", a, got, c.page)
			}
			for _, b := range c.hues[:i] {
				for name, m := range visions {
					p, q := lab(times(m, linear(a))), lab(times(m, linear(b)))
					if d := math.Hypot(math.Hypot(p[0]-q[0], p[1]-q[1]), p[2]-q[2]); !(d >= 15) {
						t.Errorf("%s eyes see %v and %v %.1f apart on %v", name, a, b, d, c.page)
					}
				}
			}
		}
	}
	for k := range rounds * len(hues) { // the same hues again stand out as well
		if d, n := contrast(hue(k), white), contrast(nightHue(k), nightPage); !(d >= 3) || !(n >= 3) {
			t.Errorf("model %d: contrasts of %.2f and %.2f", k, d, n)
		}
	}
}

// contrast is WCAG's.
func contrast(a, b color.NRGBA) float64 {
	light := func(c color.NRGBA) float64 {
		x := linear(c)
		return 0.2126*x[0] + 0.7152*x[1] + 0.0722*x[2] + 0.05
	}
	return max(light(a), light(b)) / min(light(a), light(b))
}

// A figure in a page takes all its colours from the page's style, which has one for
// every model in both themes.
func TestInlinedFiguresFollowTheTheme(t *testing.T) {
	inlined := 0
	light, dark := Variables(false), Variables(true)
	for name, f := range figures(t) {
		if strings.HasPrefix(name, "heat") { // pages show these as tables
			continue
		}
		b, err := f.Inline(results.English)
		if err != nil {
			t.Fatal(err)
		}
		inlined++
		if c := regexp.MustCompile(`#[0-9A-Fa-f]{6}`).Find(b); c != nil {
			t.Errorf("%s: the colour %s is the same in every theme", name, c)
		}
		for _, v := range regexp.MustCompile(`var\((--[a-z]+[0-9]+)\)`).FindAllStringSubmatch(string(b), -1) {
			if !strings.Contains(light, v[1]+": #") || !strings.Contains(dark, v[1]+": #") {
				t.Errorf("%s: no theme has %s", name, v[1])
			}
		}
	}
	if inlined < 3 || strings.Count(light, "#") != 2*rounds*len(hues) || strings.Count(dark, "#") != 2*rounds*len(hues) || light == dark {
		t.Errorf("%d figures, themes %s and %s", inlined, light, dark)
	}
}
