package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/results/tables"
	"github.com/lmkor/bench/tasks/survey"
	"github.com/lmkor/bench/tokenizers"
)

// statsOptions are the flags of `bench data stats`.
type statsOptions struct {
	dataOptions
	model      string
	tokenizing tokenizers.LoadOptions
}

func newDataStatsCmd() *cobra.Command {
	var o statsOptions
	cmd := &cobra.Command{
		Use:   "stats",
		Short: "Token lengths and label shares",
		Long: `Prints the lengths of examples in tokens and the shares of labels. With --model, tokens
are that model's, special ones included, and the shares of unknown tokens and of
examples longer than the published recipes' 128 tokens are shown; without, tokens are
words between blanks.`,
		Example: "  bench data stats --data-dir DATA --model ./my-bert\n  bench data stats --task korsts",
		Args:    args(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.stats(cmd.Context(), streamsOf(cmd)) },
	}
	o.flags(cmd)
	cmd.Flags().StringVarP(&o.model, "model", "m", "", "the model `M` whose tokens are counted")
	tokenizerFlags(cmd, &o.tokenizing)
	return cmd
}

func (o *statsOptions) stats(ctx context.Context, s streams) error {
	var tok *tokenizers.Tokenizer
	if o.model != "" {
		var err error
		if tok, err = tokenizerOf(o.model, o.tokenizing); err != nil {
			return err
		}
	}
	files, err := o.read(ctx, tok)
	if err != nil {
		return err
	}
	if o.format == "json" {
		err = s.json(files)
	} else {
		err = printStats(s, files)
	}
	warnOf(s, files)
	return errors.Join(err, survey.Err(files))
}

// tokenizerOf loads the tokenizer of what --model names.
func tokenizerOf(model string, o tokenizers.LoadOptions) (*tokenizers.Tokenizer, error) {
	m, err := checkpoints.Find(model)
	if err != nil {
		return nil, err
	}
	if m.Scratch != nil {
		return nil, fmt.Errorf("%s starts from nothing: its vocabulary is made of the training text", m.Name)
	}
	return o.Load(m.Dir)
}

func printStats(s streams, files []survey.File) error {
	t := tables.Table{Head: []string{"file", "answers", "used", "shortest", "mean", "median", "95 %", "longest",
		"over 128", "unknown"}, Left: 2}
	for _, f := range files {
		switch {
		case f.Extra && f.Status == survey.Missing:
		case f.Status != survey.OK:
			t.Rows = append(t.Rows, tables.Row(f.File, f.Status, "–", "–", "–", "–", "–", "–", "–", "–"))
		default:
			n := f.Tokens
			t.Rows = append(t.Rows, tables.Row(f.File, shares(&f), fmt.Sprint(f.Kept), fmt.Sprintf("%.0f", n.Min),
				fmt.Sprintf("%.1f", n.Mean),
				fmt.Sprintf("%g", n.Median), fmt.Sprintf("%.0f", n.P95), fmt.Sprintf("%.0f", n.Max), shareText(f.Cut), shareText(f.Unknown)))
		}
	}
	t.Notes = append(t.Notes, "Lengths are in tokens an example: the model's, or words between blanks without one.")
	return t.Write(s.out, tables.Terminal, tableOptions(s.out))
}

// shares prints the labels' shares in the task's order, or where scores lie.
func shares(f *survey.File) string {
	if f.Scores != nil {
		return answers(f)
	}
	var parts []string
	for _, l := range f.TaskLabels() {
		if s := f.Shares[l]; s > 0 {
			parts = append(parts, fmt.Sprintf("%s: %.1f %%", l, 100*s))
		}
	}
	return shorten(parts)
}

func shareText(share *float64) string {
	if share == nil {
		return "–"
	}
	return fmt.Sprintf("%.2f %%", 100**share)
}
