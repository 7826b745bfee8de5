// Package arch holds the test that keeps imports as DESIGN.md says.
package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/lmkor/bench"

// everywhere may be imported by every package.
const everywhere = "internal/atomicfile"

var row = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| .* \\| (.*) \\|$")

// allowed reads DESIGN.md's table: what each folder may import, nil for all.
func allowed(t *testing.T, root string) map[string][]string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, "DESIGN.md"))
	if err != nil {
		t.Fatal(err)
	}
	table := map[string][]string{}
	for _, m := range row.FindAllStringSubmatch(string(b), -1) {
		folder := strings.TrimSuffix(m[1], "/")
		switch m[2] {
		case "all":
			table[folder] = nil
		case "–":
			table[folder] = []string{}
		default:
			table[folder] = strings.Split(m[2], ", ")
		}
	}
	if len(table) < 10 {
		t.Fatalf("DESIGN.md's table has %d rows that can be read", len(table))
	}
	return table
}

// sources calls f with every Go file of the module that is built into a package
// of it; generators (folders called gen) and modules of their own are not.
func sources(t *testing.T, root string, f func(folder, name string, file *ast.File)) {
	t.Helper()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			_, err := os.Stat(filepath.Join(p, "go.mod"))
			if p != root && (err == nil || strings.HasPrefix(d.Name(), ".") || d.Name() == "gen" || d.Name() == "testdata") {
				return filepath.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") {
			return nil
		}
		file, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, filepath.Dir(p))
		if err != nil {
			return err
		}
		f(filepath.ToSlash(rel), filepath.Base(p), file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestImportsFollowTheDesign(t *testing.T) {
	root := filepath.Join("..", "..")
	table := allowed(t, root)
	sources(t, root, func(folder, name string, file *ast.File) {
		if strings.HasSuffix(name, "_test.go") {
			return
		}
		may, known := table[folder]
		if !known {
			t.Errorf("%s/%s: DESIGN.md's table has no row for %s", folder, name, folder)
			return
		}
		if may == nil {
			return
		}
		for _, i := range file.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			to, ours := strings.CutPrefix(p, module+"/")
			if ours && to != everywhere && !slices.Contains(may, to) {
				t.Errorf("%s/%s imports %s, which DESIGN.md does not allow", folder, name, to)
			}
		}
	})
}

func TestHouseRules(t *testing.T) {
	sources(t, filepath.Join("..", ".."), func(folder, name string, file *ast.File) {
		switch path.Base(folder) {
		case "utils", "util", "helpers", "common", "misc":
			t.Errorf("%s: a package is called for what it is", folder)
		}
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s/%s has an init function: build tables as values", folder, name)
			}
		}
	})
}
