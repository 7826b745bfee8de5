package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/klauspost/cpuid/v2"
	"github.com/spf13/cobra"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/trainers"
)

// perfReport is what `bench perf` measures.
type perfReport struct {
	Machine   perfMachine    `json:"machine"`
	Peak      perfPeak       `json:"peak"`
	Gemm      []perfGemm     `json:"gemm"`
	Step      perfStep       `json:"step"`
	Operators []perfOperator `json:"operators"`
	Eval      struct {
		SequencesPerSecond float64 `json:"sequences_per_second"`
	} `json:"eval"`
	Tokenize struct {
		SentencesPerSecond float64 `json:"sentences_per_second"`
	} `json:"tokenize"`
}

type perfMachine struct {
	CPU     string `json:"cpu"`
	Cores   int    `json:"cores"` // that Go may use
	L1      int    `json:"l1"`    // bytes of a core's data cache, -1 where unknown
	L2      int    `json:"l2"`
	L3      int    `json:"l3"`
	Kernels string `json:"kernels"`
	OS      string `json:"os"`
	Go      string `json:"go"`
}

type perfPeak struct {
	One       float64 `json:"fma_gflops_one"`
	All       float64 `json:"fma_gflops"`
	BF16One   float64 `json:"bfloat16_gflops_one,omitempty"` // where the precision is bfloat16
	BF16All   float64 `json:"bfloat16_gflops,omitempty"`
	Bandwidth float64 `json:"bandwidth_gb"`
}

// of returns the peak that a share of a product by weights is of, on one thread
// or on all.
func (p perfPeak) of(all bool) float64 {
	switch {
	case p.BF16One > 0 && all:
		return p.BF16All
	case p.BF16One > 0:
		return p.BF16One
	case all:
		return p.All
	}
	return p.One
}

type perfGemm struct {
	Form    string  `json:"form"` // nt: forward, nn: input gradient, tn: weight gradient
	M       int     `json:"m"`
	K       int     `json:"k"`
	N       int     `json:"n"`
	Threads int     `json:"threads"`
	GFLOPS  float64 `json:"gflops"`
	Share   float64 `json:"share"` // of the peak of as many threads
}

type perfStep struct {
	Model           string  `json:"model"`
	Precision       string  `json:"precision"`
	Threads         int     `json:"threads"`
	Sequences       int     `json:"sequences"` // of a step
	Tokens          float64 `json:"tokens"`    // of a step, on average
	MS              float64 `json:"ms"`        // median
	GFLOPS          float64 `json:"gflops"`    // of matrix products over real tokens
	Share           float64 `json:"share"`
	TokensPerSecond float64 `json:"tokens_per_second"`
	PeakMB          float64 `json:"peak_mb"`
	Allocated       float64 `json:"allocated_bytes_per_step"` // on the collector's heap, behind the steps that warm up
	StartSeconds    float64 `json:"start_seconds"`            // from the command until model and rows are ready for the first step
}

type perfOperator struct {
	Name   string  `json:"name"`
	MS     float64 `json:"ms"` // a step
	GFLOPS float64 `json:"gflops"`
	Share  float64 `json:"share"` // of the FMA peak
	GB     float64 `json:"gb_per_second"`
}

// perfFlags are the flags of `bench perf`.
type perfFlags struct {
	model, task, dataDir, format, against string
	set                                   []string
	steps                                 int
}

func newPerfCmd() *cobra.Command {
	var f perfFlags
	cmd := &cobra.Command{
		Use:   "perf",
		Short: "Measure this machine, the kernels and a whole training step",
		Long: `Measures the multiply-add peak and the memory bandwidth of this machine here and now,
the matrix products at the model's own shapes, and training steps on rows of the
task, operator by operator. FLOPs are those of matrix products over real tokens.
In bfloat16 the products by weights, and the step, are held to the bfloat16 peak.
Figures of a busy machine say little: shares of a peak measured at another moment
least of all.`,
		Example: `  bench perf --model bert-small-scratch
  bench perf --model ./my-bert --data-dir DATA --set precision=bfloat16 --format json > now.json
  bench perf --model ./my-bert --data-dir DATA --against before.json`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(f.format, "table", "json"); err != nil {
				return err
			}
			r, err := f.measure(cmd)
			if err != nil {
				return err
			}
			if f.format == "json" {
				return printJSON(cmd, r)
			}
			return f.print(cmd, r)
		},
	}
	fl := cmd.Flags()
	fl.StringVarP(&f.model, "model", "m", "bert-small-scratch", "the model `M` to train")
	fl.StringVarP(&f.task, "task", "t", "nsmc", "the task `T` whose rows are used")
	fl.StringVar(&f.dataDir, "data-dir", sampleData, "the folder `D` of official files, or samples")
	fl.StringArrayVar(&f.set, "set", nil, "a recipe field `key=value`; may be repeated")
	fl.IntVar(&f.steps, "steps", 12, "steps to time, behind three that warm up")
	fl.StringVar(&f.against, "against", "", "a JSON `FILE` of an earlier measurement to compare with")
	fl.StringVar(&f.format, "format", "table", "table or json")
	return cmd
}

func (f *perfFlags) measure(cmd *cobra.Command) (*perfReport, error) {
	if f.steps < 1 {
		return nil, usagef("--steps %d: want 1 or more", f.steps)
	}
	t, err := tasks.Find(f.task)
	if err != nil {
		return nil, err
	}
	recipe, err := (&configs.Suite{Set: f.set}).RecipeFor(t.Name)
	if err != nil {
		return nil, usageError{err}
	}
	m, err := findModel(f.model)
	if err != nil {
		return nil, err
	}
	set, err := dataSource{dir: f.dataDir}.open(t, tasks.Train)
	if err != nil {
		return nil, err
	}
	// A few thousand rows are enough, and a vocabulary of them soon trained.
	const rows = 4096
	s, err := m.load(t, recipe.Seed, texts(set, rows))
	if err != nil {
		return nil, err
	}
	d, err := trainers.Encode(t, set.Examples, s.tok, recipe.MaxLength, recipe.Truncation, rows)
	if err == nil {
		err = d.Check(s.model)
	}
	if err != nil {
		return nil, err
	}
	trainer, err := trainers.New(s.model, options(recipe), nil, nil)
	if err != nil {
		return nil, err
	}
	ready := time.Since(started)
	kernels.SetThreads(recipe.Threads)
	r := &perfReport{Machine: thisMachine()}
	threads := kernels.Threads()
	fmt.Fprintln(cmd.ErrOrStderr(), "measuring the machine")
	cores := min(threads, runtime.GOMAXPROCS(0))
	r.Peak = perfPeak{One: kernels.PeakFMA(1), All: kernels.PeakFMA(cores), Bandwidth: kernels.Bandwidth()}
	if recipe.Precision == configs.Bfloat16 {
		r.Peak.BF16One, r.Peak.BF16All = kernels.PeakBF16(1), kernels.PeakBF16(cores)
	}

	fmt.Fprintln(cmd.ErrOrStderr(), "measuring training steps")
	trace := &ops.Trace{}
	times, err := trainer.Measure(d, 3, f.steps, trace)
	if err != nil {
		return nil, err
	}
	r.step(m.Name, recipe, threads, times, trace)
	r.Step.StartSeconds = ready.Seconds()

	fmt.Fprintln(cmd.ErrOrStderr(), "measuring evaluation and tokenization")
	start := time.Now()
	if _, err := trainer.Predict(cmd.Context(), d); err != nil {
		return nil, err
	}
	r.Eval.SequencesPerSecond = float64(d.Len()) / time.Since(start).Seconds()
	r.Tokenize.SentencesPerSecond = tokenizeRate(s.tok, set.Examples)

	fmt.Fprintln(cmd.ErrOrStderr(), "measuring matrix products")
	r.products(s.model, int(r.Step.Tokens), threads)
	return r, nil
}

func thisMachine() perfMachine {
	c := cpuid.CPU
	return perfMachine{CPU: c.BrandName, Cores: runtime.GOMAXPROCS(0), L1: c.Cache.L1D, L2: c.Cache.L2, L3: c.Cache.L3,
		Kernels: kernels.Name(), OS: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version()}
}

// step sums up the steps and their operators.
func (r *perfReport) step(model string, recipe configs.Recipe, threads int, times []trainers.StepTime, trace *ops.Trace) {
	var ms []float64
	var allocated []float64 // their median: a step that is longer than all before makes the arena grow
	tokens, sequences, total := 0, 0, 0.0
	for _, t := range times {
		ms = append(ms, t.Elapsed.Seconds()*1e3)
		tokens += t.Tokens
		sequences += t.Sequences
		total += t.Elapsed.Seconds()
		allocated = append(allocated, float64(t.Allocated))
	}
	slices.Sort(ms)
	slices.Sort(allocated)
	n := float64(len(times))
	var flops float64
	byName := map[string]*perfOperator{}
	var all []*perfOperator
	for _, c := range trace.Costs() {
		flops += c.FLOPs
		o := byName[c.Name]
		if o == nil {
			o = &perfOperator{Name: c.Name}
			byName[c.Name] = o
			all = append(all, o)
		}
		o.MS += c.Time.Seconds() * 1e3 / n
		o.GFLOPS += c.FLOPs / 1e9
		o.GB += c.Bytes / 1e9
	}
	for _, o := range all {
		o.GFLOPS /= o.MS / 1e3 * n
		o.GB /= o.MS / 1e3 * n
		peak := r.Peak.All
		if o.Name == "linear" { // the only operator that the precision is about
			peak = r.Peak.of(true)
		}
		o.Share = o.GFLOPS / peak
		r.Operators = append(r.Operators, *o)
	}
	slices.SortFunc(r.Operators, func(a, b perfOperator) int { return cmp.Compare(b.MS, a.MS) })
	r.Step = perfStep{Model: model, Precision: recipe.Precision, Threads: threads, Sequences: sequences / len(times), Tokens: float64(tokens) / n,
		MS: ms[len(ms)/2], GFLOPS: flops / total / 1e9, Share: flops / total / 1e9 / r.Peak.of(true),
		TokensPerSecond: float64(tokens) / total, PeakMB: peakMB(), Allocated: allocated[len(allocated)/2]}
}

// products measures the forms of the matrix product at the model's own widths.
func (r *perfReport) products(m *models.Model, tokens, threads int) {
	type width struct{ in, out int }
	var widths []width
	for _, p := range m.Params() {
		if len(p.Shape) == 2 && p.Shape[0] >= 64 && p.Shape[1] >= 64 && !strings.Contains(p.Name, "embedding") {
			if w := (width{p.Shape[1], p.Shape[0]}); !slices.Contains(widths, w) {
				widths = append(widths, w)
			}
		}
	}
	counts := []int{1}
	if threads > 1 {
		counts = append(counts, threads)
	}
	defer kernels.SetThreads(threads)
	for _, n := range counts {
		kernels.SetThreads(n)
		peak := r.Peak.of(n > 1)
		for _, w := range widths {
			for _, form := range []string{"nt", "nn", "tn"} {
				g := timeGemm(form, tokens, w.in, w.out, r.Peak.BF16One > 0)
				g.Threads, g.Share = n, g.GFLOPS/peak
				r.Gemm = append(r.Gemm, g)
			}
		}
	}
}

// timeGemm takes the best of several rounds of a layer's product, from in to
// out, for so many tokens.
func timeGemm(form string, tokens, in, out int, bf16 bool) perfGemm {
	gemm := kernels.Gemm
	if bf16 {
		gemm = kernels.GemmBF16
	}
	g := perfGemm{Form: form, M: tokens, K: in, N: out}
	switch form {
	case "nn":
		g.K, g.N = out, in
	case "tn":
		g.M, g.K, g.N = out, tokens, in
	}
	a, b, c := make([]float32, g.M*g.K), make([]float32, g.K*g.N), make([]float32, g.M*g.N)
	lda, ldb := g.K, g.N
	if form[0] == 't' {
		lda = g.M
	}
	if form[1] == 't' {
		ldb = g.K
	}
	flops := 2 * float64(g.M) * float64(g.K) * float64(g.N)
	for begun := time.Now(); time.Since(begun) < 60*time.Millisecond; {
		start := time.Now()
		gemm(form[0] == 't', form[1] == 't', g.M, g.N, g.K, a, lda, b, ldb, false, c, g.N)
		g.GFLOPS = max(g.GFLOPS, flops/time.Since(start).Seconds()/1e9)
	}
	return g
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

// peakMB is the most memory that the process has had, in 10^6 bytes: Linux's
// count of resident pages, elsewhere what the runtime has now.
func peakMB() float64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return memoryMB()
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			if kb, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB"))); err == nil {
				return float64(kb) * 1024 / 1e6
			}
		}
	}
	return memoryMB()
}

func (f *perfFlags) print(cmd *cobra.Command, r *perfReport) error {
	var old *perfReport
	if f.against != "" {
		b, err := os.ReadFile(f.against)
		if err != nil {
			return err
		}
		old = &perfReport{}
		if err := json.Unmarshal(b, old); err != nil {
			return fmt.Errorf("%s: %w", f.against, err)
		}
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "%s, %d cores, %s kernels, %s\n", r.Machine.CPU, r.Machine.Cores, r.Machine.Kernels, r.Machine.OS)
	fmt.Fprintf(w, "peak: %.1f GFLOP/s on one thread, %.1f on all; memory %.1f GB/s\n", r.Peak.One, r.Peak.All, r.Peak.Bandwidth)
	if r.Peak.BF16One > 0 {
		fmt.Fprintf(w, "peak in bfloat16: %.1f GFLOP/s on one thread, %.1f on all; shares of the step, of products and of linear layers are of it\n", r.Peak.BF16One, r.Peak.BF16All)
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "PRODUCT\tM\tK\tN\tTHREADS\tGFLOP/s\tOF PEAK")
	for _, g := range r.Gemm {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%.1f\t%.0f %%\n", g.Form, g.M, g.K, g.N, g.Threads, g.GFLOPS, 100*g.Share)
	}
	fmt.Fprintln(w, "\nOPERATOR\tms A STEP\tGFLOP/s\tOF PEAK\tGB/s")
	for _, o := range r.Operators {
		fmt.Fprintf(w, "%s\t%.2f\t%.1f\t%.0f %%\t%.1f\n", o.Name, o.MS, o.GFLOPS, 100*o.Share, o.GB)
	}
	s := r.Step
	fmt.Fprintf(w, "\nstep of %s in %s on %d threads: %.2f ms for %d sequences of %.0f tokens, %.1f GFLOP/s (%.0f %% of peak), %.0f tokens/s, %.0f MB at most\n",
		s.Model, s.Precision, s.Threads, s.MS, s.Sequences, s.Tokens, s.GFLOPS, 100*s.Share, s.TokensPerSecond, s.PeakMB)
	fmt.Fprintf(w, "start: ready for the first step after %.2f s; %.0f kB allocated a step\n", s.StartSeconds, s.Allocated/1e3)
	fmt.Fprintf(w, "evaluation: %.0f sequences/s; tokenization: %.0f sentences/s on one core\n", r.Eval.SequencesPerSecond, r.Tokenize.SentencesPerSecond)
	if old != nil {
		fmt.Fprintf(w, "\nAGAINST %s\tBEFORE\tNOW\tRATIO\n", f.against)
		for _, c := range []struct {
			name     string
			old, now float64
		}{
			{"peak GFLOP/s", old.Peak.All, r.Peak.All}, {"step ms", old.Step.MS, s.MS}, {"step share of peak", old.Step.Share, s.Share},
			{"tokens/s", old.Step.TokensPerSecond, s.TokensPerSecond}, {"peak MB", old.Step.PeakMB, s.PeakMB},
			{"kB allocated a step", old.Step.Allocated / 1e3, s.Allocated / 1e3}, {"start s", old.Step.StartSeconds, s.StartSeconds},
			{"evaluation sequences/s", old.Eval.SequencesPerSecond, r.Eval.SequencesPerSecond},
			{"tokenization sentences/s", old.Tokenize.SentencesPerSecond, r.Tokenize.SentencesPerSecond},
		} {
			fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%.2f\n", c.name, c.old, c.now, c.now/c.old)
		}
	}
	return w.Flush()
}
