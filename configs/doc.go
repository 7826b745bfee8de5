// Package configs says what to run, as data: recipes, models, suites and
// published tables in strict YAML, embedded in the binary. A name that ends in
// .yaml is a file of the user's instead, as is one that lies in UserDir. Mistakes in a file are
// *strictyaml.Errors with line and column, and the nearest known name.
package configs

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lmkor/bench/internal/nearest"
	"github.com/lmkor/bench/internal/regular"
	"github.com/lmkor/bench/internal/strictyaml"
)

//go:embed recipes models suites published
var embedded embed.FS

// kind is a kind of config: the folder of its files, and its name in messages.
type kind struct{ folder, noun string }

var (
	recipes   = kind{"recipes", "recipe"}
	models    = kind{"models", "model"}
	suites    = kind{"suites", "suite"}
	published = kind{"published", "published table"}
)

// Suites, Recipes and PublishedTables return the embedded names, sorted.
func Suites() []string          { return suites.names() }
func Recipes() []string         { return recipes.names() }
func PublishedTables() []string { return published.names() }

// UserDir is where the user's own named configs lie, in the folders recipes,
// models, suites and published: what BENCH_CONFIG_DIR names, or bench in the
// system's folder for configuration. A file there hides an embedded one of the
// same name. It is empty where the system has no such folder.
func UserDir() string {
	if dir := os.Getenv("BENCH_CONFIG_DIR"); dir != "" {
		return dir
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "bench")
}

// userFile returns the path of the user's own config of that name, empty
// without a UserDir.
func (k kind) userFile(name string) string {
	dir := UserDir()
	if dir == "" {
		return ""
	}
	return filepath.Join(dir, k.folder, name+".yaml")
}

// names returns what is embedded of a kind and what the user has, sorted.
func (k kind) names() []string {
	entries, err := fs.ReadDir(embedded, k.folder)
	if err != nil {
		panic(err) // the folder is in the binary
	}
	var all []string
	for _, e := range entries {
		all = append(all, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	own, _ := filepath.Glob(k.userFile("*")) // the pattern is well-formed
	for _, path := range own {
		all = append(all, strings.TrimSuffix(filepath.Base(path), ".yaml"))
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// isFile reports whether a name means a file of the user's.
func isFile(name string) bool {
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}

// load decodes the config of that name into v, and returns its bytes and the
// name that errors call it by.
func (k kind) load(name string, v any) (raw []byte, file string, err error) {
	file = name
	if isFile(name) {
		raw, err = regular.ReadFile(name, regular.Text)
	} else {
		file = name + ".yaml"
		if raw, err = regular.ReadFile(k.userFile(name), regular.Text); errors.Is(err, fs.ErrNotExist) {
			if raw, err = embedded.ReadFile(k.folder + "/" + file); err != nil {
				return nil, "", k.unknown(name)
			}
		}
	}
	if err != nil {
		var p *fs.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		return nil, "", fmt.Errorf("%s %s: %w", k.noun, name, err)
	}
	return raw, file, strictyaml.Load(raw, file, v)
}

// unknown says which name is the nearest, or which there are.
func (k kind) unknown(name string) error {
	return nearest.Unknown(k.noun, name, k.names(), "a file ending in .yaml")
}
