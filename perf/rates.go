package perf

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/klauspost/cpuid/v2"

	"github.com/lmkor/bench/internal/splitmix"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/parallel"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

func thisMachine() Machine {
	c := cpuid.CPU
	return Machine{CPU: c.BrandName, Cores: runtime.GOMAXPROCS(0), L1: c.Cache.L1D, L2: c.Cache.L2, L3: c.Cache.L3,
		Kernels: kernels.Name(), OS: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version()}
}

// measured are the threads that products are measured on, and those of the peak that they
// are compared with: not more than cores.
type measured struct{ of, peak *parallel.Pool }

// width is what a layer makes of what.
type width struct{ in, out int }

// widthsOf returns the widths of a model's layers, each once, but for narrow ones.
func widthsOf(m *models.Model) (all []width) {
	for _, p := range m.Params() {
		if len(p.Shape) == 2 && p.Shape[0] >= 64 && p.Shape[1] >= 64 && !strings.Contains(p.Name, "embedding") {
			if w := (width{p.Shape[1], p.Shape[0]}); !slices.Contains(all, w) {
				all = append(all, w)
			}
		}
	}
	return all
}

// products measures the forms of the matrix product at the model's own widths, on
// each of the pools that has another number of threads.
func (r *Report) products(ctx context.Context, m *models.Model, tokens int, on []measured,
	peakOf func(*parallel.Pool) float64, seen *watch) error {
	r.Gemm = []Gemm{} // a model narrower than the kernels' tiles has none worth measuring
	widths := widthsOf(m)
	for i, p := range on {
		if i > 0 && p.of.Threads() == on[i-1].of.Threads() {
			break
		}
		before := peakOf(p.peak)
		for _, w := range widths {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			for _, form := range []string{"nt", "nn", "tn"} {
				g := timeGemm(p.of, form, tokens, w.in, w.out, r.Peak.BF16One > 0)
				behind := peakOf(p.peak)
				g.Threads, g.Share = p.of.Threads(), g.GFLOPS/max(before, behind)
				r.Gemm = append(r.Gemm, g)
				if before = behind; p.of.Threads() == on[len(on)-1].of.Threads() {
					seen.peaks = append(seen.peaks, behind)
				}
			}
		}
	}
	return nil
}

// timeGemm takes the median of several rounds of a layer's product, from in to
// out, for so many tokens.
func timeGemm(pool *parallel.Pool, form string, tokens, in, out int, bf16 bool) Gemm {
	gemm := kernels.Gemm
	if bf16 {
		gemm = kernels.GemmBF16
	}
	g := Gemm{Form: form, M: tokens, K: in, N: out}
	switch form {
	case "nn":
		g.K, g.N = out, in
	case "tn":
		g.M, g.K, g.N = out, tokens, in
	}
	a, b, c := drawn(g.M*g.K, 1), drawn(g.K*g.N, 2), kernels.Floats(g.M*g.N) // as a training's lie
	lda, ldb := g.K, g.N
	if form[0] == 't' {
		lda = g.M
	}
	if form[1] == 't' {
		ldb = g.K
	}
	flops := 2 * float64(g.M) * float64(g.K) * float64(g.N)
	var rates []float64
	for begun := time.Now(); time.Since(begun) < 60*time.Millisecond || len(rates) < 5; {
		start := time.Now()
		gemm(pool, form[0] == 't', form[1] == 't', g.M, g.N, g.K, a, lda, b, ldb, false, c, g.N)
		rates = append(rates, flops/time.Since(start).Seconds()/1e9)
	}
	rates = rates[1:] // the first one maps the pages
	g.GFLOPS = median(rates)
	g.Low = rates[len(rates)/10]
	return g
}

// drawn returns n numbers between -1 and 1: zeros would take less of the power that a
// processor's clock depends on.
func drawn(n int, seed uint64) []float32 {
	x := kernels.Floats(n)
	for i := range x {
		x[i] = float32(splitmix.Unit(splitmix.Key(seed, uint64(i)))*2 - 1)
	}
	return x
}

// tokenizeRate returns how many examples a second one core tokenizes.
func tokenizeRate(tok *tokenizers.Tokenizer, examples []tasks.Example) float64 {
	var ids tokenizers.IDs
	n := 0
	start := time.Now()
	// Each row once, those first that were not read yet: words that come again
	// are remembered.
	for i := len(examples) - 1; i >= 0 && time.Since(start) < 300*time.Millisecond; i-- {
		e := &examples[i]
		tok.EncodeIDs(&ids, e.Text, e.Pair, e.HasPair, tokenizers.Options{MaxLength: 128})
		n++
	}
	return float64(n) / time.Since(start).Seconds()
}
