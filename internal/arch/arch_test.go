package arch

import (
	"fmt"
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
var everywhere = []string{"internal/atomicfile", "internal/regular"}

// design is DESIGN.md's table: what each folder may import, nil for all.
type design map[string][]string

var row = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| .* \\| (.*) \\|$")

// parse reads the table from DESIGN.md's text.
func parse(text string) design {
	table := design{}
	for _, m := range row.FindAllStringSubmatch(text, -1) {
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
	return table
}

// faults returns which of a package's imports the table does not have, and
// whether it has the package.
func (d design) faults(folder string, imports []string) (all []string) {
	may, known := d[folder]
	if !known {
		return []string{fmt.Sprintf("the table has no row for %s", folder)}
	}
	for _, p := range imports {
		to, ours := strings.CutPrefix(p, module+"/")
		if may != nil && ours && !slices.Contains(everywhere, to) && !slices.Contains(may, to) {
			all = append(all, fmt.Sprintf("%s imports %s, which the table does not allow", folder, to))
		}
	}
	return all
}

func TestFaults(t *testing.T) {
	table := parse("| folder | what | imports |\n| --- | --- | --- |\n" +
		"| `cmd/bench` | wiring | all |\n| `tasks/` | the seven | datasets, metrics |\n| `metrics` | scores | – |\n")
	for _, c := range []struct{ folder, imports, want string }{
		{"cmd/bench", "tasks metrics anything", ""},
		{"tasks", "datasets metrics internal/atomicfile", ""},
		{"tasks", "datasets trainers", "tasks imports trainers, which the table does not allow"},
		{"tasks", "datasets/samples", "tasks imports datasets/samples, which the table does not allow"},
		{"metrics", "tasks", "metrics imports tasks, which the table does not allow"},
		{"serve", "", "the table has no row for serve"},
	} {
		imports := []string{"fmt", "gonum.org/v1/gonum/stat"}
		for _, p := range strings.Fields(c.imports) {
			imports = append(imports, module+"/"+p)
		}
		if got := strings.Join(table.faults(c.folder, imports), "; "); got != c.want {
			t.Errorf("%s importing %s: %q, want %q", c.folder, c.imports, got, c.want)
		}
	}
}

// sources calls f with every Go file of the module that is built into a package
// of it; generators (folders called gen) and modules of their own are not.
func sources(t *testing.T, f func(folder, name string, file *ast.File)) {
	t.Helper()
	root := filepath.Join("..", "..")
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
		file, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.SkipObjectResolution|parser.ParseComments)
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
	text, err := os.ReadFile(filepath.Join("..", "..", "DESIGN.md"))
	if err != nil {
		t.Fatal(err)
	}
	table, found := parse(string(text)), map[string]bool{}
	sources(t, func(folder, name string, file *ast.File) {
		found[folder] = true
		if strings.HasSuffix(name, "_test.go") { // tests may import anything
			return
		}
		var imports []string
		for _, i := range file.Imports {
			p, err := strconv.Unquote(i.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			imports = append(imports, p)
		}
		for _, f := range table.faults(folder, imports) {
			t.Errorf("%s/%s: %s", folder, name, f)
		}
	})
	for folder := range table {
		if !found[folder] {
			t.Errorf("DESIGN.md's table has a row for %s, which has no Go file", folder)
		}
	}
}

func TestHouseRules(t *testing.T) {
	documented := map[string]bool{}
	sources(t, func(folder, name string, file *ast.File) {
		switch path.Base(folder) {
		case "utils", "util", "helpers", "helper", "common", "misc", "shared":
			t.Errorf("%s: a package is called for what it is", folder)
		}
		documented[folder] = documented[folder] || file.Doc != nil
		for _, d := range file.Decls {
			if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				t.Errorf("%s/%s has an init function: build tables as values", folder, name)
			}
		}
	})
	for folder, has := range documented {
		if !has {
			t.Errorf("%s: the package has no doc sentence", folder)
		}
	}
}
