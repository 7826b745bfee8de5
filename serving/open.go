package serving

import (
	"fmt"
	"os"
	"strings"

	"github.com/lmkor/bench/checkpoints"
)

// OpenAll opens checkpoints, each NAME=DIR or called as its directory.
func OpenAll(named []string) ([]*Model, error) {
	var all []*Model
	for _, n := range named {
		name, dir, ok := strings.Cut(n, "=")
		if !ok {
			name, dir = checkpoints.NameOf(n), n
		}
		m, err := Open(name, dir)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// ReadToken reads the one token of a file; without a file there is none.
func ReadToken(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	raw, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	token := strings.TrimSpace(string(raw))
	if token == "" || strings.ContainsAny(token, " \t\r\n") {
		return "", fmt.Errorf("%s: want one token", path)
	}
	return token, nil
}
