// The sample sets' generator: it writes Korean sentences from templates and
// word lists of its own, in the official files' formats, into the folder it
// is run in. The same source gives the same bytes.
package main

import (
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	for _, f := range files() {
		if err := write(f); err != nil {
			fmt.Fprintln(os.Stderr, "gen:", err)
			os.Exit(1)
		}
	}
}

// write puts a file under the working directory, making its folder.
func write(f file) error {
	path := filepath.FromSlash(f.path)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(f.text), 0o644)
}
