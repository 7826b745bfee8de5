package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/plots"
	"github.com/lmkor/bench/results/report"
	"github.com/lmkor/bench/tasks"
)

// reportOptions are what `bench report` is asked for.
type reportOptions struct {
	boardOptions
	roots   []string
	out     string
	hardest int
	format  string
}

func newReportCmd() *cobra.Command {
	var o reportOptions
	cmd := &cobra.Command{
		Use:   "report RUNS... -o report.html",
		Short: "Write runs as one self-contained HTML page",
		Long: `Report finds the runs at and below the folders and writes one page that needs
nothing else and asks no network: the leaderboard to sort and filter, verdicts,
plots, of every task curves, calibration, confusion and the hardest examples, and
every run's recipe and identity. English and Korean, light and dark, on a phone
and on paper.`,
		Example: `  bench report runs -o report.html
  bench report runs --published lmkor --select dev -o report.html`,
		RunE: func(cmd *cobra.Command, roots []string) error {
			o.roots = roots
			return o.run(streamsOf(cmd))
		},
	}
	o.add(cmd)
	cmd.Flags().StringVarP(&o.out, "output", "o", "report.html", "the page's file")
	cmd.Flags().IntVar(&o.hardest, "hardest", 10, "how many examples a task shows")
	langFlag(cmd, &o.lang, "the language of sentences")
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

func (o reportOptions) run(s streams) error {
	var boards []*board.Leaderboard
	runs, err := o.find(s, o.roots)
	if err != nil {
		return err
	}
	for i, by := range selections(o.selection) {
		b := o.boardOptions
		b.selection, b.paired = string(by), true
		quiet := s
		if i > 0 { // the same warnings
			quiet.err = io.Discard
		}
		l, err := b.of(quiet, slices.Clone(runs))
		if err != nil {
			return err
		}
		if i == 0 || slices.ContainsFunc(l.Rows, func(r board.Row) bool { return !r.Published && len(r.Cells) > 0 }) {
			boards = append(boards, l)
		}
	}
	lang := results.Lang(o.lang)
	title := results.Text{English: "Korean language models, fine-tuned", Korean: "한국어 언어 모델 미세조정 결과"}
	if o.title != "" {
		title = results.Alike(o.title)
	}
	if err := saveReport(s, o.out, title, lang, boards, runs, o.hardest); err != nil {
		return err
	}
	if o.format == "json" {
		return s.json(struct {
			File string `json:"file"`
			Runs int    `json:"runs"`
		}{o.out, len(runs)})
	}
	_, err = fmt.Fprintf(s.out, "%s: %d runs\n", o.out, len(runs))
	return err
}

// selections lists all, the one asked for first.
func selections(first string) []board.Selection {
	all := []board.Selection{board.Selection(first)}
	for _, s := range board.Selections {
		if string(s) != first {
			all = append(all, s)
		}
	}
	return all
}

// saveReport writes the page, labels in the tasks' own order.
func saveReport(s streams, path string, title results.Text, lang results.Lang, boards []*board.Leaderboard, runs []results.Run,
	hardest int) error {
	labels := map[string][]string{}
	for _, t := range tasks.All {
		labels[t.Name] = t.Labels
	}
	p := report.Page{Title: title, Lang: lang, Boards: boards, Runs: runs, Labels: labels, LabelNames: labelNames,
		Hardest: hardest, Program: thisBuild().text(), Date: builtAt()}
	var err error
	if p.Study, p.Uncompared, err = pageStudy(boards[0], runs, lang); err != nil {
		p.Unjudged = results.Textf("No verdicts: %v.", "판정 없음: %v.", err)
		if e := (plots.Empty{}); errors.As(err, &e) {
			p.Unjudged = results.Textf("No verdicts: %s.", "판정 없음: %s.", e.Text)
		} else {
			fmt.Fprintf(s.err, "bench: warning: no verdicts: %v\n", err)
		}
	}
	for _, u := range p.Uncompared {
		fmt.Fprintf(s.err, "bench: %s\n", u.Text())
	}
	return report.Save(path, p)
}

// builtAt is the page's date: that of SOURCE_DATE_EPOCH where it is set, as
// reproducible builds have it.
func builtAt() time.Time {
	if n, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64); err == nil {
		return time.Unix(n, 0)
	}
	return time.Now()
}

// labelNames is what the labels of tasks mean: numbers in both languages, English
// words in Korean alone.
var labelNames = map[string]map[string]results.Text{
	"nsmc":          {"0": {English: "negative", Korean: "부정"}, "1": {English: "positive", Korean: "긍정"}},
	"paws":          {"0": {English: "no paraphrase", Korean: "다른 뜻"}, "1": {English: "paraphrase", Korean: "같은 뜻"}},
	"question-pair": {"0": {English: "same", Korean: "같은 질문"}, "1": {English: "different", Korean: "다른 질문"}},
	"kornli":        {"entailment": {Korean: "함의"}, "contradiction": {Korean: "모순"}, "neutral": {Korean: "중립"}},
	"hate-speech":   {"hate": {Korean: "혐오"}, "offensive": {Korean: "공격적"}, "none": {Korean: "해당 없음"}},
}

// labelOf is a task's label with what it means.
func labelOf(task, label string) results.Text { return results.Named(label, labelNames[task][label]) }
