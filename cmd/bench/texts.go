package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/datasets"
)

// eachText calls f with the texts of the flags, or without any with the lines of
// standard input.
func eachText(ctx context.Context, stdin io.Reader, texts []string, f func(text string) error) error {
	for _, t := range texts {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := f(t); err != nil {
			return err
		}
	}
	if len(texts) > 0 {
		return nil
	}
	in := bufio.NewReader(stdin)
	for n := 1; ; n++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		line, err := in.ReadString('\n')
		if line == "" && err == io.EOF {
			return nil
		}
		if err != nil && err != io.EOF {
			return fmt.Errorf("stdin:%d: %w", n, err)
		}
		line = strings.TrimRight(line, "\r\n")
		if n == 1 {
			line = strings.TrimPrefix(line, "\ufeff")
		}
		if !utf8.ValidString(line) {
			return fmt.Errorf("stdin:%d: %s", n, datasets.Encoding(line))
		}
		if err := f(line); err != nil {
			return fmt.Errorf("stdin:%d: %w", n, err)
		}
	}
}

// labelsFlag declares --labels, by which a checkpoint's labels are the task's.
func labelsFlag(cmd *cobra.Command, to *[]string) {
	cmd.Flags().StringSliceVar(to, "labels", nil, "which of the task's labels one of the checkpoint's is, `NAME=LABEL`; "+
		"may be repeated")
}
