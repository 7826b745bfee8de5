package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan"
	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/perf"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

// perfOptions are the flags of `bench perf`.
type perfOptions struct {
	model, task, dataDir, lengths string
	format, against, device       string
	set                           []string
	steps, products               int
}

func newPerfCmd() *cobra.Command {
	var o perfOptions
	cmd := &cobra.Command{
		Use:   "perf",
		Short: "Measure this machine, the kernels and a whole training step",
		Long: `Measures the multiply-add peak and the memory bandwidth of this machine here and now,
the matrix products at the model's own shapes, and training steps on rows of the
task, operator by operator. FLOPs are those of matrix products over real tokens.
In bfloat16 the products by weights, and the step, are held to the bfloat16 peak.
Rates and shares are medians, and the peak is measured anew before each step and
each product: on a shared machine it is another one from moment to moment.

With --device it measures a GPU's peak, memory, copies and launches, and its products
at the model's shapes; it counts what a step gives it to do, launches, barriers, bytes
and arithmetic, against what the shapes need, and times the step, its operators and its
kernels. With --device paper it counts alone, and needs no GPU.`,
		Example: `  bench perf --model bert-small-scratch
  bench perf --model ./my-bert --data-dir DATA --set precision=bfloat16 --format json > now.json
  bench perf --model ./my-bert --data-dir DATA --lengths pairs --against before.json
  bench perf --model bert-small-scratch --products 529
  bench perf --model bert-small-scratch --device vulkan:0 --format json
  bench perf --model bert-small-scratch --device paper --format json`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), streamsOf(cmd)) },
	}
	fl := cmd.Flags()
	fl.StringVarP(&o.model, "model", "m", "bert-small-scratch", "the model `M` to train")
	fl.StringVarP(&o.task, "task", "t", "nsmc", "the task `T` whose rows are used")
	fl.StringVar(&o.dataDir, "data-dir", runs.Samples, "the folder `D` of official files, or samples")
	fl.StringVar(&o.lengths, "lengths", perf.AsTheyAre,
		"of the texts: rows, as they are, or pairs, rows joined to 30 to 128 tokens as sentence pairs have")
	fl.StringArrayVar(&o.set, "set", nil, "a recipe field `key=value`; may be repeated")
	fl.IntVar(&o.steps, "steps", 12, "steps to time, behind three that warm up")
	fl.IntVar(&o.products, "products", 0, "measure nothing but the products of a step of `N` tokens")
	fl.StringVar(&o.against, "against", "", "a JSON `FILE` of an earlier measurement to compare with")
	deviceFlag(cmd, &o.device)
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

// paper is the device that counts alone.
const paper = "paper"

// open opens the device that is to be measured.
func (o *perfOptions) open(ctx context.Context, s streams, in device.Precision, threads int) (*devices.Device, error) {
	if o.device == paper {
		if in == device.Bfloat16 {
			_, _, err := devices.ResolveFor(paper, in)
			return nil, err
		}
		b := vulkan.Paper(offered.Info{})
		return &devices.Device{Backend: b, GPU: b}, nil
	}
	return inPrecision(ctx, s, o.device, in, threads)
}

func (o *perfOptions) run(ctx context.Context, s streams) error {
	var old *perf.Report
	if o.products != 0 && (o.products < 0 || o.against != "" || o.device != devices.CPU) {
		return usagef("--products %d: want a number of tokens, and neither --against nor --device", o.products)
	}
	if o.against != "" && o.device != devices.CPU {
		return usagef("--against compares measurements of the processor: want it without --device")
	}
	if o.against != "" { // before anything is measured for minutes
		var err error
		if old, err = perf.Read(o.against); err != nil {
			return err
		}
	}
	recipe, err := o.recipe()
	if err != nil {
		return err
	}
	on, err := o.open(ctx, s, device.PrecisionOf(recipe.Precision), recipe.Threads)
	if err != nil {
		return err
	}
	defer on.Close()
	subject, err := o.subject(ctx, recipe, on)
	if err != nil {
		return err
	}
	if on.GPU != nil {
		return o.countDevice(s, subject, on)
	}
	progress := func(what string) { fmt.Fprintln(s.err, what) }
	var r *perf.Report
	if o.products > 0 {
		r, err = perf.Products(ctx, subject, o.products, progress)
	} else {
		r, err = perf.Measure(ctx, subject, o.steps, progress)
	}
	if err != nil {
		return err
	}
	if o.format == "json" {
		return s.json(r)
	}
	return r.Write(s.out, old, o.against)
}

// countDevice prints what steps are on a device.
func (o *perfOptions) countDevice(s streams, subject perf.Subject, on *devices.Device) error {
	r, err := perf.MeasureDevice(subject, on.GPU, o.steps, func(what string) { fmt.Fprintln(s.err, what) })
	if err != nil {
		return err
	}
	if o.format == "json" {
		return s.json(r)
	}
	return r.Write(s.out)
}

// recipe returns what the steps are made by.
func (o *perfOptions) recipe() (configs.Recipe, error) {
	recipe, err := (&configs.Suite{Set: o.set}).RecipeFor(o.task)
	if err != nil {
		return recipe, usageError{err}
	}
	if recipe.Device != configs.CPU {
		return recipe, usagef("--set device: want --device %s", recipe.Device)
	}
	return recipe, nil
}

// subject makes ready what is to be measured.
func (o *perfOptions) subject(ctx context.Context, recipe configs.Recipe, on *devices.Device) (perf.Subject, error) {
	none := perf.Subject{}
	if o.steps < 1 {
		return none, usagef("--steps %d: want 1 or more", o.steps)
	}
	if o.lengths != perf.AsTheyAre && o.lengths != perf.AsPairs {
		return none, usagef("--lengths %q: want %s or %s", o.lengths, perf.AsTheyAre, perf.AsPairs)
	}
	t, err := tasks.Find(o.task)
	if err != nil {
		return none, err
	}
	if o.lengths == perf.AsPairs && t.Kind == tasks.Tag {
		return none, usagef("--lengths %s: the rows of %s are words with tags, which are not joined", o.lengths, t.Name)
	}
	m, err := checkpoints.Find(o.model)
	if err != nil {
		return none, err
	}
	set, err := runs.DataSource{Dir: o.dataDir}.Open(t, tasks.Train)
	if err != nil {
		return none, err
	}
	// A few thousand rows are enough, and a vocabulary of them soon trained. A large
	// model evaluates some tens of them a second.
	const rows, evaluated = 4096, 768
	m.Threads = recipe.Threads
	l, err := m.Load(t, recipe.Seed, runs.Texts(set, rows))
	if err != nil {
		return none, err
	}
	examples := set.Examples
	if o.lengths == perf.AsPairs {
		examples = perf.Pairs(examples[:min(rows, len(examples))], l.Tokenizer)
	}
	d, err := objectives.NewLabelled(l.Model, l.Tokenizer, t, examples, runs.Reading(recipe, rows))
	if err != nil {
		return none, err
	}
	few, err := objectives.NewLabelled(l.Model, l.Tokenizer, t, examples, runs.Reading(recipe, evaluated))
	if err != nil {
		return none, err
	}
	opt := runs.Options(recipe)
	opt.Backend = on.Backend
	trainer, err := trainers.New(d, opt, nil, nil)
	if err != nil {
		return none, err
	}
	predict := func(ctx context.Context) (int, error) {
		_, err := few.Predict(ctx, l.Model.Backend())
		return few.Len(), err
	}
	cpu, _ := on.Backend.(*device.CPU)
	return perf.Subject{
		Name: m.Name, Model: l.Model, Tokenizer: l.Tokenizer, Trainer: trainer, Predict: predict, Examples: examples,
		Lengths:   o.lengths,
		Precision: recipe.Precision, BF16: recipe.Precision == configs.Bfloat16, Pool: on.Pool, CPU: cpu, Started: startOf(ctx),
	}, nil
}
