package tasks

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/lmkor/bench/metrics"
)

// yamlTask is a user's own task.
type yamlTask struct {
	Name    string   `yaml:"name"`
	Title   string   `yaml:"title"`
	Kind    Kind     `yaml:"kind"`
	Labels  []string `yaml:"labels"`
	Columns struct {
		Text  string `yaml:"text"`
		Pair  string `yaml:"pair"`
		Label string `yaml:"label"`
	} `yaml:"columns"`
	Metric metrics.Name `yaml:"metric"`
	Files  struct {
		Train string `yaml:"train"`
		Dev   string `yaml:"dev"`
		Test  string `yaml:"test"`
	} `yaml:"files"`
	Scored      string `yaml:"scored"`
	SkipEmpty   bool   `yaml:"skip_empty"`
	Placeholder string `yaml:"placeholder"`
}

// kinds are the metrics that each kind of task may be ranked by, its own first.
var kinds = []struct {
	kind    Kind
	metrics []metrics.Name
}{
	{Classify, []metrics.Name{metrics.Accuracy, metrics.MacroF1, metrics.Matthews}},
	{Regress, []metrics.Name{metrics.Spearman, metrics.Pearson}},
	{Tag, []metrics.Name{metrics.F1, metrics.F1FullGold, metrics.Precision, metrics.Recall}},
}

// LoadYAML reads a task of the user's own. An unknown field or a wrong type is an
// error with its line and column.
func LoadYAML(path string) (*Task, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	t, err := ParseYAML(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Base(path), err)
	}
	return t, nil
}

// ParseYAML is LoadYAML on the file's bytes.
func ParseYAML(raw []byte) (*Task, error) {
	var y yamlTask
	if err := yaml.Load(raw, &y, yaml.WithKnownFields()); err != nil {
		return nil, err
	}
	t := &Task{Name: y.Name, Title: y.Title, Kind: y.Kind, Labels: y.Labels, Metric: y.Metric, Scored: y.Scored,
		SkipEmpty: y.SkipEmpty, Placeholder: y.Placeholder, Files: files(y.Files.Train, y.Files.Dev, y.Files.Test)}
	for _, c := range []struct {
		name string
		to   *[]string
	}{{y.Columns.Text, &t.Text}, {y.Columns.Pair, &t.Pair}, {y.Columns.Label, &t.Label}} {
		if c.name != "" {
			*c.to = []string{c.name}
		}
	}
	return t, t.complete()
}

// complete fills what may be left out and refuses what can't be.
func (t *Task) complete() error {
	if t.Name == "" || strings.ContainsAny(t.Name, "/\\ \t") {
		return fmt.Errorf("name %q: want a word that can name a folder", t.Name)
	}
	if t.Title == "" {
		t.Title = t.Name
	}
	at := slices.IndexFunc(kinds, func(k struct {
		kind    Kind
		metrics []metrics.Name
	}) bool {
		return k.kind == t.Kind
	})
	if at < 0 {
		return fmt.Errorf("kind %q: want classify, regress or tag", t.Kind)
	}
	if t.Metric == "" {
		t.Metric = kinds[at].metrics[0]
	}
	if !slices.Contains(kinds[at].metrics, t.Metric) {
		return fmt.Errorf("metric %q: want one of %v for kind %s", t.Metric, kinds[at].metrics, t.Kind)
	}
	if t.Scored == "" {
		t.Scored = Test
		if _, ok := t.File(Test); !ok {
			t.Scored = Dev
		}
	}
	if _, ok := t.File(t.Scored); !ok {
		return fmt.Errorf("files: no file for the %q split, which is scored", t.Scored)
	}
	if t.Kind != Tag && (t.Text == nil || t.Label == nil) {
		return fmt.Errorf("columns: want text and label")
	}
	if t.Kind == Tag && (t.Text != nil || t.Pair != nil || t.Label != nil) {
		return fmt.Errorf("columns: a tagging task has no header: words, a tab, tags")
	}
	return t.checkLabels()
}

func (t *Task) checkLabels() error {
	if t.Kind == Regress {
		if t.Labels != nil {
			return fmt.Errorf("labels: a regression has none")
		}
		return nil
	}
	if len(t.Labels) < 2 {
		return fmt.Errorf("labels: %d, want two or more", len(t.Labels))
	}
	for i, l := range t.Labels {
		if l == "" || slices.Index(t.Labels, l) != i {
			return fmt.Errorf("labels: %q is empty or there twice", l)
		}
	}
	if t.Kind == Tag && t.Labels[0] != "O" {
		return fmt.Errorf("labels: want O first, the tag of words outside entities")
	}
	return nil
}
