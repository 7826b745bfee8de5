// Package perf measures a machine, the kernels on it, and a whole training step:
// what each reaches of the peak that the machine has at that moment.
package perf

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"time"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/parallel"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/trainers"
)

// Subject is what is measured: a model that is ready to be trained.
type Subject struct {
	Name      string
	Model     *models.Model
	Tokenizer *tokenizers.Tokenizer
	Trainer   *trainers.Trainer
	Predict   func(context.Context) (sequences int, err error) // evaluates the examples once
	Examples  []tasks.Example
	Precision string         // as reports call it
	Lengths   string         // of the examples' texts
	BF16      bool           // products by weights are in bfloat16
	Pool      *parallel.Pool // that the trainer's processor computes on; nil: a GPU computes
	CPU       *device.CPU    // that the trainer computes on; nil: a GPU does
	Started   time.Time
}

// warmSteps are the steps before those that are timed.
const warmSteps = 3

// Measure times so many training steps, an evaluation, tokenization and the matrix
// products at the model's shapes. progress hears what comes next.
func Measure(ctx context.Context, s Subject, steps int, progress func(string)) (*Report, error) {
	ready := time.Since(s.Started)
	progress("measuring the machine")
	w := newWatch()
	r, on, peakOf := s.machine()
	threads, all := s.Pool.Threads(), on[1].peak
	cores := all.Threads()

	progress("measuring training steps")
	trace := &ops.Trace{}
	var peaks []float64
	before, start := waited(), time.Now()
	sums := &account{heard: make([]heard, 0, 1<<12)}
	times, err := s.Trainer.Measure(warmSteps, steps, trace, func() {
		peaks = append(peaks, peakOf(all))
		sums.begin()
		s.CPU.Observe(sums.hear) // from the first timed step on
	})
	s.CPU.Observe(nil)
	sums.settle()
	if err != nil {
		return nil, err
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	// The workers may have shared a core when they had just been started.
	if s.BF16 {
		r.Peak.BF16All = median(slices.Clone(peaks))
	} else {
		r.Peak.All = median(slices.Clone(peaks))
	}
	r.step(s.Name, s.Precision, threads, times, peaks, trace)
	r.Step.Lengths = s.Lengths
	r.Step.StartSeconds = ready.Seconds()
	r.Step.Waited = (waited() - before).Seconds() / (time.Since(start).Seconds() * float64(cores))
	r.Peak.Bandwidth = bandwidth(s.Pool) // now, for its arrays are no part of a step's memory

	progress("measuring evaluation and tokenization")
	start = time.Now()
	n, err := s.Predict(ctx)
	if err != nil {
		return nil, err
	}
	r.Eval.SequencesPerSecond = float64(n) / time.Since(start).Seconds()
	r.Tokenize.SentencesPerSecond = tokenizeRate(s.Tokenizer, s.Examples)

	progress("measuring matrix products")
	w.peaks = append(w.peaks, peaks...)
	err = r.products(ctx, s.Model, int(r.Step.Tokens), on, peakOf, w)
	r.Disturbed = w.disturbed(cores)
	if err != nil {
		return nil, err
	}
	r.calls(sums, times, threads, cmp.Or(r.Peak.BF16All, r.Peak.All))
	return r, nil
}

// Products measures the matrix products alone, those of the model's layers over so
// many tokens.
func Products(ctx context.Context, s Subject, tokens int, progress func(string)) (*Report, error) {
	progress("measuring matrix products")
	w := newWatch()
	r, on, peakOf := s.machine()
	err := r.products(ctx, s.Model, tokens, on, peakOf, w)
	r.Disturbed = w.disturbed(on[1].peak.Threads())
	return r, err
}

// machine begins a report with the machine and its peak, and returns what products
// are measured on and by which peak.
func (s *Subject) machine() (*Report, []measured, func(*parallel.Pool) float64) {
	r := &Report{Machine: thisMachine()}
	cores := min(s.Pool.Threads(), runtime.GOMAXPROCS(0))
	one, all := parallel.New(1), s.Pool
	if cores < s.Pool.Threads() {
		all = parallel.New(cores)
	}
	r.Peak = Peak{One: kernels.PeakFMA(one), All: kernels.PeakFMA(all)}
	peakOf := kernels.PeakFMA
	if s.BF16 {
		r.Peak.BF16One, r.Peak.BF16All = kernels.PeakBF16(one), kernels.PeakBF16(all)
		peakOf = kernels.PeakBF16
	}
	return r, []measured{{one, one}, {s.Pool, all}}, peakOf
}
