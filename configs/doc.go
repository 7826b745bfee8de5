// Package configs says what to run, as data: recipes, models, suites and
// published tables in strict YAML, embedded in the binary. A name that ends in
// .yaml is a file of the user's instead.
package configs

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"
)

//go:embed recipes models suites published
var embedded embed.FS

// names returns what is embedded in a folder, sorted.
func names(folder string) []string {
	entries, err := fs.ReadDir(embedded, folder)
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

// read returns the bytes of an embedded file or of the user's own, and the name
// that errors call it by.
func read(folder, kind, name string) (raw []byte, file string, err error) {
	if isFile(name) {
		raw, err := os.ReadFile(name)
		return raw, filepath.Base(name), err
	}
	raw, err = embedded.ReadFile(folder + "/" + name + ".yaml")
	if errors.Is(err, fs.ErrNotExist) {
		return nil, "", unknown(kind, name, names(folder))
	}
	return raw, name + ".yaml", err
}

// unknown says which names there are, or which is the nearest.
func unknown(kind, name string, have []string) error {
	if near := nearest(name, have); near != "" {
		return fmt.Errorf("no %s %q: did you mean %q?", kind, name, near)
	}
	return fmt.Errorf("no %s %q: want one of %s, or a file ending in .yaml", kind, name, strings.Join(have, ", "))
}

// load decodes strictly: an unknown field, a wrong type or a repeated key is an
// error with file, line and column, and the nearest field's name.
func load(raw []byte, file string, into any) error {
	if err := yaml.Load(raw, into, yaml.WithKnownFields()); err != nil {
		return fmt.Errorf("%s: %s", file, explain(err.Error(), fieldNames(reflect.TypeOf(into))))
	}
	return nil
}

var unknownField = regexp.MustCompile(`field (\S+) not found in type \S+`)

// explain rewrites the decoder's message in terms of the user's file.
func explain(msg string, fields []string) string {
	msg = strings.TrimPrefix(msg, "yaml: ")
	return unknownField.ReplaceAllStringFunc(msg, func(m string) string {
		name := unknownField.FindStringSubmatch(m)[1]
		if near := nearest(name, fields); near != "" {
			return fmt.Sprintf("unknown field %q: did you mean %q?", name, near)
		}
		return fmt.Sprintf("unknown field %q", name)
	})
}

// fieldNames returns the names of all fields below a type.
func fieldNames(t reflect.Type) (all []string) {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map {
		t = t.Elem()
	}
	if t.Kind() != reflect.Struct || t == reflect.TypeFor[yaml.Node]() {
		return nil
	}
	for i := range t.NumField() {
		f := t.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("yaml"), ",")
		if name != "" && name != "-" {
			all = append(all, name)
		}
		for _, n := range fieldNames(f.Type) {
			if !slices.Contains(all, n) {
				all = append(all, n)
			}
		}
	}
	return all
}

// nearest returns the name that is a few edits away, or nothing.
func nearest(name string, have []string) string {
	best, distance := "", len(name)/2+1
	for _, h := range have {
		if d := edits(name, h); d < distance {
			best, distance = h, d
		}
	}
	return best
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
