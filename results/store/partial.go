package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/lmkor/bench/internal/regular"
	"github.com/lmkor/bench/results"
)

// An unfinished run is a hidden folder beside its place: .NAME.partial for
// NAME, or .NAME.IDENTITY.partial where another has that one. Beside it lie its
// lock, NAME.lock, and for the moment of publishing its state, NAME.state.
const (
	partialExt  = ".partial"
	lockExt     = ".lock"
	stateExt    = ".state"
	stateFolder = "state" // the folder of what resuming needs, within
)

var partialTail = regexp.MustCompile(`^(\.[0-9a-z-]+)*\.partial(\.[0-9]+)?$`)

// partialsOf lists the unfinished runs that are to be final, the plain name
// first.
func partialsOf(final string) ([]string, error) {
	entries, err := os.ReadDir(filepath.Dir(final))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var all []string
	for _, e := range entries {
		if tail, ok := strings.CutPrefix(e.Name(), "."+filepath.Base(final)); ok && e.IsDir() && partialTail.MatchString(tail) {
			all = append(all, filepath.Join(filepath.Dir(final), e.Name()))
		}
	}
	slices.SortFunc(all, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	return all, nil
}

// PlaceOf returns the place that an unfinished run's folder is for, "" if it is
// none.
func PlaceOf(partial string) string {
	name, hidden := strings.CutPrefix(filepath.Base(partial), ".")
	if !hidden {
		return ""
	}
	for at := 1; at < len(name); at++ {
		if name[at] == '.' && partialTail.MatchString(name[at:]) {
			return filepath.Join(filepath.Dir(partial), name[:at])
		}
	}
	return ""
}

// newPartial returns a folder name that nothing has yet: the plain one, or one
// with the identity in it. own, if not empty, tells processes apart that can't
// lock one another out.
func newPartial(final, identity, own string) string {
	stem := filepath.Join(filepath.Dir(final), "."+filepath.Base(final))
	names := []string{stem + partialExt}
	short := identity[:min(8, len(identity))]
	if own != "" {
		names = nil
		short += "." + own
	}
	names = append(names, stem+"."+short+partialExt)
	for k := 2; ; k++ {
		for _, name := range names {
			if _, err := os.Lstat(name); errors.Is(err, fs.ErrNotExist) {
				return name
			}
		}
		names = []string{stem + "." + short + partialExt + "." + strconv.Itoa(k)}
	}
}

// readPartial reads the manifest of an unfinished run; fs.ErrNotExist if it has
// none yet.
func readPartial(dir string) (results.Manifest, error) {
	b, err := regular.ReadFile(filepath.Join(dir, results.ManifestFile), regular.Text)
	if err != nil {
		return results.Manifest{}, err
	}
	return results.DecodeManifest(b)
}

// Kept is an interrupted run that does not fit the one asked for.
type Kept struct {
	Path        string
	Differences []results.Difference // of the one asked for from it
	Err         error                // why its manifest can't be read
}

func (k Kept) String() string {
	why := "other settings: " + Changes(k.Differences)
	if k.Err != nil {
		why = fmt.Sprintf("settings unknown: %v", k.Err)
	}
	return fmt.Sprintf("an interrupted run is kept in %s (%s): "+
		"its own settings take it up, and 'bench runs clean %s --interrupted' removes it",
		k.Path, why, k.Path)
}

// Changes says what differs, of what was asked for from what is there:
// "epochs 1, now 2; seed 3, now 4".
func Changes(all []results.Difference) string {
	parts := make([]string, len(all))
	for i, d := range all {
		mine, theirs := d.Values(results.English)
		parts[i] = fmt.Sprintf("%s %s, now %s", d.Name, theirs, mine)
	}
	return strings.Join(parts, "; ")
}
