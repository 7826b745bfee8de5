package tasks

import (
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lmkor/bench/internal/regular"
	"github.com/lmkor/bench/internal/strictyaml"
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
	Scored      string    `yaml:"scored"`
	SkipEmpty   bool      `yaml:"skip_empty"`
	Placeholder string    `yaml:"placeholder"`
	Range       []float64 `yaml:"range"` // low and high
}

// LoadYAML reads a task of the user's own. Every mistake in it is an
// *strictyaml.Error with its line and column.
func LoadYAML(path string) (*Task, error) {
	raw, err := regular.ReadFile(path, regular.Text)
	if err != nil {
		return nil, err
	}
	return ParseYAML(raw, filepath.Base(path))
}

// ParseYAML is LoadYAML on the bytes of a file, which errors call by the given
// name.
func ParseYAML(raw []byte, file string) (*Task, error) {
	var y yamlTask
	if err := strictyaml.Load(raw, file, &y); err != nil {
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
	if len(y.Range) > 0 {
		if len(y.Range) != 2 || y.Kind != Regress || !(y.Range[0] < y.Range[1]) {
			return nil, strictyaml.Place(raw, file, "range: want [low, high] of the scores of kind regress", "range")
		}
		t.Range = &Range{y.Range[0], y.Range[1]}
	}
	t.complete()
	if m := t.check(); m != nil {
		return nil, strictyaml.Place(raw, file, m.Error(), strings.Split(m.field, ".")...)
	}
	return t, nil
}

// complete fills what may be left out.
func (t *Task) complete() {
	if t.Title == "" {
		t.Title = t.Name
	}
	if m := ranked(t.Kind); m != nil && t.Metric == "" {
		t.Metric = m[0]
	}
	if t.Scored == "" {
		t.Scored = Test
		if _, ok := t.File(Test); !ok {
			t.Scored = Dev
		}
	}
}

// mistake is what is wrong with a task, by the name of its YAML field.
type mistake struct{ field, msg string }

func (m mistake) Error() string {
	if strings.HasPrefix(m.msg, `"`) {
		return m.field + " " + m.msg
	}
	return m.field + ": " + m.msg
}

func wrong(field, format string, args ...any) *mistake {
	return &mistake{field, fmt.Sprintf(format, args...)}
}

// check returns what makes a task unusable, or nil.
func (t *Task) check() *mistake {
	metrics := ranked(t.Kind)
	switch {
	case t.Name == "" || strings.ContainsAny(t.Name, "/\\: \t\n") || !fs.ValidPath(t.Name) || t.Name == ".":
		return wrong("name", "%q: want a word that can name a folder", t.Name)
	case metrics == nil:
		return wrong("kind", "%q: want classify, regress or tag", t.Kind)
	case !slices.Contains(metrics, t.Metric):
		return wrong("metric", "%q: want one of %s for kind %s", t.Metric, list(metrics), t.Kind)
	case t.Kind != Tag && t.Text == nil:
		return wrong("columns.text", "want the name of the column with the text")
	case t.Kind != Tag && t.Label == nil:
		return wrong("columns.label", "want the name of the column with the answer")
	case t.Kind == Tag && (t.Text != nil || t.Pair != nil || t.Label != nil):
		return wrong("columns", "want none: the file of a tagging task has no header")
	case t.Kind == Tag && (t.SkipEmpty || t.Placeholder != ""):
		return wrong("skip_empty", "neither it nor placeholder goes with kind tag")
	}
	for _, f := range t.Files {
		if !fs.ValidPath(f.Name) || f.Name == "." {
			return wrong("files."+f.Split, "%q: want a file's name in the task's folder", f.Name)
		}
	}
	if t.Scored != Test && t.Scored != Dev {
		return wrong("scored", "%q: want test or dev", t.Scored)
	}
	if _, ok := t.File(t.Scored); !ok {
		return wrong("files", "no %s file, which is the one that is scored", t.Scored)
	}
	return t.checkLabels()
}

func (t *Task) checkLabels() *mistake {
	if t.Kind == Regress {
		if t.Labels != nil {
			return wrong("labels", "want none: a regression answers with a number")
		}
		return nil
	}
	if len(t.Labels) < 2 {
		return wrong("labels", "%d, want two or more", len(t.Labels))
	}
	for i, l := range t.Labels {
		if l == "" || slices.Index(t.Labels, l) != i {
			return wrong("labels", "%q is empty or there twice", l)
		}
		if t.Kind != Tag {
			continue
		}
		if i == 0 && l != "O" {
			return wrong("labels", "%q first, want O, the tag of words outside entities", l)
		}
		if i > 0 && !isTag(l) {
			return wrong("labels", "%q: want a type with -B or -I behind it, as PER-B, or B- or I- before it", l)
		}
	}
	return nil
}

// isTag reports whether a label is the beginning or the inside of an entity.
func isTag(label string) bool {
	return len(label) > 2 && (strings.HasSuffix(label, "-B") || strings.HasSuffix(label, "-I") ||
		strings.HasPrefix(label, "B-") || strings.HasPrefix(label, "I-"))
}

// ranked are the metrics that a kind of task may be ranked by, its own first;
// nil of no kind.
func ranked(k Kind) []metrics.Name {
	switch k {
	case Classify:
		return []metrics.Name{metrics.Accuracy, metrics.MacroF1, metrics.Matthews}
	case Regress:
		return []metrics.Name{metrics.Spearman, metrics.Pearson}
	case Tag:
		return []metrics.Name{metrics.EntityF1, metrics.F1FullGold, metrics.Precision, metrics.Recall}
	}
	return nil
}

func list(names []metrics.Name) string {
	var words []string
	for _, n := range names {
		words = append(words, string(n))
	}
	return strings.Join(words, ", ")
}
