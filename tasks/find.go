package tasks

import (
	"strings"

	"github.com/lmkor/bench/internal/nearest"
)

// Find returns the task of that name, or a user's own task where name is the
// path of a YAML file. A name that is neither is a *nearest.UnknownError.
func Find(name string) (*Task, error) {
	for i := range All {
		if All[i].Name == name {
			return &All[i], nil
		}
	}
	if strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml") {
		return LoadYAML(name)
	}
	return nil, nearest.Unknown("task", name, Names(), "a task file ending in .yaml")
}
