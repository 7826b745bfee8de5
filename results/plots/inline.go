package plots

import (
	"bytes"
	"fmt"
	"html"
	"regexp"

	"github.com/lmkor/bench/results"
)

var (
	// shapeless matches the fixed size of an SVG's head: the page decides.
	shapeless = regexp.MustCompile(`<svg width="[^"]*" height="[^"]*" viewBox`)
	// wholeText matches a text of an SVG, with its closing line.
	wholeText = regexp.MustCompile(`(?s)<text .*?</text>\n`)
)

// Inline returns the figure as an SVG element for a page, in both languages: words
// that differ are there twice, of the classes that the page shows by its language,
// en and ko; where words move the axes, as wide ones at their ends do, the whole
// figure is. It has no background, text and axes are in the page's text colour, the
// grid in its --grid, models in those of Variables, and the page's style names the
// fonts.
func (f *Figure) Inline(page results.Lang) ([]byte, error) {
	var svg [2][]byte
	for i, lang := range []results.Lang{results.English, results.Korean} {
		b, _, err := f.In(lang).written(nil)
		if err != nil {
			return nil, err
		}
		svg[i] = forPage(b[bytes.Index(b, []byte("<svg")):])
	}
	if b := bilingual(svg[0], svg[1]); b != nil {
		label := html.EscapeString(f.Title.In(page))
		return headed(b, fmt.Sprintf(`class="figure" aria-label="%s" data-en="%s" data-ko="%s"`, label,
			html.EscapeString(f.Title.English), html.EscapeString(f.Title.Korean))), nil
	}
	var both []byte
	for i, lang := range []results.Lang{results.English, results.Korean} {
		both = append(both, headed(svg[i], fmt.Sprintf(`class="figure %s" lang="%[1]s" aria-label="%s"`, lang,
			html.EscapeString(f.Title.In(lang))))...)
	}
	return both, nil
}

// forPage takes out of an SVG what a page decides.
func forPage(b []byte) []byte {
	b = themed(b)
	return bytes.ReplaceAll(b, []byte("font-family:"+families+";"), nil)
}

// headed gives an SVG its attributes in the place of its size.
func headed(b []byte, attributes string) []byte {
	return shapeless.ReplaceAllLiteral(b, []byte(`<svg `+attributes+` role="figure" fill="currentColor" viewBox`))
}

// bilingual joins two drawings that differ in words only; nil where more differs.
func bilingual(en, ko []byte) []byte {
	var out []byte
	atEN, atKO := wholeText.FindAllIndex(en, -1), wholeText.FindAllIndex(ko, -1)
	if len(atEN) != len(atKO) {
		return nil
	}
	i, j := 0, 0
	for k, e := range atEN {
		h := atKO[k]
		if !bytes.Equal(en[i:e[0]], ko[j:h[0]]) {
			return nil
		}
		out = append(out, en[i:e[0]]...)
		if a, b := en[e[0]:e[1]], ko[h[0]:h[1]]; bytes.Equal(a, b) {
			out = append(out, a...)
		} else {
			out = append(append(out, `<text class="en" lang="en"`...), a[len("<text"):]...)
			out = append(append(out, `<text class="ko" lang="ko"`...), b[len("<text"):]...)
		}
		i, j = e[1], h[1]
	}
	if !bytes.Equal(en[i:], ko[j:]) {
		return nil
	}
	return append(out, en[i:]...)
}
