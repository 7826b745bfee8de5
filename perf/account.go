package perf

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/trainers"
)

// Call is one kind of call's part of a step, on average over the faster half of them:
// products of the same weights, or all calls of another kind.
type Call struct {
	// Name of products has their forms as Gemm has them, T for the step's tokens and B
	// for other rows: those of one call run side by side.
	Name   string  `json:"name"`
	Calls  float64 `json:"calls"` // a step
	MS     float64 `json:"ms"`    // a step
	GFLOPS float64 `json:"gflops"`
	Share  float64 `json:"share"` // of the peak
	// Alone is what the products take one by one, again and again, with nothing done to
	// their results; 0: not measured.
	Alone float64 `json:"alone_ms"`
}

// account adds up what the calls of steps take.
type account struct {
	steps  []map[string]*accounted // by the calls' names
	tokens int                     // of the step at hand
	heard  []heard                 // of the step at hand, not yet added up
}

// heard is a call and how long it took.
type heard struct {
	call device.Call
	took time.Duration
}

// hear notes a call. It is added up between steps, so that a step is not timed with its
// own account.
func (a *account) hear(call device.Call, took time.Duration) {
	a.heard = append(a.heard, heard{call, took})
}

// settle adds up what was heard.
func (a *account) settle() {
	for _, h := range a.heard {
		a.add(h.call, h.took)
	}
	clear(a.heard)
	a.heard = a.heard[:0]
}

type accounted struct {
	Call
	flops    float64
	products []device.Product // of one call
	parts    []float64        // operations of each of them in all calls
}

// add counts a call that took so long.
func (a *account) add(call device.Call, took time.Duration) {
	name, products := strings.TrimPrefix(fmt.Sprintf("%T", call), "*device."), []device.Product(nil)
	if p, ok := call.(*device.Products); ok {
		products = p.List
		name = a.nameOf(products)
	}
	step := a.steps[len(a.steps)-1]
	c := step[name]
	if c == nil {
		c = &accounted{Call: Call{Name: name}, products: slices.Clone(products), parts: make([]float64, len(products))}
		step[name] = c
	}
	c.Calls++
	c.MS += took.Seconds() * 1e3
	for i := range products {
		n := 2 * float64(products[i].M) * float64(products[i].N) * float64(products[i].K)
		for _, f := range products[i].More {
			n += 2 * float64(products[i].M) * float64(products[i].N) * float64(f.K)
		}
		c.flops += n
		c.parts[i] += n
	}
}

// begin tells that a step begins: its first product is over all its tokens.
func (a *account) begin() {
	a.settle()
	a.steps, a.tokens = append(a.steps, map[string]*accounted{}), 0
}

// faster sums up the calls of those steps that are not slower than the median one: a
// step that is longer than all before it may have to ask the system for memory. It
// returns how many steps that are, and what they took on average.
func (a *account) faster(times []trainers.StepTime) (sums map[string]*accounted, steps int, ms float64) {
	rate := func(i int) float64 { return times[i].FLOPs / times[i].Elapsed.Seconds() }
	var rates []float64
	for i := range times {
		rates = append(rates, rate(i))
	}
	least := median(rates)
	sums = map[string]*accounted{}
	for i, step := range a.steps {
		if rate(i) < least {
			continue
		}
		steps++
		ms += times[i].Elapsed.Seconds() * 1e3
		for name, c := range step {
			if all := sums[name]; all != nil {
				all.join(c)
			} else {
				sums[name] = c
			}
		}
	}
	return sums, steps, ms / float64(steps)
}

// join adds another step's calls of the same name.
func (c *accounted) join(o *accounted) {
	c.Calls, c.MS, c.flops = c.Calls+o.Calls, c.MS+o.MS, c.flops+o.flops
	for i, n := range o.parts {
		c.parts[i] += n
	}
}

func (a *account) nameOf(products []device.Product) string {
	var names []string
	for i := range products {
		p := &products[i]
		rows := p.M
		if p.TA {
			rows = p.K
		}
		if a.tokens == 0 {
			a.tokens = rows
		}
		of := "B"
		if rows == a.tokens {
			of = "T"
		}
		name := fmt.Sprintf("%s %s×%d×%d", formOf(p), of, p.K, p.N)
		if p.TA {
			name = fmt.Sprintf("tn %d×%s×%d", p.M, of, p.N)
		}
		if n := 1 + len(p.More); n > 1 {
			name = fmt.Sprintf("%d %s", n, name)
		}
		names = append(names, name)
	}
	var all []string
	for i := 0; i < len(names); { // the same ones once, with their number
		n := 1
		for i+n < len(names) && names[i+n] == names[i] {
			n++
		}
		name := names[i]
		if n > 1 {
			name = fmt.Sprintf("%d %s", n, name)
		}
		all = append(all, name)
		i += n
	}
	return strings.Join(all, " + ")
}

func formOf(p *device.Product) string {
	form := [2]byte{'n', 'n'}
	if p.TA {
		form[0] = 't'
	}
	if p.TB {
		form[1] = 't'
	}
	return string(form[:])
}

// calls sums up the calls of the faster half of steps, the longest first, by the
// products that were measured alone on so many threads, and what no call took.
func (r *Report) calls(a *account, times []trainers.StepTime, threads int, peak float64) {
	sums, n, rest := a.faster(times)
	steps := float64(n)
	for _, c := range sums {
		c.GFLOPS = c.flops / c.MS / 1e6
		c.Share = c.GFLOPS / peak
		for i := range c.products {
			rate := r.alone(&c.products[i], threads)
			if rate == 0 || strings.Contains(c.Name, "B×") || strings.Contains(c.Name, "×B") {
				c.Alone = 0
				break
			}
			c.Alone += c.parts[i] / rate / 1e6
		}
		c.Alone, c.MS, c.Calls = c.Alone/steps, c.MS/steps, c.Calls/steps
		rest -= c.MS
		r.Calls = append(r.Calls, c.Call)
	}
	slices.SortFunc(r.Calls, func(a, b Call) int { return cmp.Or(cmp.Compare(b.MS, a.MS), cmp.Compare(a.Name, b.Name)) })
	r.Calls = append(r.Calls, Call{Name: "between calls", MS: rest})
}

// alone returns the rate of a product alone, 0 if it was not measured.
func (r *Report) alone(p *device.Product, threads int) float64 {
	form := formOf(p)
	for i := range r.Gemm {
		g := &r.Gemm[i]
		if g.Threads == threads && g.Form == form && g.N == p.N && (form == "tn" && g.M == p.M || form != "tn" && g.K == p.K) {
			return g.GFLOPS
		}
	}
	return 0
}

// writeCalls prints them.
func (r *Report) writeCalls(w io.Writer) {
	fmt.Fprintln(w, "\nCALL\tA STEP\tms A STEP\tALONE\tGFLOP/s\tOF PEAK")
	for _, c := range r.Calls {
		alone := "–"
		if c.Alone > 0 {
			alone = fmt.Sprintf("%.2f", c.Alone)
		}
		fmt.Fprintf(w, "%s\t%.0f\t%.2f\t%s\t%.1f\t%.0f %%\n", c.Name, c.Calls, c.MS, alone, c.GFLOPS, 100*c.Share)
	}
}
