// Package plots draws runs and leaderboards with gonum/plot, as SVG, PNG and
// PDF of the same bytes on every repetition. Text is drawn in an embedded font
// that has Hangul.
package plots

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"image/color"
	"io"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
	"gonum.org/v1/plot/vg/vgimg"
	"gonum.org/v1/plot/vg/vgsvg"

	"github.com/lmkor/bench/internal/atomicfile"
)

// Figure is a picture that is still to be drawn.
type Figure struct {
	Title         string
	Width, Height vg.Length
	draw          func(draw.Canvas)
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

// Inline returns the figure as an SVG element for a page: without a background,
// text and axes in the page's text colour, the grid in its --grid.
func (f *Figure) Inline() ([]byte, error) {
	b, err := f.svg(nil)
	if err != nil {
		return nil, err
	}
	b = b[bytes.Index(b, []byte("<svg")):]
	b = bytes.ReplaceAll(b, []byte("#000000"), []byte("currentColor"))
	b = bytes.ReplaceAll(b, []byte("#D2D2D3"), []byte("var(--grid)"))
	return shapeless.ReplaceAll(b, []byte(`<svg class="figure" role="img" fill="currentColor" viewBox`)), nil
}

// shapeless matches the fixed size of an SVG's head: the page decides.
var shapeless = regexp.MustCompile(`<svg width="[^"]*" height="[^"]*" viewBox`)

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
	f.draw(dc)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		return nil, fmt.Errorf("%s: %w", f.Title, err)
	}
	return b.Bytes(), nil
}

// svg returns the figure as SVG. Its text is text, which can be selected and
// searched, in the reader's font for Hangul, as wide as it was measured; title and
// desc tell screen readers what they see.
func (f *Figure) svg(background color.Color) ([]byte, error) {
	c := vgsvg.New(f.Width, f.Height)
	text := &written{Canvas: c}
	b, err := f.renderBy(c, text, background)
	if err != nil {
		return nil, err
	}
	b = text.fit(b)
	at := bytes.Index(b, []byte("<svg"))
	at += bytes.IndexByte(b[at:], '>') + 1
	var head bytes.Buffer
	head.WriteString("\n<title>")
	xml.EscapeText(&head, []byte(f.Title))
	head.WriteString("</title>\n<desc>")
	xml.EscapeText(&head, []byte(strings.Join(text.said, "; ")))
	head.WriteString("</desc>")
	return slices.Insert(b, at, head.Bytes()...), nil
}
