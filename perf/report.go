package perf

import (
	"cmp"
	"slices"

	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/trainers"
)

// Report is what a measurement found.
type Report struct {
	Machine   Machine    `json:"machine"`
	Peak      Peak       `json:"peak"`
	Gemm      []Gemm     `json:"gemm"`
	Step      Step       `json:"step"`
	Disturbed Disturbed  `json:"disturbed"`
	Operators []Operator `json:"operators"`
	Calls     []Call     `json:"calls"`
	Eval      struct {
		SequencesPerSecond float64 `json:"sequences_per_second"`
	} `json:"eval"`
	Tokenize struct {
		SentencesPerSecond float64 `json:"sentences_per_second"`
	} `json:"tokenize"`
}

// Machine is what was measured.
type Machine struct {
	CPU     string `json:"cpu"`
	Cores   int    `json:"cores"` // that Go may use
	L1      int    `json:"l1"`    // bytes of a core's data cache, -1 where unknown
	L2      int    `json:"l2"`
	L3      int    `json:"l3"`
	Kernels string `json:"kernels"`
	OS      string `json:"os"`
	Go      string `json:"go"`
}

// Peak is the most that the machine can do, in GFLOP/s and GB/s.
type Peak struct {
	One       float64 `json:"fma_gflops_one"`
	All       float64 `json:"fma_gflops"`
	BF16One   float64 `json:"bfloat16_gflops_one,omitempty"` // where the precision is bfloat16
	BF16All   float64 `json:"bfloat16_gflops,omitempty"`
	Bandwidth float64 `json:"bandwidth_gb"`
}

// Gemm is a matrix product at one of the model's own shapes.
type Gemm struct {
	Form    string  `json:"form"` // nt: forward, nn: input gradient, tn: weight gradient
	M       int     `json:"m"`
	K       int     `json:"k"`
	N       int     `json:"n"`
	Threads int     `json:"threads"`
	GFLOPS  float64 `json:"gflops"` // median
	Low     float64 `json:"low"`    // that nine of ten repeats reach
	Share   float64 `json:"share"`  // of the peak of as many threads, the higher of the two just before and just behind
}

// Step is a whole training step.
type Step struct {
	Model           string  `json:"model"`
	Precision       string  `json:"precision"`
	Lengths         string  `json:"lengths"` // rows or pairs: see Pairs
	Threads         int     `json:"threads"`
	Sequences       int     `json:"sequences"` // of a step
	Tokens          float64 `json:"tokens"`    // of a step, on average
	MS              float64 `json:"ms"`        // median
	GFLOPS          float64 `json:"gflops"`    // of matrix products over real tokens, median
	Share           float64 `json:"share"`     // of the peak just before each step, median
	Slowest         float64 `json:"slowest"`   // the rate of the slowest step, by the median
	TokensPerSecond float64 `json:"tokens_per_second"`
	PeakMB          float64 `json:"peak_mb"`
	Allocated       float64 `json:"allocated_bytes_per_step"` // on the collector's heap, behind the steps that warm up
	Waited          float64 `json:"waited"`                   // share of the threads' time in which others had the cores; Linux only
	StartSeconds    float64 `json:"start_seconds"`            // from the command until model and rows are ready for the first step
}

// Operator is one operator's part of a step.
type Operator struct {
	Name   string  `json:"name"`
	MS     float64 `json:"ms"` // a step
	GFLOPS float64 `json:"gflops"`
	Share  float64 `json:"share"` // of the FMA peak
	GB     float64 `json:"gb_per_second"`
}

// median returns the middle one of x, which it sorts.
func median(x []float64) float64 {
	slices.Sort(x)
	return x[len(x)/2]
}

// step sums up the steps, each with the peak before it, and their operators.
func (r *Report) step(model, precision string, threads int,
	times []trainers.StepTime, peaks []float64, trace *ops.Trace) {
	var ms, gflops, shares []float64
	var allocated []float64 // their median: a step that is longer than all before makes the arena grow
	tokens, sequences, total := 0, 0, 0.0
	for i, t := range times {
		took := t.Elapsed.Seconds()
		ms = append(ms, took*1e3)
		gflops = append(gflops, t.FLOPs/took/1e9)
		shares = append(shares, t.FLOPs/took/1e9/peaks[i])
		tokens += t.Tokens
		sequences += t.Sequences
		total += took
		allocated = append(allocated, float64(t.Allocated))
	}
	n := float64(len(times))
	r.operators(trace, n)
	r.Step = Step{Model: model, Precision: precision, Threads: threads, Sequences: sequences / len(times),
		Tokens: float64(tokens) / n,
		MS:     median(ms), GFLOPS: median(gflops), Share: median(shares), Slowest: slices.Min(gflops) / median(gflops),
		TokensPerSecond: float64(tokens) / total, PeakMB: peakMB(), Allocated: median(allocated)}
}

// operators sums up what the operators of n steps took, the longest first.
func (r *Report) operators(trace *ops.Trace, n float64) {
	byName := map[string]*Operator{}
	var all []*Operator
	for _, c := range trace.Costs() {
		o := byName[c.Name]
		if o == nil {
			o = &Operator{Name: c.Name}
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
		if o.Name == "linear" && r.Peak.BF16All > 0 { // the only operator that the precision is about
			peak = r.Peak.BF16All
		}
		o.Share = o.GFLOPS / peak
		r.Operators = append(r.Operators, *o)
	}
	slices.SortFunc(r.Operators, func(a, b Operator) int { return cmp.Compare(b.MS, a.MS) })
}
