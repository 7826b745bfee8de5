package rates

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/lmkor/bench/device"
)

// clock is a device whose products take so long by a clock that nothing else moves, and which
// computes when it is waited for.
type clock struct {
	device.Backend
	takes   map[device.Precision]func(p device.Product) time.Duration
	pending time.Duration
	ran     map[device.Precision]map[[3]int]int // products by their shape
	held    int                                 // buffers
	most    int                                 // floats of a buffer
}

func newClock(half, full func(p device.Product) time.Duration) *clock {
	return &clock{takes: map[device.Precision]func(device.Product) time.Duration{device.Float16: half, device.Float32: full},
		ran: map[device.Precision]map[[3]int]int{device.Float16: {}, device.Float32: {}}}
}

func (c *clock) New(n int) device.Buffer {
	c.held++
	c.most = max(c.most, n)
	return device.Host(make([]float32, n))
}

func (c *clock) Free(device.Buffer) { c.held-- }

func (c *clock) Write(device.Buffer, []float32) {}

func (c *clock) Read(dst []float32, src device.Buffer) {
	time.Sleep(c.pending)
	c.pending = 0
}

func (c *clock) Run(calls ...device.Call) {
	for _, call := range calls {
		o := call.(*device.Products)
		for _, p := range o.List {
			c.ran[o.Precision][[3]int{p.M, p.N, p.K}]++
			c.pending += c.takes[o.Precision](p)
		}
	}
}

// by is what a product takes at so many operations a nanosecond.
func by(rate float64) func(device.Product) time.Duration {
	return func(p device.Product) time.Duration {
		return time.Duration(2 * float64(p.M) * float64(p.N) * float64(p.K) / rate)
	}
}

// The rates are those of the whole list: of the operations in all shapes by the time of all, in
// either precision; all shapes run in both, and nothing stays on the device.
func TestRatesAreThoseOfAllShapes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClock(by(2000), by(1000))
		half, full := Measure(c)
		if near := func(x, y float64) bool { return math.Abs(x/y-1) < 1e-3 }; !near(half, 2e12) || !near(full, 1e12) {
			t.Errorf("%v and %v, want 2e12 and 1e12", half, full)
		}
		for in, ran := range c.ran {
			if len(ran) != len(shapes) {
				t.Errorf("%v: %d shapes ran, want %d", in, len(ran), len(shapes))
			}
		}
		if c.held != 0 || c.pending != 0 {
			t.Errorf("%d buffers stay, %v of work was not waited for", c.held, c.pending)
		}
		for _, p := range shapes {
			if n := max(p.M*p.N, p.M*p.K, p.K*p.N); n > c.most {
				t.Errorf("%v: buffers of %d, want %d", p, c.most, n)
			}
		}
	})
}

// The best turn counts, not one in which the device did something else, nor a first product, in
// which a kernel is compiled.
func TestTheBestTurnCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runs := map[[3]int]int{}
		c := newClock(func(p device.Product) time.Duration {
			at := [3]int{p.M, p.N, p.K}
			if runs[at]++; runs[at] <= 10 || runs[at] > 18 { // all but the second of three turns
				return 3 * time.Millisecond
			}
			return time.Millisecond
		}, func(device.Product) time.Duration { return time.Millisecond })
		if half, full := Measure(c); half >= full*1.01 || half < full*0.99 {
			t.Errorf("%v in float16 and %v in float32, want as much", half, full)
		}
	})
}

// What is slower by far at the first shape, in either precision, is measured no further.
func TestWhatIsPlainIsNotMeasured(t *testing.T) {
	for _, c := range []struct{ half, full float64 }{{1, 10}, {10, 1}} {
		synctest.Test(t, func(t *testing.T) {
			d := newClock(by(c.half), by(c.full))
			half, full := Measure(d)
			if (half < full) != (c.half < c.full) || len(d.ran[device.Float16]) != 1 || len(d.ran[device.Float32]) != 1 || d.held != 0 {
				t.Errorf("%v and %v over %v", half, full, d.ran)
			}
		})
	}
}
