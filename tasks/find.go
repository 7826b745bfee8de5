package tasks

import (
	"fmt"
	"strings"
)

// Find returns the task of that name, or a user's own task where name is the
// path of a YAML file.
func Find(name string) (*Task, error) {
	for i := range All {
		if All[i].Name == name {
			return &All[i], nil
		}
	}
	if strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") {
		return LoadYAML(name)
	}
	best, distance := "", len(name)/2+1
	for _, n := range Names() {
		if d := edits(name, n); d < distance {
			best, distance = n, d
		}
	}
	if best != "" {
		return nil, fmt.Errorf("no task %q: did you mean %q?", name, best)
	}
	return nil, fmt.Errorf("no task %q: want one of %s, or a task file ending in .yaml", name, strings.Join(Names(), ", "))
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
