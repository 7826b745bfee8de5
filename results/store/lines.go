package store

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/lmkor/bench/results"
)

// lineWriter writes JSON Lines.
type lineWriter struct{ w *bufio.Writer }

func (l lineWriter) write(v any) error {
	b, err := results.Encode(v, "")
	if err != nil {
		return err
	}
	l.w.Write(b)
	return l.w.WriteByte('\n')
}

// writeLines writes a JSON Lines file.
func writeLines[T any](path string, rows []T) error {
	return writeFile(path, func(out io.Writer) error {
		b := bufio.NewWriterSize(out, 1<<16)
		lines := lineWriter{b}
		for i := range rows {
			if err := lines.write(rows[i]); err != nil {
				return fmt.Errorf("%s: row %d: %w", filepath.Base(path), i, err)
			}
		}
		return b.Flush()
	})
}

// writeFile writes a file and closes it, whatever happens.
func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	return errors.Join(write(f), f.Close())
}
