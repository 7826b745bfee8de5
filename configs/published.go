package configs

import (
	"fmt"
	"math"
	"strconv"

	"github.com/lmkor/bench/internal/strictyaml"
)

// Published is a table of results that somebody published.
type Published struct {
	Name   string         `yaml:"name"`
	Source string         `yaml:"source"`
	Note   string         `yaml:"note"`
	Rows   []PublishedRow `yaml:"rows"`
}

// PublishedRow is a model's scores in per cent, by task; a task without is one
// whose score was not published.
type PublishedRow struct {
	Model  string             `yaml:"model"`
	Scores map[string]float64 `yaml:"scores"`
}

// FindPublished returns an embedded table, or the user's own where name is a
// YAML file.
func FindPublished(name string) (*Published, error) {
	var p Published
	raw, file, err := published.load(name, &p)
	if err != nil {
		return nil, err
	}
	if len(p.Rows) == 0 {
		return nil, strictyaml.Place(raw, file, "rows: want one or more", "rows")
	}
	if p.Source == "" {
		return nil, strictyaml.Place(raw, file, "source: want where the numbers are from", "source")
	}
	for i, r := range p.Rows {
		row := []string{"rows", strconv.Itoa(i)}
		if r.Model == "" {
			return nil, strictyaml.Place(raw, file, "model: want a name", row...)
		}
		for _, task := range sortedKeys(r.Scores) {
			if v := r.Scores[task]; math.IsNaN(v) || v < -100 || v > 100 {
				return nil, strictyaml.Place(raw, file, fmt.Sprintf("%s: %s %v: want per cent", r.Model, task, v),
					append(row, "scores", task)...)
			}
			if meant := mistypedTask(task); meant != "" {
				return nil, strictyaml.Place(raw, file, fmt.Sprintf("unknown task %q: did you mean %q?", task, meant),
					append(row, "scores", task)...)
			}
		}
	}
	return &p, nil
}
