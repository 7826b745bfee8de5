package runs

import (
	"cmp"
	"errors"
	"os"
	"path/filepath"

	"github.com/lmkor/bench/results/store"
)

// remember keeps beside the cell's place why it failed, by its identity, for whoever asks how the
// cells stand; a cell that did not fail, or that was interrupted, has nothing to
// remember. A reason that can't be written down is no second failure.
func remember(c *Cell, portable string, err error) {
	if errors.Is(err, ErrInterrupted) {
		err = nil
	}
	if err != nil && c.Planned != "" { // others wait for it; what was never planned leaves no folder behind
		_ = os.MkdirAll(filepath.Dir(c.Dir), 0o755)
	}
	_ = store.RecordFailure(c.Dir, cmp.Or(c.Planned, portable), err)
}
