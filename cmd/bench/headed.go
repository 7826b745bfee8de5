package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/tokenizers"
)

// headed is a checkpoint with the head that it was saved with, ready to answer.
type headed struct {
	dir    string
	config *hf.Config
	model  *models.Model
	tok    *tokenizers.Tokenizer
}

// openHeaded opens what --model names. A checkpoint without a head, or without
// its weights, is an error; with kinds, one of another head too.
func openHeaded(name string, kinds ...models.HeadKind) (*headed, error) {
	src, err := findModel(name)
	if err != nil {
		return nil, err
	}
	if src.Dir == "" {
		return nil, fmt.Errorf("%s: sizes to train from nothing: want a checkpoint", name)
	}
	h := &headed{dir: src.Dir}
	if h.config, err = hf.ReadConfig(src.Dir); err != nil {
		return nil, fmt.Errorf("%s: %w", src.Dir, err)
	}
	head, err := models.HeadOf(&h.config.Config)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", src.Dir, err)
	}
	if len(kinds) > 0 && !slices.Contains(kinds, head.Kind) {
		return nil, fmt.Errorf("%s: a model for %s: want one for %s", src.Dir, head.Kind, kinds[0])
	}
	w, err := hf.OpenWeights(src.Dir)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", src.Dir, err)
	}
	defer w.Close()
	var rep models.Loaded
	if h.model, rep, err = models.Open(h.config.Config, head, w, false, 0); err != nil {
		return nil, fmt.Errorf("%s: %w", src.Dir, err)
	}
	if drawn := slices.DeleteFunc(rep.Drawn, func(n string) bool { return strings.HasPrefix(n, "encoder.pooler.") }); len(drawn) > 0 {
		return nil, fmt.Errorf("%s: %w", src.Dir, &models.MissingError{Names: drawn})
	}
	if h.tok, err = tokenizers.Load(src.Dir); err != nil {
		return nil, err
	}
	return h, nil
}

// eachText calls f with the texts of the flags, or without any with the lines of
// standard input.
func eachText(cmd *cobra.Command, texts []string, f func(text string) error) error {
	for _, t := range texts {
		if err := f(t); err != nil {
			return err
		}
	}
	if len(texts) > 0 {
		return nil
	}
	in := bufio.NewReader(cmd.InOrStdin())
	for n := 1; ; n++ {
		line, err := in.ReadString('\n')
		if line == "" && err == io.EOF {
			return nil
		}
		if err != nil && err != io.EOF {
			return fmt.Errorf("stdin:%d: %w", n, err)
		}
		line = strings.TrimRight(line, "\r\n")
		if !utf8.ValidString(line) {
			return fmt.Errorf("stdin:%d: invalid UTF-8: want UTF-8 text", n)
		}
		if err := f(line); err != nil {
			return fmt.Errorf("stdin:%d: %w", n, err)
		}
	}
}

// printLine prints v as one line of JSON, Korean and signs as they are.
func printLine(cmd *cobra.Command, v any) error {
	e := json.NewEncoder(cmd.OutOrStdout())
	e.SetEscapeHTML(false)
	return e.Encode(v)
}
