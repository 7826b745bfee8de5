package perf

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/lmkor/bench/device"
)

// Call is one kind of call's part of a step: products of the same weights, or all
// calls of another kind.
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

// account adds up what a step's calls take.
type account struct {
	byName map[string]*accounted
	tokens int // of the step at hand
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
	if a.byName == nil {
		a.byName = map[string]*accounted{}
	}
	c := a.byName[name]
	if c == nil {
		c = &accounted{Call: Call{Name: name}, products: slices.Clone(products), parts: make([]float64, len(products))}
		a.byName[name] = c
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
func (a *account) begin() { a.tokens = 0 }

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

// calls sums up n steps' calls, the longest first, by the products that were measured
// alone on so many threads, and what no call took.
func (r *Report) calls(a *account, steps float64, threads int, stepMS, peak float64) {
	rest := stepMS
	for _, c := range a.byName {
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
