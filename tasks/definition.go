package tasks

import "github.com/lmkor/bench/metrics"

// Definition is what a task asks, without the names of its files: two runs whose
// definitions differ are not runs of the same task. It is kept with a checkpoint
// and hashed into a run's identity, so its JSON is stable: fields stand in this
// order, and one that is added later is left out where it has its zero value.
type Definition struct {
	Name    string            `json:"name"`
	Kind    Kind              `json:"kind"`
	Columns DefinitionColumns `json:"columns"`
	Labels  []string          `json:"labels"` // in the order of the model's outputs; null of a regression
	Metric  metrics.Name      `json:"metric"`
	Scored  string            `json:"scored"` // the split whose score is the result
	Drop    DefinitionDrop    `json:"drop"`
}

// DefinitionColumns are the names that each column may have, the first one that
// is there counts; null of a column that the task does not have.
type DefinitionColumns struct {
	Text  []string `json:"text"`
	Pair  []string `json:"pair"`
	Label []string `json:"label"`
}

// DefinitionDrop is which rows are left out.
type DefinitionDrop struct {
	EmptySide   bool   `json:"empty_side"`
	Placeholder string `json:"placeholder"` // a side of just this word; none: ""
}

// Definition returns what the task asks. Its slices are the task's own.
func (t *Task) Definition() Definition {
	return Definition{
		Name: t.Name, Kind: t.Kind,
		Columns: DefinitionColumns{orNil(t.Text), orNil(t.Pair), orNil(t.Label)},
		Labels:  orNil(t.Labels),
		Metric:  t.Metric,
		Scored:  t.Scored,
		Drop:    DefinitionDrop{t.SkipEmpty, t.Placeholder},
	}
}

// orNil returns x, nil if it is empty, so that both are null in JSON.
func orNil(x []string) []string {
	if len(x) == 0 {
		return nil
	}
	return x
}

// Task returns the task that is defined so, without files: what is needed to
// read answers and to give them, not to find official data.
func (d Definition) Task() *Task {
	return &Task{
		Name: d.Name, Title: d.Name, Kind: d.Kind,
		Labels: d.Labels, Metric: d.Metric, Scored: d.Scored,
		Text: d.Columns.Text, Pair: d.Columns.Pair, Label: d.Columns.Label,
		SkipEmpty: d.Drop.EmptySide, Placeholder: d.Drop.Placeholder,
	}
}
