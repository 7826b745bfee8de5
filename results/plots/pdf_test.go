package plots

import (
	"bytes"
	"image/color"
	"io"
	"math"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/ledongthuc/pdf"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// placed is a text of a PDF as its reader finds it.
type placed struct {
	text   string
	size   float64
	x, y   float64 // where it begins, in points from the page's lower left
	turned bool
}

// textsOf reads a PDF's texts in the order in which they were drawn: the operators
// of its page, by a reader that did not write it, and what its font says that
// codes mean.
func textsOf(t *testing.T, file []byte) (all []placed) {
	t.Helper()
	r, err := pdf.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatal(err)
	}
	if r.NumPage() != 1 {
		t.Fatalf("%d pages, want 1", r.NumPage())
	}
	page := r.Page(1)
	for _, name := range page.Fonts() {
		checkCodes(t, page.Font(name))
	}
	type state struct {
		size float64
		m    [6]float64
	}
	now, kept := state{m: [6]float64{1, 0, 0, 1, 0, 0}}, []state(nil)
	numbers := func(stack *pdf.Stack, n int) []float64 {
		out := make([]float64, n)
		for i := range out {
			out[n-1-i] = stack.Pop().Float64()
		}
		return out
	}
	var at [2]float64
	pdf.Interpret(page.V.Key("Contents"), func(stack *pdf.Stack, op string) {
		switch op {
		case "q":
			kept = append(kept, now)
		case "Q":
			now, kept = kept[len(kept)-1], kept[:len(kept)-1]
		case "cm":
			a, m := numbers(stack, 6), now.m
			now.m = [6]float64{a[0]*m[0] + a[1]*m[2], a[0]*m[1] + a[1]*m[3], a[2]*m[0] + a[3]*m[2], a[2]*m[1] + a[3]*m[3],
				a[4]*m[0] + a[5]*m[2] + m[4], a[4]*m[1] + a[5]*m[3] + m[5]}
		case "Tf":
			now.size = stack.Pop().Float64()
		case "Td":
			at = [2]float64(numbers(stack, 2))
		case "Tj":
			raw, m := []byte(stack.Pop().RawString()), now.m
			var codes []uint16
			for i := 0; i+1 < len(raw); i += 2 {
				codes = append(codes, uint16(raw[i])<<8|uint16(raw[i+1]))
			}
			all = append(all, placed{string(utf16.Decode(codes)), now.size, at[0]*m[0] + at[1]*m[2] + m[4],
				at[0]*m[1] + at[1]*m[3] + m[5], math.Abs(m[0]) < 1e-3})
		}
		for stack.Len() > 0 {
			stack.Pop()
		}
	})
	return all
}

// checkCodes asks that codes of two bytes are letters, for whoever copies the text.
func checkCodes(t *testing.T, f pdf.Font) {
	t.Helper()
	if e := f.V.Key("Encoding").Name(); e != "Identity-H" {
		t.Fatalf("encoding %q, want Identity-H", e)
	}
	raw, err := io.ReadAll(f.V.Key("ToUnicode").Reader())
	if err != nil || !bytes.Contains(raw, []byte("<0000> <FFFF> <0000>")) {
		t.Fatalf("ToUnicode (%v) does not say that a code is its letter:\n%s", err, raw)
	}
	if f.V.Key("DescendantFonts").Index(0).Key("FontDescriptor").Key("FontFile2").IsNull() {
		t.Fatal("the font is not embedded")
	}
}

// Every text of every figure is found in its PDF, Hangul too, where it was drawn.
func TestPDFTextIsText(t *testing.T) {
	for name, f := range figures(t) {
		t.Run(name, func(t *testing.T) {
			file, err := f.Encode("pdf")
			if err != nil {
				t.Fatal(err)
			}
			var all strings.Builder
			for _, x := range textsOf(t, file) {
				all.WriteString(x.text)
			}
			r := newRecorder(f.Width, f.Height)
			f.draw(draw.NewCanvas(r, f.Width, f.Height), f.lang)
			rest := all.String()
			for _, b := range r.boxes {
				_, after, ok := strings.Cut(rest, b.text)
				if !ok {
					t.Fatalf("%q is not in %q", b.text, all.String())
				}
				rest = after
			}
			if len(file) > 100_000 {
				t.Errorf("%d bytes: want the glyphs in use alone", len(file))
			}
		})
	}
}

// A text behind one of another size within Push and Pop has its own size again.
func TestPDFSizesAndPlaces(t *testing.T) {
	p := newPaper(200, 100)
	for _, c := range []struct {
		size, turn float64
		x, y       vg.Length
		text       string
	}{{10, 0, 20, 70, "가나"}, {10, 0, 20, 50, "다라"}, {14, math.Pi / 2, 100, 30, "위로"}, {10, 0, 20, 30, "마바😀"}} {
		p.Push()
		p.Translate(vg.Point{X: c.x, Y: c.y})
		p.Rotate(c.turn)
		s := style(vg.Length(c.size))
		p.FillString(s.Handler.Cache().Lookup(s.Font, s.Font.Size), vg.Point{}, c.text)
		p.Pop()
	}
	var b bytes.Buffer
	if _, err := p.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	want := []placed{{"가나", 10, 20, 70, false}, {"다라", 10, 20, 50, false}, {"위로", 14, 100, 30, true}, {"마바\ufffd", 10, 20, 30, false}}
	got := textsOf(t, b.Bytes())
	if len(got) != len(want) {
		t.Fatalf("%d texts, want %d: %v", len(got), len(want), got)
	}
	for i, w := range want {
		g := got[i]
		if g.text != w.text || g.size != w.size || g.turned != w.turned || math.Hypot(g.x-w.x, g.y-w.y) > 0.02 {
			t.Errorf("text %d: %+v, want %+v", i, g, w)
		}
	}
}

// A circle of four curves stays a circle.
func TestPDFArc(t *testing.T) {
	p := newPaper(100, 100)
	p.SetColor(color.Black)
	var path vg.Path
	path.Move(vg.Point{X: 80, Y: 50})
	path.Arc(vg.Point{X: 50, Y: 50}, 30, 0, 2*math.Pi)
	path.Close()
	p.Fill(path)
	p.doc.SetCompression(false)
	var b bytes.Buffer
	if _, err := p.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b.Bytes(), []byte(" c\n")); n != 4 {
		t.Errorf("%d curves, want 4:\n%s", n, b.String()[:min(b.Len(), 600)])
	}
}
