package tasks

import (
	"fmt"
	"strings"

	"github.com/lmkor/bench/internal/nearest"
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
	if near := nearest.Name(name, Names()); near != "" {
		return nil, fmt.Errorf("no task %q: did you mean %q?", name, near)
	}
	return nil, fmt.Errorf("no task %q: want one of %s, or a task file ending in .yaml", name, strings.Join(Names(), ", "))
}
