package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
)

// runFlags are the flags of `bench run`.
type runFlags struct {
	models, tasks, set []string
	seeds              []uint
	recipe             string
	dataDir, runs      string
	files              [3]string // train, dev, test
	dryRun             bool
	format             string
}

func newRunCmd() *cobra.Command {
	var f runFlags
	cmd := &cobra.Command{
		Use:   "run [SUITE]",
		Short: "Fine-tune and score models × tasks × seeds",
		Long: `Fine-tunes and scores every cell of models × tasks × seeds: those of a suite, by name
or as a YAML file, or those that the flags name. Cells that are finished in the
folder of runs are skipped, interrupted ones are taken up where they stood.

A model is a directory as Hugging Face lays it out, a Hugging Face name in the
local cache, or a name that 'bench models list' shows. A recipe's fields can be
set one by one: ` + strings.Join(configs.FieldNames(), ", ") + `.`,
		Example: `  bench run --model bert-tiny-scratch --task nsmc --data-dir DATA
  bench run --model ./my-bert --task nsmc --task korsts --seed 1 --seed 2 --data-dir DATA
  bench run lmkor --data-dir DATA --runs runs
  bench run --model bert-tiny-scratch --task paws --train dev_2k.tsv --test test_2k.tsv
  bench run --model bert-tiny-scratch --task nsmc --data-dir samples --set epochs=1 --dry-run`,
		Args: args(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			cells, err := f.cells(a)
			if err != nil {
				return err
			}
			if err := checkFormat(f.format, "table", "json"); err != nil {
				return err
			}
			if f.dryRun {
				return printCells(cmd, cells, f.format)
			}
			done, err := runCells(cmd, cells)
			if e := printOutcomes(cmd, done, f.format); e != nil {
				return e
			}
			return err
		},
	}
	fl := cmd.Flags()
	fl.StringArrayVarP(&f.models, "model", "m", nil, "a model `M`; may be repeated")
	fl.StringArrayVarP(&f.tasks, "task", "t", nil, "a task `T`, or a task file of your own ending in .yaml; may be repeated (default all seven)")
	fl.UintSliceVar(&f.seeds, "seed", nil, "a seed `N`; may be repeated (default the recipe's, 42)")
	fl.StringVar(&f.recipe, "recipe", "", "a recipe `R`: "+strings.Join(configs.Recipes(), ", ")+", or a YAML file (default the suite's, the model's, or default)")
	fl.StringArrayVar(&f.set, "set", nil, "a recipe field `key=value`; may be repeated")
	fl.StringVar(&f.dataDir, "data-dir", "", "the folder `D` of official files, or samples: the sample data inside the program")
	fl.StringVar(&f.runs, "runs", "runs", "the folder `DIR` of runs")
	for i, split := range []string{tasks.Train, tasks.Dev, tasks.Test} {
		fl.StringVar(&f.files[i], split, "", "a file `F` in place of the official "+split+" file, for one task")
	}
	fl.BoolVar(&f.dryRun, "dry-run", false, "say what would run, and check its data")
	fl.StringVar(&f.format, "format", "table", "table or json")
	return cmd
}

// cells resolves the command line to what is to run, in the order of models,
// tasks, seeds.
func (f *runFlags) cells(a []string) ([]cell, error) {
	suite := &configs.Suite{}
	if len(a) > 0 {
		s, err := configs.FindSuite(a[0])
		if err != nil {
			return nil, err
		}
		suite = s
	}
	if f.models != nil {
		suite.Models = f.models
	}
	if f.tasks != nil {
		suite.Tasks = f.tasks
	}
	if len(suite.Tasks) == 0 {
		suite.Tasks = tasks.Names()
	}
	if f.seeds != nil {
		suite.Seeds = nil
	}
	for _, s := range f.seeds {
		suite.Seeds = append(suite.Seeds, uint64(s))
	}
	if f.recipe != "" {
		suite.Recipe = f.recipe
	}
	if f.dataDir != "" {
		suite.DataDir = f.dataDir
	}
	if len(suite.Models) == 0 {
		return nil, usagef("no model: name one with --model, or a suite (%s)", strings.Join(configs.Suites(), ", "))
	}
	data, err := f.data(suite)
	if err != nil {
		return nil, err
	}
	var all []cell
	var missing []error
	for _, name := range suite.Models {
		m, err := checkpoints.Find(name)
		if err != nil {
			missing = append(missing, err)
			continue
		}
		suite := *suite
		if suite.Recipe == "" && m.Scratch != nil {
			suite.Recipe = m.Scratch.Recipe
		}
		for _, name := range suite.Tasks {
			t, err := tasks.Find(name)
			if err != nil {
				return nil, err
			}
			recipe, err := suite.RecipeFor(t.Name, name)
			if err != nil {
				return nil, err
			}
			for _, s := range f.set {
				if err := recipe.Set(s); err != nil {
					return nil, usagef("--set: %w", err)
				}
			}
			seeds := suite.Seeds
			if len(seeds) == 0 {
				seeds = []uint64{recipe.Seed}
			}
			for _, seed := range seeds {
				c := cell{model: m, task: t, recipe: recipe, data: data, dir: results.RunDir(f.runs, m.Name, t.Name, seed)}
				c.recipe.Seed = seed
				all = append(all, c)
			}
		}
	}
	if missing != nil {
		return nil, errors.Join(missing...)
	}
	return all, nil
}

// data resolves where rows come from.
func (f *runFlags) data(suite *configs.Suite) (dataSource, error) {
	d := dataSource{dir: suite.DataDir, files: map[string]string{tasks.Train: f.files[0], tasks.Dev: f.files[1], tasks.Test: f.files[2]}}
	own := f.files != [3]string{}
	if own && len(suite.Tasks) != 1 {
		return d, usagef("--train, --dev and --test go with one --task")
	}
	if own && f.files[2] == "" && d.dir == "" && f.files[1] == "" {
		return d, usagef("--train alone: name what to score with --test, or --data-dir")
	}
	if d.dir == "" && !own {
		return d, usagef("no data: name the folder of official files with --data-dir, or --data-dir %s for the sample data inside the program", sampleData)
	}
	if d.dir != "" && d.dir != sampleData {
		if info, err := os.Stat(d.dir); err != nil {
			return d, fmt.Errorf("--data-dir: %w", err)
		} else if !info.IsDir() {
			return d, fmt.Errorf("--data-dir: %s is no folder", d.dir)
		}
	}
	return d, nil
}

// runCells runs the cells one after the other. One that fails does not stop the
// others; all errors come back together.
func runCells(cmd *cobra.Command, cells []cell) ([]outcome, error) {
	r := &runner{stderr: cmd.ErrOrStderr()}
	var done []outcome
	var failed []error
	for i, c := range cells {
		o, err := r.run(cmd.Context(), c)
		if errors.Is(err, context.Canceled) {
			return done, errors.Join(append(failed, fmt.Errorf("%s: interrupted; the same command takes it up again", c.name()))...)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", c.name(), err))
			fmt.Fprintf(r.stderr, "[%d/%d] %s: failed: %v\n", i+1, len(cells), c.name(), err)
			continue
		}
		fmt.Fprintf(r.stderr, "[%d/%d] %s: %s, %s %s\n", i+1, len(cells), c.name(), o.Status, o.Metric, percentText(o.Score, o.Interval))
		done = append(done, *o)
	}
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

func printOutcomes(cmd *cobra.Command, done []outcome, format string) error {
	if format == "json" {
		return printJSON(cmd, done)
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
	if len(done) > 0 {
		fmt.Fprintln(w, "MODEL\tTASK\tSEED\tSTATUS\tMETRIC\tSCORE\tN\tRUN")
	}
	for _, o := range done {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%s\t%s\t%d\t%s\n", o.Model, o.Task, o.Seed, o.Status, o.Metric, percentText(o.Score, o.Interval), o.N, o.Dir)
	}
	return w.Flush()
}

// plan is a cell as --dry-run shows it.
type plan struct {
	Model  string         `json:"model"`
	Task   string         `json:"task"`
	Seed   uint64         `json:"seed"`
	Dir    string         `json:"dir"`
	Status string         `json:"status"` // to train, interrupted, finished
	Metric metrics.Name   `json:"metric"`
	Rows   map[string]int `json:"rows"` // by split, dropped ones aside
	Steps  int            `json:"steps"`
	Recipe configs.Recipe `json:"recipe"`
}

func printCells(cmd *cobra.Command, cells []cell, format string) error {
	var plans []plan
	for _, c := range cells {
		data, err := c.open()
		if err != nil {
			return fmt.Errorf("%s: %w", c.name(), err)
		}
		p := plan{Model: c.model.Name, Task: c.task.Name, Seed: c.recipe.Seed, Dir: c.dir, Status: "to train", Metric: c.task.Metric,
			Rows: map[string]int{}, Recipe: c.recipe}
		for _, s := range data.all() {
			p.Rows[s.Split] = len(s.Examples)
		}
		rows := p.Rows[tasks.Train]
		if n := c.recipe.MaxTrainRows; n > 0 {
			rows = min(rows, n)
		}
		p.Steps = (rows + c.recipe.BatchSize - 1) / c.recipe.BatchSize / c.recipe.GradientAccumulationSteps * c.recipe.Epochs
		if results.Finished(c.dir) {
			p.Status = "finished"
		}
		plans = append(plans, p)
	}
	if format == "json" {
		return printJSON(cmd, plans)
	}
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "MODEL\tTASK\tSEED\tSTATUS\tTRAIN\tSCORED\tSTEPS\tRUN")
	for i, p := range plans {
		fmt.Fprintf(w, "%s\t%s\t%d\t%s\t%d\t%d\t%d\t%s\n", p.Model, p.Task, p.Seed, p.Status, p.Rows[tasks.Train], p.Rows[cells[i].task.Scored], p.Steps, p.Dir)
	}
	return w.Flush()
}
