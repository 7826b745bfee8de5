package tables

import (
	"fmt"
	"io"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

// Scored are all scores of a predictions file.
type Scored struct {
	Task     string         `json:"task"`
	N        int            `json:"n"`
	Metric   metrics.Name   `json:"metric"`
	Score    *float64       `json:"score"` // per cent
	Interval *[2]float64    `json:"interval"`
	Scores   metrics.Scores `json:"scores"`
	results.Breakdown
}

// Score scores the answers of a task whose own metric is given.
func Score(task string, metric metrics.Name, a *results.Answers) *Scored {
	sample := a.Sample()
	s := &Scored{Task: task, N: sample.Len(), Metric: metric, Scores: sample.Scores(), Breakdown: a.Breakdown()}
	s.Score, s.Interval = results.Headline(sample, metric)
	return s
}

// Write writes the scores, a table of labels or entities, and one of confusions, as
// a terminal shows them.
func (s *Scored) Write(out io.Writer, opt Options) error {
	t := &Table{Title: fmt.Sprintf("%s, %d examples, in per cent", s.Task, s.N),
		Head: []string{"score", "", "95 % interval"}, Left: 1}
	for _, n := range metrics.Names {
		v, ok := s.Scores.Get(n)
		if !ok {
			continue
		}
		interval := ""
		if n == s.Metric && s.Interval != nil {
			interval = bracketed(*s.Interval)
		}
		t.Rows = append(t.Rows, Row(string(n), results.Printed(results.Percent(v)), interval))
	}
	if s.Score == nil {
		t.Notes = append(t.Notes, fmt.Sprintf("%s is undefined: gold or predictions do not vary", s.Metric))
	}
	if err := t.Write(out, Terminal, opt); err != nil {
		return err
	}
	if b := breakdownTable(s.Breakdown); b != nil {
		fmt.Fprintln(out)
		if err := b.Write(out, Terminal, opt); err != nil {
			return err
		}
	}
	if c := confusionTable(s.Breakdown); c != nil {
		fmt.Fprintln(out)
		return c.Write(out, Terminal, opt)
	}
	return nil
}

// breakdownTable lists classes or entity types; nil for a regression.
func breakdownTable(b results.Breakdown) *Table {
	t := &Table{Head: []string{"label", "precision", "recall", "f1", "support"}, Left: 1}
	row := func(name string, c metrics.ClassScore) {
		t.Rows = append(t.Rows, Row(name, percent(c.Precision), percent(c.Recall), percent(c.F1), fmt.Sprint(c.Support)))
	}
	for _, l := range b.Labels {
		row(l.Label, l.ClassScore)
	}
	if len(b.Entities) > 0 {
		t.Head[0] = "entity"
		for _, e := range b.Entities {
			row(e.Type, e.ClassScore)
		}
		row("all, strict IOB2", *b.Strict)
	}
	if len(t.Rows) == 0 {
		return nil
	}
	return t
}

func percent(fraction float64) string { return results.Printed(results.Percent(fraction)) }

// confusionTable counts gold against predicted classes; nil where there are none.
func confusionTable(b results.Breakdown) *Table {
	if len(b.Labels) == 0 {
		return nil
	}
	t := &Table{Head: []string{"gold \\ predicted"}, Left: 1}
	for k, l := range b.Labels {
		t.Head = append(t.Head, l.Label)
		row := []string{l.Label}
		for _, n := range b.Confusion[k] {
			row = append(row, fmt.Sprint(n))
		}
		t.Rows = append(t.Rows, Row(row...))
	}
	return t
}
