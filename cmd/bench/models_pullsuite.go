package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/progress"
)

// pullSuite fetches all models of the suite that are not there, one after the
// other; one that fails keeps none of the others.
func (o *pullOptions) pullSuite(ctx context.Context, s streams, suite *configs.Suite) error {
	if o.revision != "" {
		return usagef("--revision is for one model: %s is a suite", o.model)
	}
	all := []checkpoints.Pulled{}
	var failed []error
	for _, name := range suite.Models {
		bars := progress.NewFiles(s.err)
		p := checkpoints.PullMissing(ctx, name, bars.Update)
		bars.Done()
		all = append(all, p)
		fmt.Fprintf(s.err, "%s: %s\n", name, p.Status)
		if p.Status == checkpoints.PullFailed {
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

func (o *pullOptions) printPulled(s streams, all []checkpoints.Pulled) error {
	if o.format == "json" {
		return s.json(all)
	}
	w := newColumns(s.out)
	fmt.Fprintln(w, "MODEL\tSTATUS\tDIRECTORY")
	count := map[string]int{}
	for _, p := range all {
		count[p.Status]++
		where := p.Dir
		if p.Status == checkpoints.PullFailed {
			where = p.Reason
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", p.Model, p.Status, where)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	_, err := fmt.Fprintf(s.out, "%d models: %d fetched, %d there before, %d from scratch, %d failed\n", len(all),
		count[checkpoints.PullFetched], count[checkpoints.PullThere], count[checkpoints.PullScratch], count[checkpoints.PullFailed])
	return err
}
