package serving

import (
	"os"
	"strings"

	"github.com/lmkor/bench/checkpoints"
)

// OpenAll opens checkpoints, each NAME=DIR or called as its directory. Several
// directories with commas between them vote under one name, or as the first is called.
func OpenAll(named []string) ([]*Model, error) {
	var all []*Model
	for _, n := range named {
		name, list, ok := strings.Cut(n, "=")
		if !ok {
			list = n
		}
		dirs := directories(list)
		if !ok {
			name = checkpoints.NameOf(dirs[0])
		}
		m, err := Open(name, dirs...)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// directories are those that are named with commas between them, or the one that has
// commas in its name.
func directories(named string) []string {
	if _, err := os.Stat(named); err == nil {
		return []string{named}
	}
	return strings.Split(named, ",")
}
