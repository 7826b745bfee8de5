package main

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/tables"
)

// comparison is what `bench compare --format json` prints. Scores, intervals and
// the difference are in per cent.
type comparison struct {
	Task       string          `json:"task"` // "" where neither side nor --task names one
	Metric     metrics.Name    `json:"metric"`
	N          int             `json:"n"`
	A          comparedSide    `json:"a"`
	B          comparedSide    `json:"b"`
	Difference difference      `json:"difference"`
	Tests      comparisonTests `json:"tests"`
	Flips      []flip          `json:"flips"`
}

type comparedSide struct {
	Name     string      `json:"name"`
	Score    *float64    `json:"score"`
	Interval *[2]float64 `json:"interval"`
}

// difference is b's score less a's.
type difference struct {
	Value    *float64    `json:"value"`
	Interval *[2]float64 `json:"interval"` // paired bootstrap, 95 %
}

type comparisonTests struct {
	McNemar     *metrics.McNemar `json:"mcnemar"` // null for numbers, which are not right or wrong
	Bootstrap   resampled        `json:"bootstrap"`
	Permutation resampled        `json:"permutation"`
}

type resampled struct {
	Samples int      `json:"samples"`
	P       *float64 `json:"p"`
}

// flip is an example that one model answers right and the other wrong.
type flip struct {
	ID       results.ID     `json:"id"`
	Gold     results.Answer `json:"gold"`
	A        results.Answer `json:"a"`
	B        results.Answer `json:"b"`
	Text     string         `json:"text"`
	TextPair *string        `json:"text_pair,omitempty"`
}

func newCompareCmd() *cobra.Command {
	var task, format string
	var show int
	cmd := &cobra.Command{
		Use:   "compare A B",
		Short: "Compare two checkpoints on the same examples",
		Long: `Compare prints two checkpoints' scores, B's less A's with a paired bootstrap
interval, McNemar's test, a bootstrap and a permutation test, and the examples
that one answers right and the other wrong.

A and B are predictions files from anywhere, run directories, or folders of
runs, which are compared task by task and seed by seed: with --format json one
object each. Both sides must hold the same examples, in any order where they
have ids, with the same gold.`,
		Example: `  bench compare runs/bert-tiny/nsmc/seed-42 runs/bert-mini/nsmc/seed-42
  bench compare --task kornli a.jsonl b.jsonl
  bench compare --format json runs/bert-tiny runs/bert-mini`,
		Args: args(cobra.ExactArgs(2)),
		RunE: func(cmd *cobra.Command, a []string) error {
			if err := checkFormat(format, "table", "json"); err != nil {
				return err
			}
			pairs, err := findPairs(cmd, a[0], a[1], task)
			if err != nil {
				return err
			}
			for i, p := range pairs {
				c, err := p.compare(cmd)
				if err != nil {
					return err
				}
				if format == "json" {
					if err := printJSON(cmd, c); err != nil {
						return err
					}
					continue
				}
				if i > 0 {
					fmt.Fprintln(cmd.OutOrStdout())
				}
				if err := c.print(cmd, show); err != nil {
					return err
				}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&task, "task", "", "the task: its name, or the path of a task file; of folders, the only one to compare")
	cmd.Flags().IntVar(&show, "flips", 10, "how many of the flipped examples the table shows; JSON has all")
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	return cmd
}

// compare reads both sides and tests their difference.
func (p pair) compare(cmd *cobra.Command) (*comparison, error) {
	reading, metric := results.Reading{Detail: true}, p.metric
	if p.task != nil {
		reading.Kind, reading.Labels, metric = answerKind(p.task), p.task.Labels, p.task.Metric
	}
	a, err := p.a.read(reading)
	if err != nil {
		return nil, err
	}
	reading.Kind = a.Kind
	b, err := p.b.read(reading)
	if err != nil {
		return nil, err
	}
	if b, err = results.Align(a, b); err != nil {
		return nil, err
	}
	if err := results.TextsDiffer(a, b); err != nil {
		fmt.Fprintf(cmd.ErrOrStderr(), "bench: warning: %v\n", err)
	}
	kind, sampleA, sampleB := a.Kind, a.Sample(), b.Sample()
	if metric == "" {
		metric = map[results.AnswerKind]metrics.Name{results.LabelAnswer: metrics.Accuracy, results.NumberAnswer: metrics.Spearman, results.TagsAnswer: metrics.F1}[kind]
		fmt.Fprintf(cmd.ErrOrStderr(), "bench: no --task: %s compared by %s\n", answersName(kind), metric)
	}
	m, err := metrics.Compare([]metrics.Sample{sampleA}, []metrics.Sample{sampleB}, false, metric)
	if err != nil {
		return nil, err
	}
	c := &comparison{Task: p.name, Metric: metric, N: sampleA.Len(), Flips: []flip{},
		A: comparedSide{Name: p.a.name}, B: comparedSide{Name: p.b.name},
		Tests: comparisonTests{m.McNemar, resampled{metrics.BootstrapSamples, m.BootstrapP}, resampled{metrics.PermutationSamples, m.PermutationP}}}
	c.A.Score, c.A.Interval = results.Headline(sampleA, metric)
	c.B.Score, c.B.Interval = results.Headline(sampleB, metric)
	if m.Difference != nil {
		d := results.Percent(*m.Difference)
		c.Difference.Value = &d
	}
	if m.Interval != nil {
		c.Difference.Interval = &[2]float64{results.Percent(m.Interval.Low), results.Percent(m.Interval.High)}
	}
	if m.McNemar != nil {
		if c.Flips, err = flips(a, b); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func answersName(k results.AnswerKind) string {
	switch k {
	case results.NumberAnswer:
		return "numbers"
	case results.TagsAnswer:
		return "tags"
	}
	return "labels"
}

// flips lists the examples that one side answers right and the other wrong.
func flips(a, b *results.Answers) ([]flip, error) {
	var rows []int
	for i := range a.Len() {
		if a.Right(i) != b.Right(i) {
			rows = append(rows, i)
		}
	}
	mine, err := a.Predictions(rows)
	if err != nil {
		return nil, err
	}
	theirs, err := b.Predictions(rows)
	if err != nil {
		return nil, err
	}
	all := []flip{}
	for k, x := range mine {
		y := theirs[k]
		if x.Text == "" && len(x.Words) == 0 { // files may tell the text on one side only
			x.Text, x.TextPair, x.Words = y.Text, y.TextPair, y.Words
		}
		if len(x.Words) > 0 {
			x.Text = strings.Join(x.Words, " ")
		}
		all = append(all, flip{x.ID, x.Gold, x.Pred, y.Pred, x.Text, x.TextPair})
	}
	return all, nil
}

func (c *comparison) print(cmd *cobra.Command, show int) error {
	out := cmd.OutOrStdout()
	title := fmt.Sprintf("%s, %d examples, in per cent", c.Metric, c.N)
	if c.Task != "" {
		title = c.Task + ": " + title
	}
	t := &tables.Table{Title: title, Head: []string{"", string(c.Metric), "95 % interval"}, Left: 1}
	for _, s := range []comparedSide{c.A, c.B} {
		t.Rows = append(t.Rows, tables.Row(s.Name, orDash(s.Score, results.Printed), bracketed(s.Interval)))
	}
	signed := func(v float64) string { return fmt.Sprintf("%+.2f", v) }
	interval := ""
	if in := c.Difference.Interval; in != nil {
		interval = "[" + signed(in[0]) + ", " + signed(in[1]) + "]"
	}
	t.Rows = append(t.Rows, tables.Row("difference (second − first)", orDash(c.Difference.Value, signed), interval))
	pvalue := func(p float64) string { return fmt.Sprintf("%.4g", p) }
	if m := c.Tests.McNemar; m != nil {
		t.Notes = append(t.Notes, fmt.Sprintf("McNemar: %d right in the first only, %d in the second only; p %s exact, %s chi-squared",
			m.OnlyARight, m.OnlyBRight, pvalue(m.Exact), orDash(m.Chi2, pvalue)))
	}
	t.Notes = append(t.Notes, fmt.Sprintf("Paired bootstrap: p %s of %d samples. Permutation: p %s of %d.",
		orDash(c.Tests.Bootstrap.P, pvalue), c.Tests.Bootstrap.Samples, orDash(c.Tests.Permutation.P, pvalue), c.Tests.Permutation.Samples))
	if err := t.Write(out, tables.Terminal, tables.Options{}); err != nil {
		return err
	}
	if len(c.Flips) == 0 || show <= 0 {
		return nil
	}
	f := &tables.Table{Title: fmt.Sprintf("%d flips", len(c.Flips)), Head: []string{"id", "gold", "first", "second", "text"}, Left: 5}
	if len(c.Flips) > show {
		f.Title += fmt.Sprintf(", the first %d", show)
	}
	for _, x := range c.Flips[:min(show, len(c.Flips))] {
		text := x.Text
		if x.TextPair != nil {
			text += " ⇔ " + *x.TextPair
		}
		f.Rows = append(f.Rows, tables.Row(string(x.ID), clip(x.Gold.String(), 24), clip(x.A.String(), 24), clip(x.B.String(), 24), clip(text, 48)))
	}
	return f.Write(out, tables.Terminal, tables.Options{})
}

func orDash(v *float64, show func(float64) string) string {
	if v == nil {
		return tables.Missing
	}
	return show(*v)
}

// clip cuts a text for a table.
func clip(s string, letters int) string {
	if r := []rune(s); len(r) > letters {
		return string(r[:letters-1]) + "…"
	}
	return s
}
