package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/plans"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/export"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// runOptions are the flags of `bench run`.
type runOptions struct {
	suite                     string
	models, names, tasks, set []string
	seeds                     []uint
	recipe                    string
	dataDir, runs             string
	files                     [3]string // train, dev, test
	dryRun                    bool
	plan, cell                string
	tensorboard               string
	format                    string
	labels                    []string
	tokenizing                tokenizers.LoadOptions
	grid                      gridOptions
}

func newRunCmd() *cobra.Command {
	var o runOptions
	cmd := &cobra.Command{
		Use:   "run [SUITE]",
		Short: "Fine-tune and score models × tasks × seeds",
		Long: `Fine-tunes and scores every cell of models × tasks × seeds: those of a suite, by name
or as a YAML file, or those that the flags name. Cells that are finished in the
folder of runs are skipped, interrupted ones are taken up where they stood, and
those that another process trains are left to it. Runs of other settings, finished
or interrupted, are left as they are, and the new ones go beside them.

A model is a directory as Hugging Face lays it out, a Hugging Face name in the
local cache, or a name that 'bench models list' shows. Two of one base name are
named apart with --name. A recipe's fields can be set one by one:
` + strings.Join(configs.FieldNames(), ", ") + `.

With --grid, or a suite's grid, every point of the grid is trained with every seed,
beside the others: RUNS/MODEL/TASK/batch_size=16,learning_rate=3e-05/seed-N. Points
are compared by their mean score on dev, of the checkpoint that is best on it; a task
without a dev split beside the scored one holds a tenth of its training rows out
(holdout). The whole grid is printed, and the score of the best point alone.

A checkpoint that has the task's head keeps it, unless bench trained it on another task;
else a new one is drawn from the seed. Labels are found by the names in config.json;
--labels says which of the task's labels a name is that bench does not know.

The exit status is 3 after an interruption: the same command takes it up.`,
		Example: `  bench run --model bert-tiny-scratch --task nsmc --data-dir DATA
  bench run --model ./my-bert --task nsmc --task korsts --seed 1 --seed 2 --data-dir DATA
  bench run --model a/checkpoint-500 --name a --model b/checkpoint-500 --name b --data-dir DATA
  bench run lmkor --data-dir DATA --runs runs
  bench run --model bert-tiny-scratch --task paws --train dev_2k.tsv --test test_2k.tsv
  bench run --model bert-tiny-scratch --task nsmc --data-dir samples --set epochs=1 --dry-run
  bench run --model ./my-bert --task paws --data-dir DATA --grid learning_rate=1e-5,3e-5,5e-5 --grid batch_size=16,32 --budget 4`,
		Args:        args(cobra.MaximumNArgs(1)),
		Annotations: map[string]string{savesOnStop: "yes"},
		RunE: func(cmd *cobra.Command, a []string) error {
			if len(a) > 0 {
				o.suite = a[0]
			}
			return o.run(cmd.Context(), streamsOf(cmd))
		},
	}
	o.cellFlags(cmd)
	fl := cmd.Flags()
	fl.BoolVar(&o.dryRun, "dry-run", false, "print what would become of each cell and what it takes, as 'bench plan' counts it")
	fl.StringVar(&o.plan, "plan", "", "run the cells of the plan `FILE` that 'bench plan -o' wrote")
	fl.StringVar(&o.tensorboard, "tensorboard", "", "write event files into the folder `DIR` meanwhile, for TensorBoard to look on")
	fl.StringVar(&o.cell, "cell", "", "of a plan, run cell `N` alone")
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

// cellFlags declares the flags that say which cells there are.
func (o *runOptions) cellFlags(cmd *cobra.Command) {
	fl := cmd.Flags()
	fl.StringArrayVarP(&o.models, "model", "m", nil, "a model `M`; may be repeated")
	fl.StringArrayVar(&o.names, "name", nil, "what to call the model in the place of its own name; once for each --model, in order")
	fl.StringArrayVarP(&o.tasks, "task", "t", nil, "a task `T`, "+
		"or a task file of your own ending in .yaml; repeatable (default all seven)")
	fl.UintSliceVar(&o.seeds, "seed", nil, "a seed `N`; may be repeated (default the recipe's, 42)")
	fl.StringVar(&o.recipe, "recipe", "", "a recipe `R`: "+strings.Join(configs.Recipes(), ", ")+
		", or a YAML file (default the suite's, the model's, or default)")
	fl.StringArrayVar(&o.set, "set", nil, "a recipe field `key=value`; may be repeated")
	o.grid.add(cmd)
	fl.StringVar(&o.dataDir, "data-dir", "", "the folder `D` of official files, or samples: the sample data inside the program")
	fl.StringVar(&o.runs, "runs", "runs", "the folder `DIR` of runs")
	for i, split := range []string{tasks.Train, tasks.Dev, tasks.Test} {
		fl.StringVar(&o.files[i], split, "", "a file `F` in place of the official "+split+" file, for one task")
	}
	labelsFlag(cmd, &o.labels)
	tokenizerFlags(cmd, &o.tokenizing)
}

func (o *runOptions) run(ctx context.Context, s streams) error {
	if o.plan != "" {
		if o.suite != "" || o.models != nil || o.tasks != nil || o.dryRun {
			return usagef("--plan goes without a suite, --model, --task and --dry-run: the plan has them")
		}
		return o.runPlan(ctx, s)
	}
	if o.cell != "" {
		return usagef("--cell goes with --plan")
	}
	cells, err := o.cells(ctx)
	if o.dryRun && len(cells) > 0 {
		deviceNotes(s, cells)
		return o.report(ctx, s, cells, err)
	}
	if err != nil {
		return err
	}
	done, err := runCells(ctx, s, cells, o.tensorboard)
	if e := printOutcomes(s, done, o.format); e != nil {
		return e
	}
	return err
}

// deviceNotes tells, each once, what devices the cells' settings came to be, where that is
// not plain.
func deviceNotes(s streams, cells []runs.Cell) {
	said := map[string]bool{"": true}
	for i := range cells {
		if note := cells[i].Note; !said[note] {
			said[note] = true
			fmt.Fprintln(s.err, note)
		}
	}
}

// cells resolves the flags to what is to run, in the order of models, tasks,
// seeds. Beside an error about models come the cells all the same.
func (o *runOptions) cells(ctx context.Context) ([]runs.Cell, error) {
	suite := &configs.Suite{}
	if o.suite != "" {
		s, err := configs.FindSuite(o.suite)
		if err != nil {
			return nil, err
		}
		suite = s
	}
	if o.models != nil {
		suite.Models = o.models
	}
	if o.tasks != nil {
		suite.Tasks = o.tasks
	}
	if len(suite.Tasks) == 0 {
		suite.Tasks = tasks.Names()
	}
	if o.seeds != nil {
		suite.Seeds = nil
	}
	for _, s := range o.seeds {
		suite.Seeds = append(suite.Seeds, uint64(s))
	}
	if o.recipe != "" {
		suite.Recipe = o.recipe
	}
	if o.dataDir != "" {
		suite.DataDir = o.dataDir
	}
	if err := o.grid.apply(suite); err != nil {
		return nil, err
	}
	if len(suite.Models) == 0 {
		return nil, usagef("no model: name one with --model, or a suite (%s)", strings.Join(configs.Suites(), ", "))
	}
	if len(o.names) > 0 && len(o.names) != len(suite.Models) {
		return nil, usagef("%d of --name for %d models: want one for each", len(o.names), len(suite.Models))
	}
	data, err := o.data(suite)
	if err != nil {
		return nil, err
	}
	given, err := checkpoints.ParseLabels(o.labels)
	switch {
	case err != nil:
		return nil, usageError{err}
	case given != nil && (len(suite.Tasks) != 1 || len(suite.Models) != 1):
		return nil, usagef("--labels is for one model and one task: there are %d and %d", len(suite.Models), len(suite.Tasks))
	}
	r := runs.Request{Suite: suite, Names: o.names, Labels: given, Tokenizing: o.tokenizing,
		Set: o.set, Data: data, Runs: o.runs, Program: thisProgram(), Started: startOf(ctx)}
	cells, err := r.Cells()
	if field := (&runs.FieldError{}); errors.As(err, &field) {
		return nil, usagef("--set: %w", field.Err)
	}
	return cells, err
}

// data resolves where rows come from.
func (o *runOptions) data(suite *configs.Suite) (runs.DataSource, error) {
	files := map[string]string{tasks.Train: o.files[0], tasks.Dev: o.files[1], tasks.Test: o.files[2]}
	d := runs.DataSource{Dir: suite.DataDir, Files: files}
	own := o.files != [3]string{}
	if own && len(suite.Tasks) != 1 {
		return d, usagef("--train, --dev and --test go with one --task")
	}
	if own && o.files[2] == "" && d.Dir == "" && o.files[1] == "" {
		return d, usagef("--train alone: name what to score with --test, or --data-dir")
	}
	if d.Dir == "" && !own {
		return d, usagef("no data: name the folder of official files with --data-dir, "+
			"or --data-dir %s for the sample data inside the program",
			runs.Samples)
	}
	if d.Dir != "" && d.Dir != runs.Samples {
		if info, err := os.Stat(d.Dir); err != nil {
			return d, fmt.Errorf("--data-dir: %w", err)
		} else if !info.IsDir() {
			return d, fmt.Errorf("--data-dir: %s is no folder", d.Dir)
		}
	}
	return d, nil
}

// runCells runs the cells. One that fails does not stop the others; all errors
// come back together.
// tensorboard is the folder of event files that are written meanwhile, "" for none.
func runCells(ctx context.Context, s streams, cells []runs.Cell, tensorboard string) ([]runs.Outcome, error) {
	events := &cellEvents{w: s.err}
	if tensorboard != "" {
		events.live = export.NewLive(tensorboard)
		defer events.live.Close()
	}
	var done []runs.Outcome
	var failed []error
	runs.All(ctx, cells, events, func(i int, o *runs.Outcome, err error) {
		events.stop()
		name := cells[i].Name()
		switch {
		case errors.Is(err, runs.ErrInterrupted):
			failed = append(failed, resumableError{fmt.Errorf("%s: %w", name, err)})
		case err != nil:
			failed = append(failed, fmt.Errorf("%s: %w", name, err))
			fmt.Fprintf(s.err, "[%d/%d] %s: failed: %v\n", i+1, len(cells), name, err)
		default:
			score := percentText(o.Score, o.Interval)
			if o.Settings != nil {
				score = percentText(o.Dev, nil) + " to choose by"
			}
			fmt.Fprintf(s.err, "[%d/%d] %s: %s, %s %s\n", i+1, len(cells), name, o.Status, o.Metric, score)
			done = append(done, *o)
		}
	})
	return done, errors.Join(failed...)
}

// percentText prints a score with its interval.
func percentText(score *float64, interval *[2]float64) string {
	if score == nil {
		return "undefined"
	}
	if interval == nil {
		return fmt.Sprintf("%.2f", *score)
	}
	return fmt.Sprintf("%.2f [%.2f, %.2f]", *score, interval[0], interval[1])
}

func printOutcomes(s streams, done []runs.Outcome, format string) error {
	if len(done) > 0 && done[0].Settings != nil { // a request's cells are points of one grid, or none is
		return printGrids(s, done, format)
	}
	if format == "json" {
		return s.json(done)
	}
	w := newColumns(s.out)
	if len(done) > 0 {
		fmt.Fprintln(w, "MODEL\tTASK\tSEED\tSTATUS\tMETRIC\tSCORE\tN\tRUN")
	}
	for _, o := range done {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%d\t%s\n", o.Model, o.Task, o.Seed, o.Status, o.Metric,
			percentText(o.Score, o.Interval), o.N, o.Dir)
	}
	return w.Flush()
}

func printRows(s streams, rows []plans.Row, total plans.Total, format string) error {
	for _, p := range rows {
		for _, kept := range p.Kept {
			fmt.Fprintf(s.err, "%s × %s, seed %d: %s\n", p.Model, p.Task, p.Seed, kept)
		}
		warnOfDevice(s, fmt.Sprintf("%s × %s, seed %d", p.Model, p.Task, p.Seed), p.DeviceMB, p.DeviceHas)
	}
	if format == "json" {
		return s.json(rows)
	}
	w := newColumns(s.out)
	// A grid's settings are in RUN.
	on := total.DeviceMB > 0
	fmt.Fprintln(w, "MODEL\tTASK\tSEED\tSTATUS\tTRAIN\tSCORED\tSTEPS\tTOKENS\tTIME\tMEMORY"+
		map[bool]string{true: "\tON DEVICE"}[on]+"\tDISK\tRUN")
	for _, p := range rows {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%d\t%d\t%d\t%d\t%s\t%s%s\t%s\t%s\n", p.Model, p.Task, p.Seed, p.What(),
			p.Rows[tasks.Train], p.Rows[p.Scored], p.Steps, p.Tokens, plans.Duration(p.Seconds),
			sizeText(int64(p.MemoryMB*1e6)), onDeviceText(on, p.DeviceMB), sizeText(int64(p.DiskMB*1e6)), p.Dir)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return printTotal(s, total)
}

// report prints what would become of each cell, or all that is missing; failed is
// what finding the cells has met.
func (o *runOptions) report(ctx context.Context, s streams, cells []runs.Cell, failed error) error {
	known := plans.OpenCalibration()
	rows, total, err := plans.Report(ctx, cells, known, func(text string) { fmt.Fprintln(s.err, text) })
	warnUnkept(s, known.Save())
	if err := errors.Join(failed, err); err != nil {
		return err
	}
	return printRows(s, rows, total, o.format)
}

// thisProgram is the program as manifests have it.
func thisProgram() results.Program {
	b := thisBuild()
	return results.Program{Version: b.Version, Commit: b.Commit, Go: b.Go}
}
