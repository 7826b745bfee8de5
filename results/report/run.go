package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strconv"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/tables"
)

func headline(r results.Result) string {
	if r.Score == nil {
		return fmt.Sprintf("%s undefined, n %d", results.MetricTitle(r.Metric), r.N)
	}
	s := fmt.Sprintf("%s %s", results.MetricTitle(r.Metric), results.Printed(*r.Score))
	if r.Interval != nil {
		s += fmt.Sprintf(" [%s, %s]", results.Printed(r.Interval[0]), results.Printed(r.Interval[1]))
	}
	return s + fmt.Sprintf(", n %d of %s", r.N, r.Split)
}

// facts lists what a run was made from and went through.
func facts(r results.Run) []group {
	m, res := r.Manifest, r.Result
	model := group{"Model", []pair{{"name", m.Model.Name}, {"architecture", m.Model.Architecture},
		{"parameters", strconv.FormatInt(m.Model.Parameters, 10)}, {"sha256", m.Model.SHA256}}}
	if m.Model.Path != "" {
		model.Pairs = append(model.Pairs, pair{"path", m.Model.Path})
	}
	tokenizer := group{"Tokenizer", []pair{{"type", m.Tokenizer.Type}, {"vocabulary", strconv.Itoa(m.Tokenizer.VocabSize)},
		{"lowercase", yesNo(m.Tokenizer.Lowercase)}, {"strip accents", yesNo(m.Tokenizer.StripAccents)}, {"sha256", m.Tokenizer.SHA256}}}
	all := []group{model, tokenizer, {"Recipe", recipe(m.Recipe)}}
	for _, d := range m.Data {
		g := group{"Data: " + d.Split, []pair{{"file", d.File}, {"rows", strconv.Itoa(d.Rows)}, {"sha256", d.SHA256}}}
		for _, reason := range slices.Sorted(maps.Keys(d.Dropped)) {
			g.Pairs = append(g.Pairs, pair{"dropped: " + reason, strconv.Itoa(d.Dropped[reason])})
		}
		all = append(all, g)
	}
	choice := group{"Checkpoints", nil}
	for _, c := range []struct {
		name  string
		score *float64
	}{{"last", res.Select.Last}, {"chosen on dev", res.Select.Dev}, {"best on test (optimistic)", res.Select.BestOnTest}} {
		if c.score != nil {
			choice.Pairs = append(choice.Pairs, pair{c.name, results.Printed(*c.score)})
		}
	}
	if len(choice.Pairs) > 0 {
		all = append(all, choice)
	}
	all = append(all, group{"Training", []pair{{"steps", strconv.Itoa(res.Train.Steps)}, {"examples", strconv.Itoa(res.Train.Examples)},
		{"tokens", strconv.Itoa(res.Train.Tokens)}}})
	return append(all, group{"Program", []pair{{"bench", m.Program.Version}, {"commit", m.Program.Commit}, {"go", m.Program.Go}, {"kernels", m.Program.Kernels}}})
}

func yesNo(b *bool) string {
	if b == nil {
		return "not set"
	}
	return map[bool]string{true: "yes", false: "no"}[*b]
}

// recipe lists a recipe's fields in their own order.
func recipe(raw json.RawMessage) (all []pair) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return all
		}
		var value json.RawMessage
		if d.Decode(&value) != nil {
			return all
		}
		all = append(all, pair{fmt.Sprint(name), string(value)})
	}
	return all
}

// breakdown is the table of scores by label or entity type.
func breakdown(b results.Breakdown) template.HTML {
	t := tables.Table{Head: []string{"label", "precision", "recall", "F1", "support"}, Left: 1}
	row := func(name string, c metrics.ClassScore) {
		percent := func(v float64) string { return results.Printed(results.Percent(v)) }
		t.Rows = append(t.Rows, tables.Row(name, percent(c.Precision), percent(c.Recall), percent(c.F1), strconv.Itoa(c.Support)))
	}
	for _, l := range b.Labels {
		row(l.Label, l.ClassScore)
	}
	for _, e := range b.Entities {
		t.Head[0] = "entity"
		row(e.Type, e.ClassScore)
	}
	if len(t.Rows) == 0 {
		return ""
	}
	if b.Strict != nil {
		row("all, strict IOB2", *b.Strict)
	}
	var out bytes.Buffer
	t.Write(&out, tables.HTML, tables.Options{}) // a buffer takes everything
	return template.HTML(out.String())
}

func confusionOf(b results.Breakdown) *confusion {
	if len(b.Labels) == 0 {
		return nil
	}
	c := &confusion{}
	for k, l := range b.Labels {
		c.Labels = append(c.Labels, l.Label)
		row := confusionRow{Label: l.Label}
		for j, n := range b.Confusion[k] {
			cell := confusionCell{N: n, Right: j == k}
			if l.Support > 0 {
				cell.Shade = (10*n + l.Support/2) / l.Support
			}
			row.Cells = append(row.Cells, cell)
		}
		c.Rows = append(c.Rows, row)
	}
	return c
}

func hard(h results.Hard) hardView {
	v := hardView{ID: string(h.ID), Gold: h.Gold.String(), Pred: h.Pred.String(), Why: h.Why, Text: h.Text}
	if h.TextPair != nil {
		v.Pair = *h.TextPair
	}
	for i, tag := range h.Gold.Tags {
		w := wordView{Gold: tag, Pred: h.Pred.Tags[i], Wrong: tag != h.Pred.Tags[i]}
		if i < len(h.Words) {
			w.Word = h.Words[i]
		}
		v.Words = append(v.Words, w)
	}
	return v
}
