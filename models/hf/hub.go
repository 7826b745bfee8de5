package hf

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// home is the folder of Hugging Face's own client: HF_HOME, else
// ~/.cache/huggingface.
func home() (string, error) {
	if dir := envPath("HF_HOME"); dir != "" {
		return dir, nil
	}
	if cache := envPath("XDG_CACHE_HOME"); cache != "" {
		return filepath.Join(cache, "huggingface"), nil
	}
	user, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("the hub's cache: %w: name one with HF_HOME", err)
	}
	return filepath.Join(user, ".cache", "huggingface"), nil
}

// envPath is a path in the environment, with ~ and variables filled in as the
// hub's client does.
func envPath(name string) string {
	path := os.Getenv(name)
	if rest, ok := strings.CutPrefix(path, "~"); ok && (rest == "" || os.IsPathSeparator(rest[0])) {
		if user, err := os.UserHomeDir(); err == nil {
			path = filepath.Join(user, rest)
		}
	}
	return os.Expand(path, func(v string) string {
		if s, ok := os.LookupEnv(v); ok {
			return s
		}
		return "$" + v
	})
}

// CacheDir is the folder of the hub's cache, the one that Hugging Face's own
// client uses: HF_HUB_CACHE, else hub in HF_HOME, else in ~/.cache/huggingface.
func CacheDir() (string, error) {
	for _, name := range []string{"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"} {
		if dir := envPath(name); dir != "" {
			return dir, nil
		}
	}
	dir, err := home()
	return filepath.Join(dir, "hub"), err
}

// cacheDirs are the folders where a model may be: besides CacheDir the one
// that older versions of transformers were told.
func cacheDirs() ([]string, error) {
	dir, err := CacheDir()
	if err != nil {
		return nil, err
	}
	all := []string{dir}
	if old := envPath("TRANSFORMERS_CACHE"); old != "" && old != dir {
		all = append(all, old)
	}
	return all, nil
}

// CacheError says that a hub name is not in the local cache.
type CacheError struct{ Name, Revision, Dir string }

func (e *CacheError) Error() string {
	return fmt.Sprintf("%s (revision %s) is not in the local cache %s: 'bench models pull %s' fetches it", e.Name,
		e.Revision, e.Dir, e.Name)
}

// Resolve returns the directory of a model: name itself where it is one, else
// the snapshot that the local cache has of a hub name, of its branch main or of
// the revision behind an @. It is a *CacheError if the cache has none.
func Resolve(name string) (string, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return name, nil
	}
	name, revision, err := parseName(name)
	if err != nil {
		return "", err
	}
	dirs, err := cacheDirs()
	if err != nil {
		return "", err
	}
	for _, cache := range dirs {
		dir, err := snapshot(repoDir(cache, name), revision)
		if err != nil || dir != "" {
			return dir, err
		}
	}
	return "", &CacheError{name, revision, dirs[0]}
}

// snapshot returns a revision's folder in a cached repository, empty if there
// is none.
func snapshot(repo, revision string) (string, error) {
	commit := revision
	b, err := os.ReadFile(filepath.Join(repo, "refs", filepath.FromSlash(revision)))
	switch {
	case err == nil:
		commit = strings.TrimSpace(string(b))
	case !errors.Is(err, fs.ErrNotExist):
		return "", err
	}
	if commit == "" || strings.ContainsAny(commit, `/\`) || !filepath.IsLocal(commit) {
		return "", nil
	}
	dir := filepath.Join(repo, "snapshots", commit)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", nil
	}
	return dir, nil
}

var (
	nameForm     = regexp.MustCompile(`^(\w[\w.-]*/)?\w[\w.-]*$`)
	revisionForm = regexp.MustCompile(`^\w[\w./+-]*$`)
)

// parseName takes a hub name apart, name@revision; the revision is main if
// there is none.
func parseName(s string) (name, revision string, err error) {
	name, revision, at := strings.Cut(s, "@")
	if !at {
		revision = "main"
	}
	for part := range strings.SplitSeq(name, "/") {
		if len(part) > 96 || strings.Contains(part, "--") || strings.Contains(part, "..") ||
			strings.HasSuffix(part, ".") || strings.HasSuffix(part, "-") {
			name = ""
		}
	}
	if !nameForm.MatchString(name) {
		return "", "", fmt.Errorf("%q is neither a directory nor a hub name such as kykim/bert-kor-base", s)
	}
	if !revisionForm.MatchString(revision) || !filepath.IsLocal(filepath.FromSlash(revision)) {
		return "", "", fmt.Errorf("%q: revision %q: want a branch, a tag or a commit", s, revision)
	}
	return name, revision, nil
}

func repoDir(cache, name string) string {
	return filepath.Join(cache, "models--"+strings.ReplaceAll(name, "/", "--"))
}

// Cached is a model in the hub's cache.
type Cached struct {
	Name      string
	Revisions []string // branches and tags
	Dir       string   // of main's snapshot, else of the first revision's
}

// ListCache returns the models that the hub's cache has a snapshot of, by name.
func ListCache() ([]Cached, error) {
	dirs, err := cacheDirs()
	if err != nil {
		return nil, err
	}
	var all []Cached
	for _, cache := range dirs {
		entries, err := os.ReadDir(cache)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		for _, e := range entries {
			name, ok := strings.CutPrefix(e.Name(), "models--")
			if !ok {
				continue
			}
			name = strings.ReplaceAll(name, "--", "/")
			repo := filepath.Join(cache, e.Name())
			c := Cached{Name: name, Revisions: revisions(repo)}
			for _, r := range c.Revisions {
				if dir, err := snapshot(repo, r); err == nil && dir != "" && (c.Dir == "" || r == "main") {
					c.Dir = dir
				}
			}
			known := slices.ContainsFunc(all, func(a Cached) bool { return a.Name == name })
			if c.Dir != "" && !known {
				all = append(all, c)
			}
		}
	}
	slices.SortFunc(all, func(a, b Cached) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

// revisions returns the names below a cached repository's refs.
func revisions(repo string) (all []string) {
	refs := filepath.Join(repo, "refs")
	filepath.WalkDir(refs, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			if name, err := filepath.Rel(refs, path); err == nil {
				all = append(all, filepath.ToSlash(name))
			}
		}
		return nil // what can't be read is not listed
	})
	return all
}
