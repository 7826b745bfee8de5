package serving

import (
	"os"
	"strings"

	"github.com/lmkor/bench/checkpoints"
)

// OpenAll opens checkpoints, each NAME=DIR or called as its directory. Several
// directories with commas between them vote under one name.
func OpenAll(named []string) ([]*Model, error) {
	var all []*Model
	for _, n := range named {
		name, dir, ok := strings.Cut(n, "=")
		if !ok {
			name, dir = checkpoints.NameOf(n), n
		}
		m, err := Open(name, directories(dir)...)
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
