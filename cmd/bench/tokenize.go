package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/tokenizers/lines"
)

// tokenizeOptions are the flags of `bench tokenize`.
type tokenizeOptions struct {
	model   string
	limited bool // --max-length is given
	lines   lines.Lines
	load    tokenizers.LoadOptions
}

func newTokenizeCmd() *cobra.Command {
	var o tokenizeOptions
	cmd := &cobra.Command{
		Use:   "tokenize --model DIR < lines",
		Short: "Show how a model's tokenizer cuts lines of text",
		Long: `Reads text from standard input, a line at a time, and prints for each line one
JSON object: tokens, input_ids, token_type_ids and offsets, which are [begin, end)
in Unicode code points of the text (of the pair for pieces of the second text;
of the word with --words, which adds word_ids; null marks special tokens).

The tokenizer is that of the class that tokenizer_config.json or config.json names,
or that the model type has in transformers; it decides which of the directory's
files are read: tokenizer.json, vocab.txt, a SentencePiece .model, or vocab.json and
merges.txt. A class that is not implemented is refused by name; --tokenizer-class
has the files read as another's.`,
		Example: `  echo '영화가 정말 재미있다' | bench tokenize --model ./my-model
  printf '질문 하나\t질문 둘\n' | bench tokenize --model ./my-model --pairs --max-length 128
  echo '서울 에서 만나다' | bench tokenize --model ./my-model --words`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			o.limited = cmd.Flags().Changed("max-length")
			return o.run(cmd.Context(), streamsOf(cmd))
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&o.model, "model", "", "directory, hub name or name of the model, or a tokenizer's file")
	fl.IntVar(&o.lines.MaxLength, "max-length", 0, "cut to this many tokens, special ones included (default no limit)")
	fl.BoolVar(&o.lines.Pairs, "pairs", false, "each line is a text and its pair, split by a tab")
	fl.BoolVar(&o.lines.Words, "words", false, "each line is a sentence of words, split by white space")
	fl.BoolVar(&o.lines.NoSpecial, "no-special", false, "add no [CLS] and [SEP]")
	choiceFlag(cmd, &o.lines.Truncation, "truncation", "how pairs are cut", tokenizers.LongestFirst, tokenizers.LongestFirstPython)
	tokenizerFlags(cmd, &o.load)
	return cmd
}

// tokenizerFlags adds the flags that overrule what a model's directory says of its tokenizer.
func tokenizerFlags(cmd *cobra.Command, o *tokenizers.LoadOptions) {
	fl := cmd.Flags()
	fl.StringVar(&o.Class, "tokenizer-class", "", "read the tokenizer's files as this class of transformers does, whatever they say")
	fl.StringVar(&o.Moran, "moran", "", "HanBERT's analyser, a shared library to run (default "+tokenizers.MoranHome+")")
}

// printAnalyser tells which native code a tokenizer runs.
func printAnalyser(w io.Writer, t *tokenizers.Tokenizer) {
	if a := t.Info().Analyser; a != nil {
		fmt.Fprintf(w, "morphological analyser %s, SHA-256 %s\n", a.Path, a.SHA256)
	}
}

func (o tokenizeOptions) run(ctx context.Context, s streams) error {
	if o.model == "" {
		return usagef("--model is missing: want a directory, a Hugging Face name in the cache, " +
			"a name of 'bench models list', or a tokenizer's file")
	}
	if o.lines.Pairs && o.lines.Words {
		return usagef("--pairs and --words: want one of them")
	}
	t, err := o.open()
	if err != nil {
		return err
	}
	printAnalyser(s.err, t)
	if n := t.Specials(o.lines.Pairs); o.limited && (o.lines.MaxLength < 1 || !o.lines.NoSpecial && o.lines.MaxLength < n) {
		return usagef("--max-length %d: want at least %d, for the special tokens", o.lines.MaxLength, max(n, 1))
	}
	return o.lines.Tokenize(ctx, s.in, s.out, t)
}

// open loads the tokenizer of the model, or of its file: tokenizer.json or a .model.
func (o tokenizeOptions) open() (*tokenizers.Tokenizer, error) {
	if info, err := os.Stat(o.model); err == nil && !info.IsDir() {
		return o.load.Load(o.model)
	}
	return tokenizerOf(o.model, o.load)
}
