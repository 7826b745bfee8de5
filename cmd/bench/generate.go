package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/models/generation"
)

func newGenerateCmd() *cobra.Command {
	var o generateOptions
	cmd := &cobra.Command{
		Use:   "generate --model M [--text TEXT]…",
		Short: "Continue a text with a language model",
		Long: `Continues a text with a causal language model such as GPT-2, or answers it with an
encoder-decoder: greedily, by beam search (--num-beams), or by sampling (--sample, or
any of --temperature, --top-k and --top-p). Settings that no flag gives are those of the
checkpoint's generation_config.json. Lengths count tokens, the prompt's included.
Without --text it reads texts from standard input, one a line.
With --format json each text is one line: prompt, input_ids, ids and text of the whole,
score with beams. --next N shows the N most probable next tokens instead, after all
penalties and cuts (0: all that are left).`,
		Example: `  bench generate --model kykim/gpt3-kor-small_based_on_gpt2 --text '오늘 아침에는'
  bench generate --model ./my-gpt2 --text '오늘 아침에는' --temperature 0.8 --top-p 0.9 --seed 7
  bench generate --model ./my-gpt2 --text '오늘 아침에는' --num-beams 4 --no-repeat-ngram-size 3 --format json
  bench generate --model ./my-gpt2 --text '오늘 아침에는' --next 10`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.given(cmd.Flags())
			o.wish.Room = 50
			return o.run(cmd.Context(), streamsOf(cmd))
		},
	}
	o.add(cmd)
	cmd.Flags().IntVar(&o.next, "next", 0, "show the `N` most probable next tokens and generate nothing; 0: all")
	return cmd
}

func newSummarizeCmd() *cobra.Command {
	var o generateOptions
	cmd := &cobra.Command{
		Use:   "summarize --model M [--text TEXT]…",
		Short: "Summarize a text with an encoder-decoder",
		Long: `Summarizes a text with an encoder-decoder that was trained for it, by beam search. A
text that is too long for the encoder is cut, which is said. Settings that no flag gives
are those of the checkpoint's generation_config.json, or else 4 beams and no three
tokens twice. Without --text it reads texts from standard input, one a line.`,
		Example: `  bench summarize --model ./my-bertshared --text "$(cat article.txt)"
  bench summarize --model ./my-bertshared --num-beams 6 --min-length 20 --max-length 100 < articles.txt`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.given(cmd.Flags())
			o.wish.Room, o.summary = 128, true
			return o.run(cmd.Context(), streamsOf(cmd))
		},
	}
	o.add(cmd)
	return cmd
}

// summarize sets what a summary is made with where nothing else says it.
func (o *generateOptions) summarize(w *checkpoints.Writing) error {
	if !w.Answers() {
		return fmt.Errorf("%s: %s: want an encoder-decoder", w.Dir, w.Config.ModelType)
	}
	o.wish.Summarizing()
	return nil
}

// generateOptions are the flags of `bench generate` and `bench summarize`.
type generateOptions struct {
	model, format string
	device        string
	texts         []string
	wish          checkpoints.Wish
	stopping      string
	next          int
	onlyNext      bool // --next is given
	summary       bool
}

func (o *generateOptions) add(cmd *cobra.Command) {
	o.wish.Options = generation.Defaults()
	g, fl := &o.wish.Options, cmd.Flags()
	fl.StringVarP(&o.model, "model", "m", "", "a checkpoint `M`: a directory, or a name in the cache or configs")
	fl.StringArrayVar(&o.texts, "text", nil, "the `TEXT` to begin with; may be repeated")
	fl.IntVar(&g.MaxLength, "max-length", 0, "stop at `N` tokens, all counted")
	fl.IntVar(&o.wish.NewTokens, "max-new-tokens", 0, "stop after `N` new tokens")
	fl.IntVar(&g.MinLength, "min-length", 0, "don't end before `N` tokens, all counted")
	fl.IntVar(&g.Beams, "num-beams", 1, "beams of a beam search; 1: none")
	fl.Float64Var(&g.LengthPenalty, "length-penalty", 1, "more than 1 favours long texts of a beam search")
	fl.StringVar(&o.stopping, "early-stopping", "false", "stop a beam search when all beams have finished texts: true, "+
		"false or never")
	fl.Lookup("early-stopping").NoOptDefVal = "true"
	fl.Float64Var(&g.RepetitionPenalty, "repetition-penalty", 1, "more than 1 keeps tokens from coming again")
	fl.IntVar(&g.NoRepeatNgram, "no-repeat-ngram-size", 0, "no `N` tokens twice in a row of the text; 0: any")
	fl.BoolVar(&g.Sample, "sample", false, "draw tokens by their probability")
	fl.Float64Var(&g.Temperature, "temperature", 1, "of sampling: less than 1 favours the probable")
	fl.IntVar(&g.TopK, "top-k", 0, "of sampling: only the `K` most probable tokens; 0: all")
	fl.Float64Var(&g.TopP, "top-p", 1, "of sampling: only the most probable tokens that make up `P`")
	fl.Uint64Var(&g.Seed, "seed", 42, "of sampling")
	deviceFlag(cmd, &o.device)
	formatFlag(cmd, &o.format, "table", "json")
}

// generated is a text as `--format json` prints it.
type generated struct {
	Prompt   string   `json:"prompt"`
	InputIDs []int32  `json:"input_ids"`
	IDs      []int32  `json:"ids"`
	Text     string   `json:"text"`
	Score    *float64 `json:"score"` // null without beams
}

// run generates for every text.
func (o *generateOptions) run(ctx context.Context, s streams) error {
	if o.model == "" {
		return usagef("--model is missing: want a checkpoint of a model that generates text")
	}
	h, err := checkpoints.OpenWriting(o.model)
	if err != nil {
		return err
	}
	if err := o.resolve(h); err != nil {
		return err
	}
	if o.summary {
		if err := o.summarize(h); err != nil {
			return err
		}
	}
	on, err := onDevice(ctx, s, o.device, 0, h.Model)
	if err != nil {
		return err
	}
	defer on.Close()
	return eachText(ctx, s.in, o.texts, func(text string) error {
		ids, g, cut := h.Prompt(text, &o.wish)
		if cut > 0 {
			fmt.Fprintf(s.err, "a text of %d tokens is cut to %d, which is what %s reads\n", cut, len(ids), h.Dir)
		}
		if o.onlyNext {
			return o.printNext(s, h, text, ids, g)
		}
		return o.print(ctx, s, h, text, ids, g)
	})
}

// print generates for a text's ids and prints what came out.
func (o *generateOptions) print(ctx context.Context, s streams, h *checkpoints.Writing, text string, ids []int32,
	g generation.Options) error {
	t, err := generation.Generate(ctx, h.Model, ids, g)
	if err != nil {
		return err
	}
	made := generated{Prompt: text, InputIDs: ids, IDs: t.IDs, Text: h.Tokenizer.Decode(t.IDs, true)}
	if g.Beams > 1 {
		made.Score = &t.Score
	}
	if o.format == "json" {
		return s.jsonLine(made)
	}
	_, err = fmt.Fprintln(s.out, made.Text)
	return err
}

// nextTokens is what --next prints.
type nextTokens struct {
	Prompt   string       `json:"prompt"`
	InputIDs []int32      `json:"input_ids"`
	Probs    []probOfNext `json:"probs"`
}

// probOfNext is a pair of a token's id and its probability.
type probOfNext generation.Probability

// MarshalJSON writes [id, probability].
func (p probOfNext) MarshalJSON() ([]byte, error) {
	b := append(strconv.AppendInt([]byte("["), int64(p.ID), 10), ',')
	return append(strconv.AppendFloat(b, p.Prob, 'g', -1, 64), ']'), nil
}

func (o *generateOptions) printNext(s streams, h *checkpoints.Writing, text string, ids []int32, g generation.Options) error {
	all, err := generation.Distribution(h.Model, ids, g)
	if err != nil {
		return err
	}
	if o.next > 0 {
		all = all[:min(o.next, len(all))]
	}
	if o.format == "json" {
		n := nextTokens{Prompt: text, InputIDs: ids}
		for _, p := range all {
			n.Probs = append(n.Probs, probOfNext(p))
		}
		return s.jsonLine(n)
	}
	for _, p := range all {
		if _, err := fmt.Fprintf(s.out, "%6.2f%%  %s\n", 100*p.Prob, h.Tokenizer.Token(p.ID)); err != nil {
			return err
		}
	}
	return nil
}
