package checkpoints

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/models/hf"
)

// Pulled is what became of one model of a suite.
type Pulled struct {
	Model  string `json:"model"`
	Status string `json:"status"` // one of those below
	Dir    string `json:"dir"`
	Reason string `json:"reason"` // of one that failed
}

// The states of a suite's models.
const (
	PullFetched = "fetched"
	PullThere   = "there"   // before, whole
	PullScratch = "scratch" // nothing to fetch: it starts from nothing
	PullFailed  = "failed"
)

// SuiteOf returns the suite that a name means, nil where it is a model's: names
// with a slash are the hub's, but for YAML files.
func SuiteOf(name string) (*configs.Suite, error) {
	isFile := strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
	if !isFile && !slices.Contains(configs.Suites(), name) {
		return nil, nil
	}
	if _, err := configs.FindModel(name); err == nil {
		return nil, nil
	}
	return configs.FindSuite(name)
}

// ErrNoHub is the error about a model that is nowhere to be fetched from.
var ErrNoHub = errors.New("not on the hub")

// HubName is the name on the hub of what a name means, the revision included.
func HubName(name, revision string) (string, error) {
	if !strings.Contains(name, "/") {
		spec, err := configs.FindModel(name)
		switch {
		case err != nil:
			return "", err
		case spec.Archive != "":
			return "", fmt.Errorf("%s is not on the hub: get it from %s, and name its directory with 'bench models add DIR --name %s'",
				spec.Name, spec.Archive, spec.Name)
		case spec.Hub == "":
			return "", fmt.Errorf("%s is %w", name, ErrNoHub)
		}
		name = spec.Hub
	}
	if revision != "" {
		name += "@" + revision
	}
	return name, nil
}

// PullMissing fetches a model unless it is there. progress hears of its files.
func PullMissing(ctx context.Context, name string, progress func(file string, have, total int64)) Pulled {
	p := Pulled{Model: name}
	if at, err := Find(name); err == nil {
		p.Status, p.Dir = PullThere, at.Dir
		if at.Scratch != nil {
			p.Status = PullScratch
		}
		return p
	}
	hub, err := HubName(name, "")
	if err == nil {
		p.Dir, err = (&hf.Puller{Progress: progress}).Pull(ctx, hub)
	}
	if p.Status = PullFetched; err != nil {
		p.Status, p.Reason = PullFailed, err.Error()
	}
	return p
}
