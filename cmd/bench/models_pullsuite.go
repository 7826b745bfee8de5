package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/models/hf"
)

// pulled is what became of one model of a suite.
type pulled struct {
	Model  string `json:"model"`
	Status string `json:"status"` // one of those below
	Dir    string `json:"dir"`
	Reason string `json:"reason"` // of one that failed
}

// The states of a suite's models.
const (
	pullFetched = "fetched"
	pullThere   = "there"   // before, whole
	pullScratch = "scratch" // nothing to fetch: it starts from nothing
	pullFailed  = "failed"
)

// suiteOf returns the suite that a name means, nil where it is a model's: names
// with a slash are the hub's, but for YAML files.
func (o *pullOptions) suiteOf() (*configs.Suite, error) {
	isFile := strings.HasSuffix(o.model, ".yaml") || strings.HasSuffix(o.model, ".yml")
	if !isFile && !slices.Contains(configs.Suites(), o.model) {
		return nil, nil
	}
	if _, err := configs.FindModel(o.model); err == nil {
		return nil, nil
	}
	return configs.FindSuite(o.model)
}

// pullSuite fetches all models of the suite that are not there, one after the
// other; one that fails keeps none of the others.
func (o *pullOptions) pullSuite(ctx context.Context, s streams, suite *configs.Suite) error {
	if o.revision != "" {
		return usagef("--revision is for one model: %s is a suite", o.model)
	}
	all := []pulled{}
	var failed []error
	for _, name := range suite.Models {
		p := pullMissing(ctx, s, name)
		all = append(all, p)
		fmt.Fprintf(s.err, "%s: %s\n", name, p.Status)
		if p.Status == pullFailed {
			failed = append(failed, fmt.Errorf("%s: %s", name, p.Reason))
		}
		if ctx.Err() != nil {
			break
		}
	}
	if err := o.printPulled(s, all); err != nil {
		return err
	}
	return errors.Join(failed...)
}

// pullMissing fetches a model unless it is there.
func pullMissing(ctx context.Context, s streams, name string) pulled {
	p := pulled{Model: name}
	if at, err := checkpoints.Find(name); err == nil {
		p.Status, p.Dir = pullThere, at.Dir
		if at.Scratch != nil {
			p.Status = pullScratch
		}
		return p
	}
	hub, err := (&pullOptions{model: name}).hubName()
	if err == nil {
		bars := newPullProgress(s.err)
		p.Dir, err = (&hf.Puller{Progress: bars.update}).Pull(ctx, hub)
		bars.done()
	}
	if p.Status = pullFetched; err != nil {
		p.Status, p.Reason = pullFailed, err.Error()
	}
	return p
}

func (o *pullOptions) printPulled(s streams, all []pulled) error {
	if o.format == "json" {
		return s.json(all)
	}
	w := tabwriter.NewWriter(s.out, 0, 8, 2, ' ', 0)
	fmt.Fprintln(w, "MODEL\tSTATUS\tDIRECTORY")
	count := map[string]int{}
	for _, p := range all {
		count[p.Status]++
		where := p.Dir
		if p.Status == pullFailed {
			where = p.Reason
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", p.Model, p.Status, where)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "%d models: %d fetched, %d there before, %d from scratch, %d failed\n", len(all),
		count[pullFetched], count[pullThere], count[pullScratch], count[pullFailed])
	return err
}
