package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/progress"
)

// pullOptions are the flags of `bench models pull`.
type pullOptions struct{ model, revision, format string }

func newModelsPullCmd() *cobra.Command {
	var o pullOptions
	cmd := &cobra.Command{
		Use:   "pull NAME|SUITE",
		Short: "Fetch a model, or all models of a suite, from the Hugging Face hub into the local cache",
		Long: `Fetches a model into the cache that Hugging Face's own client uses, and prints its
directory. NAME is a name on the hub or one that 'bench models list' shows. What is
there already is not fetched again, what was interrupted is taken up. Code and shared
libraries are never fetched. Of a SUITE, by name or as a YAML file, all models that are
not there are fetched, one after the other, and summed up; one that can't be had keeps
none of the others, and the same command goes on with what is missing. HF_HOME, HF_HUB_CACHE, HF_ENDPOINT, HF_TOKEN and
HF_HUB_OFFLINE are honoured.`,
		Example: "  bench models pull kykim/bert-kor-base\n  bench models pull bert-kor-base --revision main\n  bench " +
			"models pull lmkor",
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			o.model = a[0]
			return o.run(cmd.Context(), streamsOf(cmd))
		},
	}
	cmd.Flags().StringVar(&o.revision, "revision", "", "a branch, tag or commit `R` (default main)")
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

// run fetches the model, or a suite's, and prints where they are.
func (o *pullOptions) run(ctx context.Context, s streams) error {
	suite, err := checkpoints.SuiteOf(o.model)
	if err != nil {
		return err
	}
	if suite != nil {
		return o.pullSuite(ctx, s, suite)
	}
	name, err := checkpoints.HubName(o.model, o.revision)
	if errors.Is(err, checkpoints.ErrNoHub) {
		return usageError{err}
	}
	if err != nil {
		return err
	}
	bars := progress.NewFiles(s.err)
	dir, err := (&hf.Puller{Progress: bars.Update}).Pull(ctx, name)
	bars.Done()
	if err != nil {
		return err
	}
	if o.format == "json" {
		return s.json(struct {
			Name string `json:"name"`
			Dir  string `json:"dir"`
		}{o.model, dir})
	}
	_, err = fmt.Fprintln(s.out, dir)
	return err
}
