package main

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/tokenizers"
)

// fillMaskOptions are the flags of `bench fill-mask`.
type fillMaskOptions struct {
	model, format string
	device        string
	texts         []string
	top           int
}

func newFillMaskCmd() *cobra.Command {
	var o fillMaskOptions
	cmd := &cobra.Command{
		Use:   "fill-mask --model M [--text TEXT]…",
		Short: "Guess the masked words of a text",
		Long: `Asks a masked language model for the most probable tokens at each [MASK] of a text;
<mask> is understood too. Without --text it reads texts from standard input, one a line.
With --format json each text is one line: text, input_ids, positions of the masks, and
for each mask the top tokens as {id, token, prob}.`,
		Example: `  bench fill-mask --model kykim/bert-kor-base --text '오늘은 날씨가 [MASK].'
  bench fill-mask --model ./my-bert --text '<mask>에서 <mask>까지' --top 3 --format json`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), streamsOf(cmd)) },
	}
	fl := cmd.Flags()
	fl.StringVarP(&o.model, "model", "m", "", "a checkpoint `M`: a directory, or a name in the cache or configs")
	fl.StringArrayVar(&o.texts, "text", nil, "a `TEXT` with [MASK] in it; may be repeated")
	fl.IntVar(&o.top, "top", 5, "how many tokens to show for each mask")
	deviceFlag(cmd, &o.device)
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

// run guesses the masks of every text.
func (o *fillMaskOptions) run(ctx context.Context, s streams) error {
	if o.model == "" {
		return usagef("--model is missing: want a checkpoint of a masked language model")
	}
	if o.top < 1 {
		return usagef("--top %d: want 1 or more", o.top)
	}
	h, err := checkpoints.OpenHeaded(o.model, models.MaskedLMHead)
	if err != nil {
		return err
	}
	on, err := onDevice(ctx, s, o.device, 0, h.Model)
	if err != nil {
		return err
	}
	defer on.Close()
	return eachText(ctx, s.in, o.texts, func(text string) error {
		f, err := h.Fill(text, o.top)
		if err != nil {
			return err
		}
		if o.format == "json" {
			return s.jsonLine(f)
		}
		return printFilled(s.out, f, h.Tokenizer)
	})
}

// printFilled shows each mask's guesses, with a single mask in their sentence.
func printFilled(w io.Writer, f *checkpoints.Filled, tok *tokenizers.Tokenizer) error {
	if _, err := fmt.Fprintln(w, f.Text); err != nil {
		return err
	}
	for m, guesses := range f.Top {
		if len(f.Top) > 1 {
			fmt.Fprintf(w, "  mask %d of %d\n", m+1, len(f.Top))
		}
		for _, g := range guesses {
			line := fmt.Sprintf("  %6.2f%%  %s", 100*g.Prob, g.Token)
			if len(f.Top) == 1 {
				ids := slices.Clone(f.InputIDs)
				ids[f.Positions[0]] = g.ID
				line += "  →  " + tok.Decode(ids, true)
			}
			if _, err := fmt.Fprintln(w, line); err != nil {
				return err
			}
		}
	}
	return nil
}
