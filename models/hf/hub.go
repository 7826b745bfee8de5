package hf

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// CacheDir is the folder of the hub's cache, the one that Hugging Face's own
// client uses: HF_HUB_CACHE, else hub in HF_HOME, else in
// ~/.cache/huggingface.
func CacheDir() (string, error) {
	for _, name := range []string{"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"} {
		if dir := os.Getenv(name); dir != "" {
			return dir, nil
		}
	}
	if dir := os.Getenv("HF_HOME"); dir != "" {
		return filepath.Join(dir, "hub"), nil
	}
	cache := os.Getenv("XDG_CACHE_HOME")
	if cache == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", fmt.Errorf("the hub's cache: %w: name one with HF_HOME", err)
		}
		cache = filepath.Join(home, ".cache")
	}
	return filepath.Join(cache, "huggingface", "hub"), nil
}

// CacheError says that a hub name is not in the local cache.
type CacheError struct{ Name, Revision, Dir string }

func (e *CacheError) Error() string {
	return fmt.Sprintf("%s (revision %s) is not in the local cache %s: 'bench models pull %s' fetches it", e.Name, e.Revision, e.Dir, e.Name)
}

// Resolve returns the directory of a model: name itself where it is one, else
// the snapshot that the local cache has of a hub name, of its branch main or of
// the revision behind an @. It is a *CacheError if the cache has none.
func Resolve(name string) (string, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return name, nil
	}
	name, revision := splitRevision(name)
	if err := checkName(name); err != nil {
		return "", err
	}
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	repo := repoDir(cache, name)
	commit := revision
	if b, err := os.ReadFile(filepath.Join(repo, "refs", filepath.FromSlash(revision))); err == nil {
		commit = strings.TrimSpace(string(b))
	} else if !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	dir := filepath.Join(repo, "snapshots", commit)
	if commit == "" || strings.ContainsAny(commit, `/\`) {
		return "", &CacheError{name, revision, cache}
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", &CacheError{name, revision, cache}
	}
	return dir, nil
}

// splitRevision cuts name@revision; main if there is none.
func splitRevision(name string) (string, string) {
	if n, r, ok := strings.Cut(name, "@"); ok && r != "" {
		return n, r
	}
	return name, "main"
}

// checkName refuses what is no name on the hub: one or two words.
func checkName(name string) error {
	parts := strings.Split(name, "/")
	for _, p := range parts {
		if p == "" || strings.Trim(p, ".") == "" || strings.ContainsFunc(p, func(r rune) bool {
			return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.", r))
		}) {
			return fmt.Errorf("%q is neither a directory nor a hub name such as kykim/bert-kor-base", name)
		}
	}
	if len(parts) > 2 {
		return fmt.Errorf("%q is neither a directory nor a hub name such as kykim/bert-kor-base", name)
	}
	return nil
}

func repoDir(cache, name string) string {
	return filepath.Join(cache, "models--"+strings.ReplaceAll(name, "/", "--"))
}
