package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/tokenizers"
)

// tokenizeOptions are the flags of `bench tokenize`.
type tokenizeOptions struct {
	model        string
	pairs, words bool
	limited      bool // --max-length is given
	options      tokenizers.Options
	load         tokenizers.LoadOptions
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
	fl.IntVar(&o.options.MaxLength, "max-length", 0, "cut to this many tokens, special ones included (default no limit)")
	fl.BoolVar(&o.pairs, "pairs", false, "each line is a text and its pair, split by a tab")
	fl.BoolVar(&o.words, "words", false, "each line is a sentence of words, split by white space")
	fl.BoolVar(&o.options.NoSpecial, "no-special", false, "add no [CLS] and [SEP]")
	choiceFlag(cmd, &o.options.Truncation, "truncation", "how pairs are cut", tokenizers.LongestFirst, tokenizers.LongestFirstPython)
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
	if o.pairs && o.words {
		return usagef("--pairs and --words: want one of them")
	}
	t, err := o.open()
	if err != nil {
		return err
	}
	printAnalyser(s.err, t)
	if n := t.Specials(o.pairs); o.limited && (o.options.MaxLength < 1 || !o.options.NoSpecial && o.options.MaxLength < n) {
		return usagef("--max-length %d: want at least %d, for the special tokens", o.options.MaxLength, max(n, 1))
	}
	return o.tokenize(ctx, s.in, s.out, t)
}

// open loads the tokenizer of the model, or of its file: tokenizer.json or a .model.
func (o tokenizeOptions) open() (*tokenizers.Tokenizer, error) {
	if info, err := os.Stat(o.model); err == nil && !info.IsDir() {
		return o.load.Load(o.model)
	}
	return tokenizerOf(o.model, o.load)
}

// maxLine bounds a line of text in bytes.
const maxLine = 1 << 26

// readLine reads a line of at most maxLine bytes, its end included.
func readLine(in *bufio.Reader) (string, error) {
	var line []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(line)+len(part) > maxLine {
			return "", fmt.Errorf("a line of more than %d bytes", maxLine)
		}
		line = append(line, part...)
		if !errors.Is(err, bufio.ErrBufferFull) {
			return string(line), err
		}
	}
}

// tokenize reads lines from r and writes one JSON object for each to w, until ctx
// is done.
func (o tokenizeOptions) tokenize(ctx context.Context, r io.Reader, w io.Writer, t *tokenizers.Tokenizer) error {
	in, out := bufio.NewReaderSize(r, 1<<16), bufio.NewWriterSize(w, 1<<16)
	var buf []byte
	for n := 1; ; n++ {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		line, err := readLine(in)
		if line == "" && err != nil {
			if errors.Is(err, io.EOF) {
				return out.Flush()
			}
			return fmt.Errorf("stdin:%d: %w", n, err)
		}
		line = strings.TrimSuffix(strings.TrimSuffix(line, "\n"), "\r")
		if !utf8.ValidString(line) {
			return errors.Join(fmt.Errorf("stdin:%d: invalid UTF-8: want UTF-8 text", n), out.Flush())
		}
		var enc tokenizers.Encoding
		switch {
		case o.words:
			enc = t.EncodeWords(strings.Fields(line), o.options)
		case o.pairs:
			text, pair, found := strings.Cut(line, "\t")
			if !found {
				return errors.Join(fmt.Errorf("stdin:%d: no tab: want text and pair split by a tab", n), out.Flush())
			}
			enc = t.Encode(text, pair, true, o.options)
		default:
			enc = t.Encode(line, "", false, o.options)
		}
		if enc.Err != nil {
			return errors.Join(fmt.Errorf("stdin:%d: %w", n, enc.Err), out.Flush())
		}
		buf = appendEncoding(buf[:0], enc, o.words)
		if _, err := out.Write(buf); err != nil {
			return err
		}
		if in.Buffered() == 0 { // answer a person, or a program that waits
			if err := out.Flush(); err != nil {
				return err
			}
		}
	}
}

// appendEncoding appends enc as a line of JSON. It is written out by hand
// because reflection would cost ten times what tokenizing does.
func appendEncoding(b []byte, enc tokenizers.Encoding, words bool) []byte {
	b = append(b, `{"tokens":[`...)
	for i, s := range enc.Tokens {
		b = appendJSONString(comma(b, i), s)
	}
	b = append(b, `],"input_ids":[`...)
	for i, id := range enc.IDs {
		b = strconv.AppendInt(comma(b, i), int64(id), 10)
	}
	b = append(b, `],"token_type_ids":[`...)
	for i, id := range enc.TypeIDs {
		b = strconv.AppendInt(comma(b, i), int64(id), 10)
	}
	b = append(b, `],"offsets":[`...)
	for i, o := range enc.Offsets {
		b = strconv.AppendInt(append(comma(b, i), '['), int64(o[0]), 10)
		b = append(strconv.AppendInt(append(b, ','), int64(o[1]), 10), ']')
	}
	if words {
		b = append(b, `],"word_ids":[`...)
		for i, id := range enc.WordIDs {
			if b = comma(b, i); id < 0 {
				b = append(b, "null"...)
			} else {
				b = strconv.AppendInt(b, int64(id), 10)
			}
		}
	}
	return append(b, "]}\n"...)
}

func comma(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return b
}

// appendJSONString appends s, valid UTF-8, as a JSON string.
func appendJSONString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
