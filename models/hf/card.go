package hf

import (
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/lmkor/bench/internal/atomicfile"
)

// Card is a model card: what a checkpoint was made from and what it scored.
type Card struct {
	Model      string // the run's name for it
	Base       string // what was fine-tuned: a hub name, or empty
	Task       string
	Pipeline   string // the hub's name of the kind of task, such as text-classification
	Split      string
	Metric     string
	Score      *float64 // per cent; nil where undefined
	Interval   *[2]float64
	N          int
	Recipe     json.RawMessage // the recipe's fields
	Data       []CardData
	Generator  string // the program and its version
	Parameters int64
}

// CardData is a file that was trained on or scored.
type CardData struct {
	Split, File, SHA256 string
	Rows                int
}

// WriteCard writes dir/README.md: YAML front matter as the hub reads it, and
// the same for people. No licence is named: it is the user's to choose.
func WriteCard(dir string, c Card) error {
	return atomicfile.Write(filepath.Join(dir, "README.md"), func(w io.Writer) error {
		_, err := io.WriteString(w, c.text())
		return err
	})
}

func (c Card) text() string {
	var b strings.Builder
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	p("---")
	p("language: ko")
	p("library_name: transformers")
	p("pipeline_tag: %s", c.Pipeline)
	if strings.Contains(c.Base, "/") && !strings.HasPrefix(c.Base, "/") && !strings.HasPrefix(c.Base, ".") {
		p("base_model: %s", quoteYAML(c.Base))
	}
	p("model-index:")
	p("- name: %s", quoteYAML(c.Model))
	p("  results:")
	p("  - task: {type: %s}", c.Pipeline)
	p("    dataset: {name: %s, type: %s, split: %s}", quoteYAML(c.Task), quoteYAML(c.Task), c.Split)
	if c.Score != nil {
		p("    metrics:")
		p("    - {type: %s, value: %g}", c.Metric, *c.Score)
	}
	p("---")
	p("")
	p("# %s on %s", c.Model, c.Task)
	p("")
	if c.Score != nil {
		interval := ""
		if c.Interval != nil {
			interval = fmt.Sprintf(", 95 %% interval %.2f to %.2f", c.Interval[0], c.Interval[1])
		}
		p("%s on the %s split: **%.2f** (per cent, %d examples%s).", c.Metric, c.Split, *c.Score, c.N, interval)
		p("")
	}
	p("%d parameters, fine-tuned with %s.", c.Parameters, c.Generator)
	p("")
	p("| split | file | rows | SHA-256 |")
	p("| --- | --- | ---: | --- |")
	for _, d := range c.Data {
		p("| %s | %s | %d | `%s` |", d.Split, d.File, d.Rows, d.SHA256)
	}
	p("")
	p("Recipe:")
	p("")
	p("```json")
	p("%s", c.Recipe)
	p("```")
	return b.String()
}

// quoteYAML quotes a scalar; JSON strings are YAML.
func quoteYAML(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""`
	}
	return string(b)
}
