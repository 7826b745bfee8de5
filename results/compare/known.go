package compare

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/internal/regular"
)

// Known keeps outcomes of paired tests between programs, in a file of the user's
// cache: a table that was made once is made again without reading predictions. It
// is kept by the sums of the files, so that nothing in it is ever out of date.
type Known struct {
	path    string // "": nothing is kept
	all     map[string]outcome
	changed bool
}

// outcome is what a test came to.
type outcome struct {
	P     float64 `json:"p"`
	Apart bool    `json:"apart"` // the difference's interval leaves out 0
}

// mostKnown is how many outcomes are kept: some hundred bytes each.
const mostKnown = 20_000

// OpenKnown reads what earlier programs found. A file that can't be read is none.
func OpenKnown() *Known {
	k := &Known{all: map[string]outcome{}}
	dir, err := os.UserCacheDir()
	if err != nil {
		return k
	}
	k.path = filepath.Join(dir, "bench", "paired.json")
	text, err := regular.ReadFile(k.path, regular.Text)
	if err != nil || json.Unmarshal(text, &k.all) != nil || k.all == nil {
		k.all = map[string]outcome{}
	}
	return k
}

func (k *Known) get(key string) (outcome, bool) {
	if k == nil {
		return outcome{}, false
	}
	o, ok := k.all[key]
	return o, ok
}

func (k *Known) put(key string, o outcome) {
	if k == nil || key == "" {
		return
	}
	if len(k.all) >= mostKnown {
		clear(k.all)
	}
	k.all[key], k.changed = o, true
}

// Save keeps what was found since it was opened, beside what other programs found
// meanwhile.
func (k *Known) Save() error {
	if k == nil || k.path == "" || !k.changed {
		return nil
	}
	now := OpenKnown().all
	if len(now)+len(k.all) <= mostKnown {
		maps.Copy(k.all, now)
	}
	text, err := json.Marshal(k.all)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(k.path), 0o755); err != nil {
		return err
	}
	k.changed = false
	return atomicfile.Write(k.path, func(w io.Writer) error {
		_, err := fmt.Fprintf(w, "%s\n", text)
		return err
	})
}
