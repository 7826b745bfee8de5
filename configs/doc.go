// Package configs says what to run, as data: recipes, models, suites and
// published tables in strict YAML, embedded in the binary. A name that ends in
// .yaml is a file of the user's instead. Mistakes in a file are
// *strictyaml.Errors with line and column, and the nearest known name.
package configs

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/lmkor/bench/internal/nearest"
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

// names returns what is embedded of a kind, sorted.
func (k kind) names() []string {
	entries, err := fs.ReadDir(embedded, k.folder)
	if err != nil {
		panic(err) // the folder is in the binary
	}
	var all []string
	for _, e := range entries {
		all = append(all, strings.TrimSuffix(e.Name(), ".yaml"))
	}
	return all
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
		raw, err = os.ReadFile(name)
	} else {
		file = name + ".yaml"
		raw, err = embedded.ReadFile(k.folder + "/" + file)
		if err != nil {
			return nil, "", k.unknown(name)
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
	if near := nearest.Name(name, k.names()); near != "" {
		return fmt.Errorf("no %s %q: did you mean %q?", k.noun, name, near)
	}
	return fmt.Errorf("no %s %q: want one of %s, or a file ending in .yaml", k.noun, name, strings.Join(k.names(), ", "))
}
