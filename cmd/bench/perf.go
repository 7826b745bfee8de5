package main

import (
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

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
Rates and shares are medians, and the peak is measured anew before each step and
each product: on a shared machine it is another one from moment to moment.`,
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
	fl.StringVar(&f.dataDir, "data-dir", runs.Samples, "the folder `D` of official files, or samples")
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
	m, err := checkpoints.Find(f.model)
	if err != nil {
		return nil, err
	}
	set, err := runs.DataSource{Dir: f.dataDir}.Open(t, tasks.Train)
	if err != nil {
		return nil, err
	}
	// A few thousand rows are enough, and a vocabulary of them soon trained.
	const rows = 4096
	s, err := m.Load(t, recipe.Seed, runs.Texts(set, rows))
	if err != nil {
		return nil, err
	}
	d, err := objectives.NewLabelled(s.Model, s.Tokenizer, t, set.Examples, runs.Reading(recipe, rows))
	if err != nil {
		return nil, err
	}
	trainer, err := trainers.New(d, runs.Options(recipe), nil, nil)
	if err != nil {
		return nil, err
	}
	ready := time.Since(startOf(cmd.Context()))
	kernels.SetThreads(recipe.Threads)
	r := &perfReport{Machine: thisMachine()}
	threads := kernels.Threads()
	fmt.Fprintln(cmd.ErrOrStderr(), "measuring the machine")
	cores := min(threads, runtime.GOMAXPROCS(0))
	r.Peak = perfPeak{One: kernels.PeakFMA(1), All: kernels.PeakFMA(cores)}
	peakOf := kernels.PeakFMA
	if recipe.Precision == configs.Bfloat16 {
		r.Peak.BF16One, r.Peak.BF16All = kernels.PeakBF16(1), kernels.PeakBF16(cores)
		peakOf = kernels.PeakBF16
	}

	fmt.Fprintln(cmd.ErrOrStderr(), "measuring training steps")
	trace := &ops.Trace{}
	var peaks []float64
	times, err := trainer.Measure(3, f.steps, trace, func() { peaks = append(peaks, peakOf(cores)) })
	if err != nil {
		return nil, err
	}
	// The workers may have shared a core when they had just been started.
	if recipe.Precision == configs.Bfloat16 {
		r.Peak.BF16All = median(slices.Clone(peaks))
	} else {
		r.Peak.All = median(slices.Clone(peaks))
	}
	r.step(m.Name, recipe, threads, times, peaks, trace)
	r.Step.StartSeconds = ready.Seconds()
	r.Peak.Bandwidth = kernels.Bandwidth() // now, for its arrays are no part of a step's memory

	fmt.Fprintln(cmd.ErrOrStderr(), "measuring evaluation and tokenization")
	start := time.Now()
	if _, err := d.Predict(cmd.Context(), ops.NewCPU()); err != nil {
		return nil, err
	}
	r.Eval.SequencesPerSecond = float64(d.Len()) / time.Since(start).Seconds()
	r.Tokenize.SentencesPerSecond = tokenizeRate(s.Tokenizer, set.Examples)

	fmt.Fprintln(cmd.ErrOrStderr(), "measuring matrix products")
	r.products(s.Model, int(r.Step.Tokens), threads, peakOf)
	return r, nil
}
