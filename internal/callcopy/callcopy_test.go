package callcopy

import (
	"strings"
	"testing"

	"github.com/lmkor/bench/device"
)

func TestCopy(t *testing.T) {
	for _, whole := range []bool{false, true} {
		there := device.Host(make([]float32, 4))
		c := Copier{Buffer: func(b device.Buffer) device.Buffer { return there.Slice(0, b.Len()) }, Whole: whole}
		var squares float64
		here := device.Host([]float32{1, 2, 3})
		product := &device.Products{List: []device.Product{{Squares: &squares, M: 3, C: device.Matrix{Buffer: here, LD: 1}}}}
		sum := &device.Squares{Parts: []device.Part{{X: here, Known: &squares}}}
		p, s := c.Copy(product).(*device.Products), c.Copy(sum).(*device.Squares)
		update := c.Copy(&device.AdamW{Norm: sum}).(*device.AdamW)
		switch {
		case p.List[0].M != 3 || p.List[0].C.LD != 1:
			t.Errorf("whole=%t: other shapes: %+v", whole, p.List[0])
		case &p.List[0] == &product.List[0]:
			t.Errorf("whole=%t: the slice is the original's", whole)
		case &p.List[0].C.Floats()[0] != &there.Floats()[0] || &s.Parts[0].X.Floats()[0] != &there.Floats()[0]:
			t.Errorf("whole=%t: a buffer has stayed", whole)
		case p.List[0].Squares != s.Parts[0].Known:
			t.Errorf("whole=%t: two copies have no number in common", whole)
		case (p.List[0].Squares == &squares) == whole:
			t.Errorf("whole=%t: the number is the original's: %t", whole, p.List[0].Squares == &squares)
		case update.Norm != s:
			t.Errorf("whole=%t: a call is named that is no copy", whole)
		}
	}
}

func TestCopyRefusesACallThatWasNotRun(t *testing.T) {
	defer func() {
		if p, ok := recover().(string); !ok || !strings.Contains(p, "*device.Squares is named that was not run") {
			t.Errorf("panic %v", p)
		}
	}()
	c := Copier{Buffer: func(b device.Buffer) device.Buffer { return b }}
	c.Copy(&device.AdamW{Norm: &device.Squares{}})
}
