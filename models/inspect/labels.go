package inspect

import (
	"slices"
	"strings"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
)

// korNLI is the task whose usual copy, Hugging Face's kor_nli, numbers its
// labels otherwise than the official files do here.
const korNLI = "kornli"

// Numbered warns of a head whose outputs have no names, with the order in which
// they are taken for the task's labels.
func Numbered(t *tasks.Task, names []string) results.Warning {
	w := warning(NumberedLabels, "id2label names the %d labels %s only: they are taken to be %s, in this order",
		len(names), firstToLast(names), strings.Join(t.Labels, ", "))
	if t.Name == korNLI {
		w.Message += " (Hugging Face's kor_nli has entailment, neutral, contradiction)"
	}
	w.Message += "; --labels " + names[0] + "=…, one for each, says otherwise"
	return w
}

func firstToLast(names []string) string { return names[0] + " to " + names[len(names)-1] }

// Mapped warns of a head whose outputs are the task's labels in another order
// or spelling; ok is false where they are not.
func Mapped(t *tasks.Task, o tasks.Outputs) (w results.Warning, ok bool) {
	if t.Kind == tasks.Regress || o.Numbered || slices.Equal(o.Names, t.Labels) {
		return w, false
	}
	var pairs []string
	for i, of := range o.Of {
		pairs = append(pairs, o.Names[of]+"="+t.Labels[i])
	}
	const most = 8
	if len(pairs) > most {
		pairs = append(pairs[:most], "…")
	}
	return warning(LabelsMapped, "the head's labels are taken for the task's by their names: %s", strings.Join(pairs, ", ")), true
}

// checkLabels looks for labels that are only numbered, and for the tasks' labels
// in another order or spelling.
func (r *Report) checkLabels(c *hf.Config) {
	head, err := models.HeadOf(&c.Config)
	if err != nil || head.Kind != models.SequenceHead && head.Kind != models.TokenHead || len(c.Labels) < 2 {
		return
	}
	if tasks.NumberedLabels(c.Labels) {
		r.Warnings = append(r.Warnings, warning(NumberedLabels,
			"id2label names the %d labels %s only: a task takes them in its own order, unless --labels says which is which",
			len(c.Labels), firstToLast(c.Labels)))
		return
	}
	var spelt, turned []string
	for i := range tasks.All {
		t := &tasks.All[i]
		if t.Kind == tasks.Regress || (t.Kind == tasks.Tag) != (head.Kind == models.TokenHead) {
			continue
		}
		o, err := t.Outputs(c.Labels, nil)
		if err != nil || slices.Equal(t.Labels, c.Labels) {
			continue
		}
		if o.InOrder() {
			spelt = append(spelt, t.Name)
		} else {
			turned = append(turned, t.Name)
		}
	}
	for _, found := range []struct {
		tasks []string
		what  string
	}{{spelt, "in another spelling"}, {turned, "in another order"}} {
		if found.tasks != nil {
			r.Warnings = append(r.Warnings, warning(LabelsMapped, "id2label has the labels of %s %s (%s): they are taken by their names",
				strings.Join(found.tasks, ", "), found.what, strings.Join(c.Labels, ", ")))
		}
	}
}
