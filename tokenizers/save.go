package tokenizers

import (
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

// Save writes the files that the tokenizer was loaded from, or made as, into
// dir, which it makes if need be. Load, and transformers, read them as they are.
func (t *Tokenizer) Save(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("tokenizer: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(t.files)) {
		if err := os.WriteFile(filepath.Join(dir, name), t.files[name], 0o666); err != nil {
			return fmt.Errorf("tokenizer: %w", err)
		}
	}
	for _, path := range t.beside {
		if err := copyFile(filepath.Join(dir, filepath.Base(path)), path); err != nil {
			return fmt.Errorf("tokenizer: %w", err)
		}
	}
	return nil
}

// copyFile copies a file that may be large, unless it is there already.
func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	source, err := in.Stat()
	if err != nil {
		return err
	}
	if there, err := os.Stat(to); err == nil && os.SameFile(source, there) {
		return nil
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	if _, err := io.Copy(out, in); err != nil {
		out.Close()
		return err
	}
	return out.Close()
}
