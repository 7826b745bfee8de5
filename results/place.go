package results

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Finished reports whether dir holds a whole run.
func Finished(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, ResultFile))
	return err == nil
}

// RunDir returns where a run belongs below root: model/task/seed-N, a hub
// name's slash written as two hyphens.
func RunDir(root, model, task string, seed uint64) string {
	return filepath.Join(root, pathWord(model), pathWord(task), "seed-"+strconv.FormatUint(seed, 10))
}

// devices are the names that Windows has for devices, in any folder and before
// any extension.
var devices = []string{"con", "prn", "aux", "nul",
	"com1", "com2", "com3", "com4", "com5", "com6", "com7", "com8", "com9",
	"lpt1", "lpt2", "lpt3", "lpt4", "lpt5", "lpt6", "lpt7", "lpt8", "lpt9"}

// pathWord returns s as one path element that every file system takes.
func pathWord(s string) string {
	s = strings.NewReplacer("/", "--", "\\", "--").Replace(s)
	s = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`<>:"|?*`, r) {
			return '_'
		}
		return r
	}, s)
	if s = strings.Trim(s, ". "); s == "" {
		return "_"
	}
	stem, _, _ := strings.Cut(s, ".")
	if slices.Contains(devices, strings.ToLower(strings.TrimSpace(stem))) {
		return "_" + s
	}
	return s
}
