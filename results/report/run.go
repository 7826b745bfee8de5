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
)

// runsView is every run's recipe and identity.
type runsView struct{ Runs []runView }

type runView struct {
	Name, Path string
	Headline   template.HTML
	Facts      []group
	Scores     []scorePair
	Warnings   []template.HTML
}

// group is a titled list of facts.
type group struct {
	Title string
	Pairs []pair
}

type pair struct{ Name, Value string }

// scorePair is a score and its name.
type scorePair struct {
	Name  template.HTML
	Value string
}

func (p Page) runs() runsView {
	var all runsView
	for _, r := range p.Runs {
		v := runView{Name: results.Plain(fmt.Sprintf("%s, %s, seed %d", r.Result.Model, r.Result.Task, r.Result.Seed)),
			Path: r.Path, Headline: headline(r.Result), Facts: facts(r)}
		for _, w := range r.Manifest.Warnings {
			v.Warnings = append(v.Warnings, shown(plainOf(w.Text())))
		}
		for _, n := range metrics.Names {
			if s, ok := r.Result.Scores.Get(n); ok {
				v.Scores = append(v.Scores, scorePair{shown(scoreName(n)), results.Printed(results.Percent(s))})
			}
		}
		all.Runs = append(all.Runs, v)
	}
	return all
}

func headline(r results.Result) template.HTML {
	metric := results.MetricTitle(r.Metric)
	if r.Score == nil {
		return shown(results.Textf("%s undefined, n %d", "%s 정의되지 않음, n = %d", metric, r.N))
	}
	s := results.Printed(*r.Score)
	if r.Interval != nil {
		s += fmt.Sprintf(" [%s, %s]", results.Printed(r.Interval[0]), results.Printed(r.Interval[1]))
	}
	return shown(plainOf(results.Textf("%s %s, n %[4]d of %[3]s", "%s %s, %s n = %d", metric, s, r.Split, r.N)))
}

// scoreName is a score by its name in result files, in Korean by its title.
func scoreName(n metrics.Name) results.Text {
	return results.Text{English: string(n), Korean: results.MetricTitle(n).Korean}
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
		{"lowercase", yesNo(m.Tokenizer.Lowercase)}, {"strip accents", yesNo(m.Tokenizer.StripAccents)},
		{"sha256", m.Tokenizer.SHA256}}}
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
	all = append(all, group{"Training", []pair{{"steps", strconv.Itoa(res.Train.Steps)},
		{"examples", strconv.Itoa(res.Train.Examples)},
		{"tokens", strconv.Itoa(res.Train.Tokens)}}})
	all = append(all, group{"Identity", []pair{{"hash", m.Identity}, {"schema", strconv.Itoa(m.Schema)}}})
	return append(all, group{"Program", []pair{{"bench", m.Program.Version}, {"commit", m.Program.Commit},
		{"go", m.Program.Go}, {"kernels", m.Program.Kernels}}})
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
