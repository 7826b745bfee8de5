package kernels

import (
	"fmt"
	"testing"

	"github.com/lmkor/bench/kernels/parallel"
)

// heads are all heads of attention over sequences of one length.
type heads struct {
	length, width, heads, sequences int
	qkv, dqkv, y, dy, probs         []float32
}

// newHeads returns those of a layer of twelve heads over some 2,048 tokens.
func newHeads(length, width int) *heads {
	const of, tokens = 12, 2048
	n := tokens / length
	size := n * length * of * width
	return &heads{length, width, of, n, numbers(3*size, 1), make([]float32, 3*size), make([]float32, size), numbers(size, 2),
		make([]float32, n*of*length*length)}
}

// each calls f with every head, and where its columns begin in qkv and in y.
func (l *heads) each(drop float32, f func(x Head, qkv, y int)) {
	h, scores := l.heads*l.width, l.length*l.length
	for i := range l.sequences * l.heads {
		row, col := i/l.heads*l.length, i%l.heads*l.width
		at := row*3*h + col
		f(Head{Queries: l.length, Keys: l.length, Width: l.width, Q: l.qkv[at:], K: l.qkv[at+h:], V: l.qkv[at+2*h:], LDQ: 3 * h,
			LDK: 3 * h, LDV: 3 * h, Scale: 0.125, Drop: Dropper{Seed: 1, P: drop}, First: i * scores,
			Probs: l.probs[i*scores:][:scores], More: i%l.heads+1 < l.heads}, at, row*h+col)
	}
}

// evaluate keeps nothing for a gradient.
func (l *heads) evaluate() {
	l.each(0, func(x Head, _, y int) {
		x.Probs = nil
		x.Attend(l.y[y:], l.heads*l.width)
	})
}

func (l *heads) forward() {
	l.each(0.1, func(x Head, _, y int) { x.Attend(l.y[y:], l.heads*l.width) })
}

func (l *heads) backward() {
	h := l.heads * l.width
	l.each(0.1, func(x Head, at, y int) {
		x.Grad(HeadGrad{DQ: l.dqkv[at:], DK: l.dqkv[at+h:], DV: l.dqkv[at+2*h:], DY: l.dy[y:], LDDQ: 3 * h, LDDK: 3 * h,
			LDDV: 3 * h, LDDY: h})
	})
}

// BenchmarkHead runs heads of attention one after the other, and reports their share
// of one core's peak.
func BenchmarkHead(b *testing.B) {
	one := parallel.New(1)
	for _, width := range []int{64, 32} {
		for _, length := range []int{17, 32, 48, 64, 75, 96, 119, 128} {
			l := newHeads(length, width)
			for _, pass := range []struct {
				name  string
				flops int // a score and column
				run   func()
			}{{"evaluation", 4, l.evaluate}, {"forward", 4, l.forward}, {"backward", 8, l.backward}} {
				name := fmt.Sprintf("impl=%s/width=%d/length=%d/pass=%s", chosen.name, width, length, pass.name)
				b.Run(name, func(b *testing.B) {
					l.forward() // leaves what backward needs
					peak := PeakFMA(one)
					for b.Loop() {
						pass.run()
					}
					flops := float64(pass.flops * len(l.probs) * width)
					rate := flops * float64(b.N) / b.Elapsed().Seconds() / 1e9
					b.ReportMetric(rate, "GFLOP/s")
					b.ReportMetric(100*rate/peak, "%peak")
				})
			}
		}
	}
}
