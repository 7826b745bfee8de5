package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/models/inspect"
)

// verifyOptions are the flags of `bench models verify`.
type verifyOptions struct {
	model, file, format string
	tolerance           float64
	device              string
}

func newModelsVerifyCmd() *cobra.Command {
	var o verifyOptions
	cmd := &cobra.Command{
		Use:   "verify DIR --reference FILE.jsonl",
		Short: "Prove that a checkpoint computes what the reference computes",
		Long: `Compares the tokens and the logits of a checkpoint with a reference implementation's.
Each line of the reference holds text, text_pair, max_length, input_ids, token_type_ids
and logits; where present, positions (only those rows are given), add_special_tokens,
logits_padded (of the text padded to max_length), argmax and logsumexp of every position,
and target (cut to max_target_length where given), labels, decoder_input_ids and loss of
an encoder-decoder. null means that the reference gave none. It fails if ids differ, if
numbers differ by more than the tolerance, or if a logit is NaN or infinite. README.md
shows how to make such a file with transformers.`,
		Example: `  bench models verify ./my-bert --reference reference.jsonl
  bench models verify ./my-bert --reference reference.jsonl --tolerance 1e-5 --format json`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			o.model = a[0]
			if err := o.check(); err != nil {
				return err
			}
			return o.run(cmd.Context(), streamsOf(cmd))
		},
	}
	cmd.Flags().StringVar(&o.file, "reference", "", "the reference's answers, `FILE`.jsonl")
	cmd.Flags().Float64Var(&o.tolerance, "tolerance", 1e-4, "the largest difference that passes")
	deviceFlag(cmd, &o.device)
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

func (o *verifyOptions) check() error {
	if o.file == "" {
		return usagef("--reference is missing: want a file of the reference's answers")
	}
	if !(o.tolerance >= 0) {
		return usagef("--tolerance %v: want 0 or more", o.tolerance)
	}
	return nil
}

// run prints what differs, and returns an error if the checkpoint fails.
func (o *verifyOptions) run(ctx context.Context, s streams) error {
	h, err := checkpoints.OpenHeaded(o.model)
	if err != nil {
		return err
	}
	on, err := onDevice(ctx, s, o.device, 0, h.Model)
	if err != nil {
		return err
	}
	defer on.Close()
	differs := func(line int, what string) {
		if o.format == "table" {
			fmt.Fprintf(s.out, "%s:%d: %s\n", o.file, line, what)
		}
	}
	v, err := inspect.Verify(inspect.Subject{Config: h.Config, Model: h.Model, Tokenizer: h.Tokenizer}, o.file, o.tolerance, differs)
	if err != nil {
		return err
	}
	worst := "some are NaN or infinite"
	if v.MaxAbsDiff != nil {
		worst = fmt.Sprintf("the largest difference %.3g", *v.MaxAbsDiff)
	}
	if o.format == "json" {
		err = s.json(v)
	} else {
		_, err = fmt.Fprintf(s.out, "%d cases, %d with other ids; %d numbers, %s\n", v.Cases, v.IDsDiffer, v.Numbers, worst)
	}
	switch {
	case err != nil:
		return err
	case v.IDsDiffer > 0:
		return fmt.Errorf("%s: ids differ from the reference's in %d of %d cases", o.model, v.IDsDiffer, v.Cases)
	case v.MaxAbsDiff == nil:
		return fmt.Errorf("%s: logits are NaN or infinite", o.model)
	case !v.Passed:
		return fmt.Errorf("%s: logits differ from the reference's by up to %.3g: want %g at most", o.model, *v.MaxAbsDiff, o.tolerance)
	}
	return nil
}
