package arch

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// platforms are those that README.md names.
var platforms = []string{"linux/amd64", "linux/arm64", "darwin/amd64", "darwin/arm64", "windows/amd64", "windows/arm64"}

// TestEveryPlatform checks the types of the program for every other platform, without
// cgo and without writing code: the sources of this module whole, of the others
// their declarations. A function without a body needs an assembly file beside it.
func TestEveryPlatform(t *testing.T) {
	if testing.Short() {
		t.Skip("checks the program and all that it imports, once a platform")
	}
	for _, p := range platforms {
		if p == runtime.GOOS+"/"+runtime.GOARCH {
			continue // the compiler has
		}
		t.Run(p, func(t *testing.T) {
			t.Parallel()
			goos, goarch, _ := strings.Cut(p, "/")
			c := checker{module: module, sizes: types.SizesFor("gc", goarch), known: map[string]*types.Package{"unsafe": types.Unsafe}}
			for _, pkg := range listed(t, goos, goarch) {
				c.check(t, pkg)
			}
			if c.own < 40 {
				t.Errorf("%d packages of this module were checked: too few to be all", c.own)
			}
		})
	}
}

// listedPackage is what the go command says of a package.
type listedPackage struct {
	ImportPath, Dir string
	GoFiles, SFiles []string
	ImportMap       map[string]string
}

// listed returns the packages of the program for a platform, each behind those
// that it imports.
func listed(t *testing.T, goos, goarch string) (all []listedPackage) {
	t.Helper()
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Dir,GoFiles,SFiles,ImportMap", "./cmd/bench")
	cmd.Dir = filepath.Join("..", "..")
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+goarch, "CGO_ENABLED=0")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %s", exit.Stderr)
		}
		t.Fatal(err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p listedPackage
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
}

// checker knows the packages that it has checked.
type checker struct {
	module string
	sizes  types.Sizes
	known  map[string]*types.Package
	own    int // of this module
}

func (c *checker) check(t *testing.T, p listedPackage) {
	t.Helper()
	if p.ImportPath == "unsafe" {
		return
	}
	own := strings.HasPrefix(p.ImportPath, c.module)
	fset := token.NewFileSet()
	var files []*ast.File
	for _, name := range p.GoFiles {
		f, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if own && len(p.SFiles) == 0 {
			withBodies(t, fset, f)
		}
		files = append(files, f)
	}
	config := types.Config{Sizes: c.sizes, IgnoreFuncBodies: !own, Importer: imports{c.known, p.ImportMap},
		Error: func(err error) { t.Errorf("%s: %v", p.ImportPath, err) }}
	checked, _ := config.Check(p.ImportPath, fset, files, nil)
	c.known[p.ImportPath] = checked
	if own {
		c.own++
	}
}

// withBodies fails the test at every function of a file that has no body.
func withBodies(t *testing.T, fset *token.FileSet, f *ast.File) {
	t.Helper()
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Body == nil {
			t.Errorf("%s: %s has no body, and no assembly lies beside it", fset.Position(fn.Pos()), fn.Name.Name)
		}
	}
}

// imports finds packages among those that were checked.
type imports struct {
	known map[string]*types.Package
	named map[string]string // by the path in the source, where the go command takes another
}

func (i imports) Import(path string) (*types.Package, error) {
	if other, ok := i.named[path]; ok {
		path = other
	}
	if p := i.known[path]; p != nil {
		return p, nil
	}
	return nil, errors.New("not among the packages that were checked")
}
