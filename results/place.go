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
// name's slash written as two hyphens. A point of a grid has a folder for its
// settings before the seed: model/task/batch_size=16,learning_rate=3e-05/seed-N.
func RunDir(root, model, task string, seed uint64, settings ...string) string {
	if len(settings) == 0 {
		return SeedDir(root, model, task, seed)
	}
	return SeedDir(root, model, task, seed, settingsWord(strings.Join(settings, ",")))
}

// SeedDir is where a run belongs below root that lies in such folders of its task,
// one in the other: of settings, of a variant.
func SeedDir(root, model, task string, seed uint64, folders ...string) string {
	dir := filepath.Join(root, pathWord(model), pathWord(task))
	for _, f := range folders {
		dir = filepath.Join(dir, pathWord(f))
	}
	return filepath.Join(dir, "seed-"+strconv.FormatUint(seed, 10))
}

// VariantPrefix begins the name of a folder of runs of one variant.
const VariantPrefix = "variant-"

// VariantFolder is the name of the folder of the identity's variant beside runs of
// other settings.
func (id Identity) VariantFolder() string { return VariantPrefix + id.Variant()[:8] }

// FoldersAt returns the folders between a run at path and its task, the outer
// first: of a point of a grid what RunDir called its settings, of a run beside one
// of other settings its VariantFolder; nil of others.
func FoldersAt(path string) (folders []string) {
	for dir := filepath.Dir(path); ; dir = filepath.Dir(dir) {
		name := filepath.Base(dir)
		if !strings.Contains(name, "=") && !strings.HasPrefix(name, VariantPrefix) {
			return folders
		}
		folders = slices.Insert(folders, 0, name)
	}
}

// longestWord is how long a folder of settings may be called: Windows allows 260
// letters for a whole path.
const longestWord = 100

// settingsWord is pathWord of settings; many of them are cut, with a fingerprint
// of all in their place.
func settingsWord(s string) string {
	if len(s) > longestWord {
		s = s[:longestWord-13] + "-" + HashJSON(s)[:12]
	}
	return pathWord(s)
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
		if outOfLine(r) || strings.ContainsRune(`<>:"|?*`, r) {
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
