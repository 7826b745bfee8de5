package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/compare"
	"github.com/lmkor/bench/results/plots"
	"github.com/lmkor/bench/tasks"
)

// plotOptions are what `bench plot` is asked for.
type plotOptions struct {
	boardOptions
	kind, out, task, model string
	roots                  []string
}

// plotKinds lists the pictures and what they show.
var plotKinds = [][2]string{
	{"scores", "every task's scores with intervals, published ones hollow"},
	{"curves", "loss and scores by step, mean and band over seeds"},
	{"parameters", "scores against parameters, with the line of the best for their size"},
	{"time", "scores against seconds of training and scoring"},
	{"tokens", "scores against tokens trained on"},
	{"calibration", "how often a model is right at each confidence, with the calibration error"},
	{"confusion", "gold against predicted classes of a model"},
	{"entities", "F1 of every entity type by model"},
	{"wins", "on how many tasks each model is better than each other"},
	{"seeds", "how far the seeds of a model lie apart"},
}

func newPlotCmd() *cobra.Command {
	var o plotOptions
	var names, help []string
	for _, k := range plotKinds {
		names = append(names, k[0])
		help = append(help, fmt.Sprintf("  %-12s %s", k[0], k[1]))
	}
	cmd := &cobra.Command{
		Use:   "plot KIND RUNS... -o FILE",
		Short: "Draw one picture of runs",
		Long:  "Plot draws one picture of the runs at and below the folders, as SVG, PNG or PDF:\n\n" + strings.Join(help, "\n"),
		Example: `  bench plot scores runs --published lmkor -o scores.svg
  bench plot curves runs --task nsmc -o curves.pdf
  bench plot confusion runs --task kornli --model bert-small -o confusion.png`,
		Args: args(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			o.kind, o.roots = a[0], a[1:]
			if !slices.Contains(names, o.kind) {
				return usagef("plot %q: want one of %s", o.kind, strings.Join(names, ", "))
			}
			return o.run(streamsOf(cmd))
		},
	}
	o.add(cmd)
	cmd.Flags().StringVarP(&o.out, "output", "o", "", "the picture's `FILE`: .svg, .png or .pdf")
	cmd.Flags().StringVar(&o.task, "task", "", "the task of curves, calibration, "+
		"confusion and entities (default the first that has runs)")
	cmd.Flags().StringVar(&o.model, "model", "", "the model of confusion (default the first)")
	langFlag(cmd, &o.lang, "the picture's language")
	return cmd
}

func (o plotOptions) run(s streams) error {
	if o.out == "" {
		return usagef("no picture: name its file with -o FILE.svg, .png or .pdf")
	}
	if _, err := plots.FormatOf(o.out); err != nil {
		return usageError{err}
	}
	l, runs, err := o.board(s, o.roots)
	if err != nil {
		return err
	}
	figure, err := o.draw(l, runs)
	if err != nil {
		return drawnNothing(err, results.Lang(o.lang))
	}
	return figure.In(results.Lang(o.lang)).Save(o.out)
}

// drawnNothing is the error of a picture that would show nothing, in a language.
func drawnNothing(err error, lang results.Lang) error {
	if e := (plots.Empty{}); errors.As(err, &e) {
		return errors.New(e.In(lang))
	}
	return err
}

func (o plotOptions) draw(l *board.Leaderboard, runs []results.Run) (*plots.Figure, error) {
	switch o.kind {
	case "scores":
		return plots.Scores(l)
	case "parameters":
		return plots.Sizes(l)
	case "time":
		return plots.Costs(l, plots.Seconds(results.Text{English: "time of training", Korean: "학습 시간"}, l.Shown(runs),
			results.Run.Seconds))
	case "tokens":
		return plots.Costs(l, plots.MeanCost(results.Text{English: "tokens trained on", Korean: "학습한 토큰 수"},
			l.Shown(runs), plots.Count,
			func(r results.Run) float64 { return float64(r.Result.Train.Tokens) }))
	case "seeds":
		return plots.Seeds(l, board.Records(runs, l.Select, false))
	case "wins":
		return drawWins(l, runs)
	}
	col, err := o.column(l, runs)
	if err != nil {
		return nil, err
	}
	switch o.kind {
	case "curves":
		return drawCurves(col.Task, l, runs)
	case "calibration":
		models, err := plots.Reliabilities(l, runs, col, readingOf(col.Task))
		if err != nil {
			return nil, err
		}
		return plots.Calibration(col.Title, models)
	case "entities":
		return plots.Entities(l, runs, col, readingOf(col.Task))
	}
	return plots.Confusion(l, runs, col, readingOf(col.Task), o.model,
		func(label string) results.Text { return labelOf(col.Task, label) })
}

// column is the task asked for, or the first with runs that the picture can show.
func (o plotOptions) column(l *board.Leaderboard, runs []results.Run) (board.Column, error) {
	if o.task != "" {
		return columnOf(l, o.task)
	}
	for _, c := range l.Columns {
		tags := c.Metric == metrics.F1 || c.Metric == metrics.F1FullGold
		if o.kind == "entities" && !tags || (o.kind == "confusion" || o.kind == "calibration") &&
			(tags || c.Metric == metrics.Spearman || c.Metric == metrics.Pearson) {
			continue
		}
		if slices.ContainsFunc(runs, func(r results.Run) bool { return r.Result.Task == c.Task }) {
			return c, nil
		}
	}
	return board.Column{}, fmt.Errorf("no run of a task that %s can show", o.kind)
}

// readingOf is how a task's predictions are read.
func readingOf(task string) results.Reading {
	reading := results.Reading{Detail: true}
	if t, err := tasks.Find(task); err == nil {
		reading.Kind, reading.Labels = answerKind(t), t.Labels
	}
	return reading
}

// studyOf compares every two measured models of a leaderboard.
func studyOf(l *board.Leaderboard, runs []results.Run, lang results.Lang) (*compare.Study, error) {
	var sides []compare.Side
	for _, row := range l.Rows {
		side := compare.Side{Name: row.Model, Path: row.Model}
		for _, r := range runs {
			if cell, ok := row.Cells[r.Result.Task]; ok && slices.Contains(cell.Runs, r.Path) {
				side.Runs = append(side.Runs, r)
			}
		}
		if len(side.Runs) > 0 {
			sides = append(sides, side)
		}
	}
	return compare.Compare(sides, compare.Options{Lang: lang, Flips: -1, Order: sortTasks,
		Tasks: func(name string) *compare.Task { return comparedTask(name, nil) }})
}

func drawWins(l *board.Leaderboard, runs []results.Run) (*plots.Figure, error) {
	if err := plots.Comparable(l); err != nil {
		return nil, err
	}
	study, err := studyOf(l, runs, results.English)
	if err != nil {
		return nil, err
	}
	h := plots.Heat{Title: results.Text{English: "Tasks on which the row is better / worse / can't be told",
		Korean: "행의 모델이 열의 모델보다 나은 / 못한 / 우열을 가릴 수 없는 과제 수"}}
	for _, side := range study.Sides {
		h.Rows = append(h.Rows, results.Alike(side))
	}
	h.Columns = h.Rows
	for _, row := range study.Sides {
		var text []string
		var shade []float64
		for _, col := range study.Sides {
			better, worse, undecided, ok := study.Count(row, col)
			if !ok {
				text, shade = append(text, ""), append(shade, 0)
				continue
			}
			text = append(text, fmt.Sprintf("%d / %d / %d", better, worse, undecided))
			shade = append(shade, float64(better-worse)/math.Max(1, float64(better+worse+undecided)))
		}
		h.Text, h.Shade = append(h.Text, text), append(h.Shade, shade)
	}
	return h.Draw()
}
