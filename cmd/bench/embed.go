package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/predictions"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/progress"
)

// embedOptions are the flags of `bench embed`.
type embedOptions struct {
	model           string
	pooling, format string
	normalize       bool
	maxLength       int
	device          string
	input           predictOptions // where the texts are
}

func newEmbedCmd() *cobra.Command {
	var o embedOptions
	cmd := &cobra.Command{
		Use:   "embed --model DIR [FILE…]",
		Short: "Make vectors of texts",
		Long: `Makes a vector of each text, in their order, from the last layer of a model, whatever
head it has; of an encoder-decoder, of the encoder. Texts are read as 'bench predict'
reads them: a tab divides a pair, unless the checkpoint was trained on single texts.
jsonl is a line a text: id, text, vector; npy is one array of float32 for NumPy, a row
a text. A text that was cut is marked "truncated".`,
		Example: `  bench embed --model kykim/bert-kor-base < sentences.txt
  bench embed --model ./my-bert --pooling first --normalize --format npy sentences.txt > vectors.npy
  bench embed --model ./my-bert comments.csv --text comment`,
		Args: args(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, a []string) error {
			o.input.files = a
			return o.run(cmd.Context(), streamsOf(cmd))
		},
	}
	fl := cmd.Flags()
	fl.StringVarP(&o.model, "model", "m", "", "a checkpoint `DIR`, or a name in the cache or configs")
	var poolings []string
	for _, p := range predictors.Poolings {
		poolings = append(poolings, string(p))
	}
	choiceFlag(cmd, &o.pooling, "pooling", "what becomes of the tokens' vectors", poolings...)
	fl.BoolVar(&o.normalize, "normalize", false, "make vectors of length 1")
	fl.IntVar(&o.maxLength, "max-length", 0, "cut texts to `N` tokens; 0: what the model takes, 512 at most")
	fl.StringVar(&o.input.columns.Text, "text", "", "the column `COL` of the texts in the files")
	fl.StringVar(&o.input.columns.Pair, "pair", "", "the column `COL` of the second texts")
	deviceFlag(cmd, &o.device)
	formatFlag(cmd, &o.format, predictions.JSONL, predictions.NPY)
	return cmd
}

func (o *embedOptions) run(ctx context.Context, s streams) error {
	if o.model == "" {
		return usagef("--model is missing: want a checkpoint")
	}
	if o.maxLength < 0 {
		return usagef("--max-length %d: want 0 or more", o.maxLength)
	}
	if err := o.input.checkColumns(); err != nil {
		return err
	}
	m, err := checkpoints.OpenEmbedding(o.model, predictors.Pooling(o.pooling), o.normalize, o.maxLength)
	if err != nil {
		return err
	}
	on, err := onDevice(ctx, s, o.device, 0, m.Model())
	if err != nil {
		return err
	}
	defer on.Close()
	m = m.With(on.Backend, predictors.Pooling(o.pooling), o.normalize)
	write := func(l predictions.VectorLine) error { return s.jsonLine(l) }
	finish := func() error { return nil }
	if o.format == predictions.NPY {
		if terminal(s.out) != nil {
			return usagef("--format npy is not for a terminal: write it into a file")
		}
		a, err := predictions.NewArrayWriter(s.out, m.Width())
		if err != nil {
			return err
		}
		defer a.Discard()
		write, finish = func(l predictions.VectorLine) error { return a.Write(l.Vector) }, a.Close
	}
	if err := o.each(ctx, s, m, write); err != nil {
		return err
	}
	return finish()
}

// each writes the vector of each text, and says what is odd about them.
func (o *embedOptions) each(ctx context.Context, s streams, m *predictors.Embedder,
	write func(predictions.VectorLine) error) error {
	pairs, known, err := checkpoints.ReadsPairs(o.model)
	if err != nil {
		return err
	}
	rate, cut, two := progress.NewTexts(s.err, terminal(s.out)), 0, 0
	for l, err := range predictions.Vectors(ctx, m, o.input.texts(s.in, formOf(pairs, known))) {
		if err != nil {
			return err
		}
		if err := write(l); err != nil {
			return err
		}
		if l.Truncated {
			cut++
		}
		if l.TextPair != nil {
			two++
		}
		rate.Count()
	}
	rate.Done()
	if cut > 0 {
		fmt.Fprintf(s.err, "%d of %d texts were longer than %d tokens and were cut\n", cut, rate.N, m.Recipe().MaxLength)
	}
	if two > 0 && two < rate.N {
		fmt.Fprintf(s.err, "%d of %d texts have a tab and were read as pairs\n", two, rate.N)
	}
	return nil
}
