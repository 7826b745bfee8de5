package tokenizers

import (
	"encoding/json"
	"fmt"
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
	return nil
}

// indented is v as JSON, to be read by people too.
func indented(v any) []byte {
	b, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		panic(err) // maps of strings, numbers and booleans
	}
	return append(b, '\n')
}
