// Package plots draws runs and leaderboards with gonum/plot, as SVG, PNG and
// PDF of the same bytes on every repetition. Text is drawn in an embedded font
// that has Hangul.
package plots

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"image/color"
	"io"
	"path/filepath"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/results"
)

// Figure is a picture that is still to be drawn. It is as large in every language,
// with the axes in the same places: only words differ.
type Figure struct {
	Title         results.Text
	Width, Height vg.Length
	draw          func(draw.Canvas, results.Lang)
	lang          results.Lang // "" is English
}

// In returns the figure with its words in a language.
func (f *Figure) In(lang results.Lang) *Figure {
	g := *f
	g.lang = lang
	return &g
}

// Formats lists the formats that Encode knows, which are file name endings too.
var Formats = []string{"svg", "png", "pdf"}

// FormatOf returns the format of a file name; the error lists those known.
func FormatOf(path string) (string, error) {
	ext := strings.ToLower(strings.TrimPrefix(filepath.Ext(path), "."))
	if !slices.Contains(Formats, ext) {
		return "", fmt.Errorf("%s: picture format %q: want a name ending in .svg, .png or .pdf", path, ext)
	}
	return ext, nil
}

// Save writes the figure to a file in the format of its name, whole or not at all.
func (f *Figure) Save(path string) error {
	format, err := FormatOf(path)
	if err != nil {
		return err
	}
	b, err := f.Encode(format)
	if err != nil {
		return err
	}
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := w.Write(b)
		return err
	})
}

// Encode returns the figure as a file of one of Formats.
func (f *Figure) Encode(format string) ([]byte, error) {
	switch format {
	case "svg":
		return f.svg(color.White)
	case "png":
		return f.render(vgimg.PngCanvas{Canvas: vgimg.NewWith(vgimg.UseWH(f.Width, f.Height), vgimg.UseDPI(160))}, color.White)
	case "pdf":
		p := newPaper(f.Width, f.Height)
		return f.renderBy(p, p, color.White)
	}
	return nil, fmt.Errorf("picture format %q: want one of %q", format, Formats)
}

// canvas is what the formats have in common.
type canvas interface {
	vg.CanvasSizer
	vg.CanvasWriterTo
}

// render draws on c, background first, and returns the file.
func (f *Figure) render(c canvas, background color.Color) ([]byte, error) {
	return f.renderBy(c, &outlined{Canvas: c}, background)
}

// renderBy draws by way of text, a canvas that draws on c.
func (f *Figure) renderBy(c canvas, text vg.CanvasSizer, background color.Color) ([]byte, error) {
	dc := draw.NewCanvas(text, f.Width, f.Height)
	if background != nil {
		dc.SetColor(background)
		dc.Fill(dc.Rectangle.Path())
	}
	f.draw(dc, f.lang)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Title.English, err)
	}
	return b.Bytes(), nil
}

// svg returns the figure as SVG. Its text is text, which can be selected and
// searched, in the reader's font for Hangul, as wide as it was measured; title and
// desc tell screen readers what they see.
func (f *Figure) svg(background color.Color) ([]byte, error) {
	b, said, err := f.written(background)
	if err != nil {
		return nil, err
	}
	at := bytes.Index(b, []byte("<svg"))
	b = slices.Insert(b, at+len("<svg"), []byte(` lang="`+string(cmp.Or(f.lang, results.English))+`"`)...)
	at += bytes.IndexByte(b[at:], '>') + 1
	var head bytes.Buffer
	head.WriteString("\n<title>")
	xml.EscapeText(&head, []byte(f.Title.In(f.lang)))
	head.WriteString("</title>\n<desc>")
	xml.EscapeText(&head, []byte(strings.Join(said, "; ")))
	head.WriteString("</desc>")
	return slices.Insert(b, at, head.Bytes()...), nil
}

// written returns the SVG without a head, and its texts.
func (f *Figure) written(background color.Color) (svg []byte, said []string, err error) {
	c := vgsvg.New(f.Width, f.Height)
	text := &written{Canvas: c}
	if svg, err = f.renderBy(c, text, background); err != nil {
		return nil, nil, err
	}
	return text.fit(svg), text.said, nil
}
