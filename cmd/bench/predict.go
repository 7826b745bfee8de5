package main

import (
	"context"
	"fmt"
	"io"
	"iter"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/predictions"
	"github.com/lmkor/bench/progress"
	"github.com/lmkor/bench/tasks"
)

// predictOptions are the flags of `bench predict`.
type predictOptions struct {
	models, files, set []string
	columns            predictions.Columns
	words              bool
	format, device     string
}

func newPredictCmd() *cobra.Command {
	var o predictOptions
	cmd := &cobra.Command{
		Use:   "predict --model DIR [FILE…]",
		Short: "Label texts of your own with a fine-tuned checkpoint",
		Long: `Answers texts without gold, a line each, in their order: a label with probabilities, a
number, or the entities in a text with their places in code points. The numbers are
those of 'bench eval'. How texts are read (max_length, truncation, padding,
precision) is as the checkpoint's run says; --set overrules it. A text that was cut
is marked "truncated".

Without FILE, or of a FILE "-", it reads standard input, a text a line, a pair with a tab
between; for a model that tags words or was trained on single texts a tab is white space.
A FILE is read alike, or with --text as a table: .tsv, .csv or .jsonl, .gz as well,
whose columns are named in its header. Several models vote: the mean of their
probabilities answers.`,
		Example: `  bench predict --model runs/my-bert/nsmc/seed-42/checkpoint < reviews.txt
  bench predict --model ./my-bert-nsmc comments.csv --text comment --format csv
  bench predict --model ./my-bert-sts pairs.tsv --text sentence1 --pair sentence2
  bench predict --model a/checkpoint --model b/checkpoint reviews.txt`,
		Args: args(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, a []string) error {
			o.files = a
			return o.run(cmd.Context(), streamsOf(cmd))
		},
	}
	fl := cmd.Flags()
	fl.StringArrayVarP(&o.models, "model", "m", nil, "a fine-tuned checkpoint `DIR`; several vote")
	fl.StringVar(&o.columns.Text, "text", "", "the column `COL` of the texts in the files")
	fl.StringVar(&o.columns.Pair, "pair", "", "the column `COL` of the second texts")
	fl.BoolVar(&o.words, "words", false, "texts are words between white space: print their tags, too")
	fl.StringArrayVar(&o.set, "set", nil, "a recipe field `key=value`; may be repeated")
	deviceFlag(cmd, &o.device)
	formatFlag(cmd, &o.format, predictions.JSONL, predictions.TSV, predictions.CSV)
	return cmd
}

func (o *predictOptions) run(ctx context.Context, s streams) error {
	if len(o.models) == 0 {
		return usagef("--model is missing: want a fine-tuned checkpoint")
	}
	if err := o.checkColumns(); err != nil {
		return err
	}
	v, err := openVoting(o.models, o.set)
	if err != nil {
		return err
	}
	first := v.Members[0]
	if o.words && first.Kind != tasks.Tag {
		return usagef("--words: %s does not tag words", first.Dir)
	}
	on, err := o.place(ctx, s, v)
	if err != nil {
		return err
	}
	defer on.Close()
	out, err := predictions.NewWriter(s.out, o.format, v, o.words)
	if err != nil {
		return err
	}
	err = o.answer(ctx, s, v, out)
	if e := out.Flush(); err == nil {
		err = e
	}
	return err
}

// place puts the models on the device that --device or, by --set, the recipe names.
func (o *predictOptions) place(ctx context.Context, s streams, v *checkpoints.Voting) (*devices.Device, error) {
	name, first := o.device, v.Members[0]
	if name == devices.CPU {
		name = string(first.Recipe.Device)
	}
	on, err := inPrecision(ctx, s, name, first.Predictor.Recipe().Precision, first.Recipe.Threads)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", first.Dir, err)
	}
	for _, m := range v.Members {
		if err := on.Computes(m.Predictor.Recipe().Precision); err != nil {
			on.Close()
			return nil, fmt.Errorf("%s: %w", m.Dir, err)
		}
		m.Model.Place(on.Backend)
		m.Predictor = m.Predictor.With(on.Backend)
	}
	return on, nil
}

func (o *predictOptions) checkColumns() error {
	switch {
	case o.columns.Text == "" && o.columns.Pair != "":
		return usagef("--pair goes with --text")
	case o.columns.Text != "" && (len(o.files) == 0 || slices.Contains(o.files, "-")):
		return usagef("--text names a column: want a FILE, whose name tells its format")
	}
	return nil
}

// openVoting opens the checkpoints that answer together.
func openVoting(names, set []string) (*checkpoints.Voting, error) {
	var members []*checkpoints.Answering
	for _, name := range names {
		a, err := checkpoints.OpenAnswering(name, set)
		if err != nil {
			return nil, err
		}
		members = append(members, a)
	}
	return checkpoints.Vote(members)
}

// answer writes a line for each text and counts them.
func (o *predictOptions) answer(ctx context.Context, s streams, v *checkpoints.Voting, out *predictions.Writer) error {
	rate := progress.NewTexts(s.err, terminal(s.out))
	odd := predictions.NewOddities(v, o.columns.Text == "")
	for l, err := range predictions.Answer(ctx, v, o.texts(s.in, o.form(v))) {
		if err != nil {
			return err
		}
		if err := out.Write(l); err != nil {
			return err
		}
		odd.Hear(l)
		rate.Count()
	}
	rate.Done()
	for _, w := range odd.Warnings() {
		fmt.Fprintln(s.err, w)
	}
	return nil
}

// form is what a line holds, for models that vote.
func (o *predictOptions) form(v *checkpoints.Voting) predictions.Form {
	if o.words {
		return predictions.Worded
	}
	return formOf(v.ReadsPairs())
}

// formOf is what a line holds, for a model that is asked about pairs or not: a pair by a
// tab also where nothing is known of it.
func formOf(pairs, known bool) predictions.Form {
	if known && !pairs {
		return predictions.Alone
	}
	return predictions.Pairs
}

func (o *predictOptions) texts(in io.Reader, form predictions.Form) iter.Seq2[predictions.Text, error] {
	if len(o.files) == 0 {
		return predictions.Lines(in, "stdin", form)
	}
	var all []iter.Seq2[predictions.Text, error]
	for _, f := range o.files {
		if f == "-" {
			all = append(all, predictions.Lines(in, "stdin", form))
			continue
		}
		all = append(all, predictions.File(f, o.columns, form))
	}
	return predictions.All(all...)
}
