package main

import (
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/generation"
	"github.com/lmkor/bench/tokenizers"
)

func newGenerateCmd() *cobra.Command {
	var f generateFlags
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
			return f.run(cmd, nil, 50)
		},
	}
	f.add(cmd)
	cmd.Flags().IntVar(&f.next, "next", 0, "show the `N` most probable next tokens and generate nothing; 0: all")
	return cmd
}

func newSummarizeCmd() *cobra.Command {
	var f generateFlags
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
			return f.run(cmd, func(h *checkpoints.Headed, o *generation.Options) error {
				if h.Config.ModelType != "encoder-decoder" {
					return fmt.Errorf("%s: %s: want an encoder-decoder", h.Dir, h.Config.ModelType)
				}
				if !f.given["num_beams"] {
					o.Beams = 4
				}
				if !f.given["no_repeat_ngram_size"] {
					o.NoRepeatNgram = 3
				}
				return nil
			}, 128)
		},
	}
	f.add(cmd)
	return cmd
}

// generateFlags are the flags of `bench generate` and `bench summarize`.
type generateFlags struct {
	model, format string
	texts         []string
	options       generation.Options
	stopping      string
	newTokens     int
	next          int
	room          int // how many new tokens there may be if nothing says it

	given map[string]bool // settings that flags or the checkpoint give, by transformers' name
}

func (f *generateFlags) add(cmd *cobra.Command) {
	f.options = generation.Defaults()
	o, fl := &f.options, cmd.Flags()
	fl.StringVarP(&f.model, "model", "m", "", "a checkpoint `M`: a directory, or a name in the cache or configs")
	fl.StringArrayVar(&f.texts, "text", nil, "the `TEXT` to begin with; may be repeated")
	fl.IntVar(&o.MaxLength, "max-length", 0, "stop at `N` tokens, all counted")
	fl.IntVar(&f.newTokens, "max-new-tokens", 0, "stop after `N` new tokens")
	fl.IntVar(&o.MinLength, "min-length", 0, "don't end before `N` tokens, all counted")
	fl.IntVar(&o.Beams, "num-beams", 1, "beams of a beam search; 1: none")
	fl.Float64Var(&o.LengthPenalty, "length-penalty", 1, "more than 1 favours long texts of a beam search")
	fl.StringVar(&f.stopping, "early-stopping", "false", "stop a beam search when as many texts are finished as beams: true, false or never")
	fl.Lookup("early-stopping").NoOptDefVal = "true"
	fl.Float64Var(&o.RepetitionPenalty, "repetition-penalty", 1, "more than 1 keeps tokens from coming again")
	fl.IntVar(&o.NoRepeatNgram, "no-repeat-ngram-size", 0, "no `N` tokens twice in a row of the text; 0: any")
	fl.BoolVar(&o.Sample, "sample", false, "draw tokens by their probability")
	fl.Float64Var(&o.Temperature, "temperature", 1, "of sampling: less than 1 favours the probable")
	fl.IntVar(&o.TopK, "top-k", 0, "of sampling: only the `K` most probable tokens; 0: all")
	fl.Float64Var(&o.TopP, "top-p", 1, "of sampling: only the most probable tokens that make up `P`")
	fl.Uint64Var(&o.Seed, "seed", 42, "of sampling")
	fl.StringVar(&f.format, "format", "table", "table or json")
}

// generated is a text as `--format json` prints it.
type generated struct {
	Prompt   string   `json:"prompt"`
	InputIDs []int32  `json:"input_ids"`
	IDs      []int32  `json:"ids"`
	Text     string   `json:"text"`
	Score    *float64 `json:"score"` // null without beams
}

// run generates for every text. adapt may change the options once they are
// known; room is how many new tokens there may be if nothing says it.
func (f *generateFlags) run(cmd *cobra.Command, adapt func(*checkpoints.Headed, *generation.Options) error, room int) error {
	if err := checkFormat(f.format, "table", "json"); err != nil {
		return err
	}
	if f.model == "" {
		return usagef("--model is missing: want a checkpoint of a model that generates text")
	}
	h, err := checkpoints.OpenHeaded(f.model, models.CausalLMHead)
	if err != nil {
		return err
	}
	f.room = room
	if err := f.resolve(cmd, h); err != nil {
		return err
	}
	if adapt != nil {
		if err := adapt(h, &f.options); err != nil {
			return err
		}
	}
	return eachText(cmd, f.texts, func(text string) error {
		ids, o, err := f.prompt(cmd, h, text)
		if err != nil {
			return err
		}
		if cmd.Flags().Changed("next") {
			return f.printNext(cmd, h, text, ids, o)
		}
		t, err := generation.Generate(cmd.Context(), h.Model, ids, o)
		if err != nil {
			return err
		}
		g := generated{Prompt: text, InputIDs: ids, IDs: t.IDs, Text: h.Tokenizer.Decode(t.IDs, true)}
		if o.Beams > 1 {
			g.Score = &t.Score
		}
		if f.format == "json" {
			return printLine(cmd, g)
		}
		_, err = fmt.Fprintln(cmd.OutOrStdout(), g.Text)
		return err
	})
}

// prompt encodes a text, for a model that continues it without special tokens,
// and settles the length.
func (f *generateFlags) prompt(cmd *cobra.Command, h *checkpoints.Headed, text string) ([]int32, generation.Options, error) {
	o, answers := f.options, h.Config.ModelType == "encoder-decoder"
	ids := h.Tokenizer.Encode(text, "", false, tokenizers.Options{NoSpecial: !answers}).IDs
	read, most := len(ids), h.Model.MaxTokens()
	if answers {
		if len(ids) > most {
			fmt.Fprintf(cmd.ErrOrStderr(), "a text of %d tokens is cut to %d, which is what %s reads\n", len(ids), most, h.Dir)
			ids = h.Tokenizer.Encode(text, "", false, tokenizers.Options{MaxLength: most}).IDs
		}
		read, most = 1, h.Config.Decoder.MaxTokens()
	}
	switch {
	case f.newTokens > 0:
		o.MaxLength = read + f.newTokens
	case !f.given["max_length"]:
		o.MaxLength = min(read+f.room, most)
	}
	return ids, o, nil
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

func (f *generateFlags) printNext(cmd *cobra.Command, h *checkpoints.Headed, text string, ids []int32, o generation.Options) error {
	all, err := generation.Distribution(h.Model, ids, o)
	if err != nil {
		return err
	}
	if f.next > 0 {
		all = all[:min(f.next, len(all))]
	}
	if f.format == "json" {
		n := nextTokens{Prompt: text, InputIDs: ids}
		for _, p := range all {
			n.Probs = append(n.Probs, probOfNext(p))
		}
		return printLine(cmd, n)
	}
	for _, p := range all {
		if _, err := fmt.Fprintf(cmd.OutOrStdout(), "%6.2f%%  %s\n", 100*p.Prob, h.Tokenizer.Token(p.ID)); err != nil {
			return err
		}
	}
	return nil
}
