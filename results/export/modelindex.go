package export

import (
	"io"

	"go.yaml.in/yaml/v4"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
)

// The model index of a Hugging Face model card: an entry a model, a result a task.
type (
	modelIndex struct {
		Models []indexed `yaml:"model-index"`
	}
	indexed struct {
		Name    string        `yaml:"name"`
		Results []indexResult `yaml:"results"`
	}
	indexResult struct {
		Task    typed         `yaml:"task"`
		Dataset dataset       `yaml:"dataset"`
		Metrics []indexMetric `yaml:"metrics"`
	}
	typed struct {
		Type string `yaml:"type"`
		Name string `yaml:"name"`
	}
	dataset struct {
		Type  string `yaml:"type"`
		Name  string `yaml:"name"`
		Split string `yaml:"split,omitempty"`
	}
	indexMetric struct {
		Type  string  `yaml:"type"`
		Value float64 `yaml:"value"`
		Name  string  `yaml:"name"`
	}
)

// ModelIndex writes the measured rows of a leaderboard as the model-index of
// model cards, scores in per cent. splits tells which split of a task a model's
// runs were scored on.
func ModelIndex(w io.Writer, l *board.Leaderboard, runs []results.Run) error {
	split := map[[2]string]string{}
	for _, r := range runs {
		split[[2]string{r.Result.Model, r.Result.Task}] = r.Result.Split
	}
	var index modelIndex
	for _, row := range l.Rows {
		if row.Published {
			continue
		}
		m := indexed{Name: results.Plain(row.Model)}
		for _, c := range l.Columns {
			cell, ok := row.Cells[c.Task]
			if !ok {
				continue
			}
			m.Results = append(m.Results, indexResult{
				Task:    typed{taskType(c.Metric), results.Plain(c.Title)},
				Dataset: dataset{c.Task, results.Plain(c.Title), split[[2]string{row.Model, c.Task}]},
				Metrics: []indexMetric{{string(c.Metric), cell.Score, results.MetricTitle(c.Metric).English}},
			})
		}
		index.Models = append(index.Models, m)
	}
	out, err := yaml.Dump(index)
	if err != nil {
		return err
	}
	_, err = w.Write(out)
	return err
}

// taskType is what Hugging Face calls the kind of a task.
func taskType(n metrics.Name) string {
	switch n {
	case metrics.F1, metrics.F1FullGold, metrics.Precision, metrics.Recall:
		return "token-classification"
	case metrics.Spearman, metrics.Pearson:
		return "sentence-similarity"
	}
	return "text-classification"
}
