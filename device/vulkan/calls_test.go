package vulkan

import (
	"bytes"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestEveryCallIsComputed holds the backend's cases to the calls that package device
// has: every one has a case.
func TestEveryCallIsComputed(t *testing.T) {
	var calls, cases []string
	parsed(t, "..", func(n ast.Node) {
		if f, ok := n.(*ast.FuncDecl); ok && f.Name.Name == "call" && f.Recv != nil {
			calls = append(calls, f.Recv.List[0].Type.(*ast.StarExpr).X.(*ast.Ident).Name)
		}
	})
	parsed(t, ".", func(n ast.Node) {
		c, ok := n.(*ast.CaseClause)
		if !ok {
			return
		}
		for _, e := range c.List {
			star, ok := e.(*ast.StarExpr)
			if !ok {
				continue
			}
			if s, ok := star.X.(*ast.SelectorExpr); ok && s.X.(*ast.Ident).Name == "device" {
				cases = append(cases, s.Sel.Name)
			}
		}
	})
	if len(calls) < 30 {
		t.Fatalf("found %d calls", len(calls))
	}
	for _, c := range calls {
		if !slices.Contains(cases, c) {
			t.Errorf("device.%s has no case that computes it", c)
		}
	}
}

func parsed(t *testing.T, folder string, f func(ast.Node)) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(folder, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool { f(n); return true })
	}
}

// TestShadersAreCompiled compiles every shader again and compares, where the
// compilers are. Where BENCH_GLSLANG names the one for cooperative matrices, both have to be.
func TestShadersAreCompiled(t *testing.T) {
	dir := t.TempDir()
	out, err := exec.Command("go", "run", "./gen", "-into", dir).CombinedOutput()
	if err != nil || len(out) > 0 && os.Getenv("BENCH_GLSLANG") != "" {
		t.Fatalf("%v\n%s", err, out)
	}
	want, err := filepath.Glob("shaders/*.spv")
	if err != nil {
		t.Fatal(err)
	}
	sources, err := filepath.Glob("shaders/*.comp")
	if err != nil {
		t.Fatal(err)
	}
	if len(want) != len(sources) {
		t.Errorf("%d compiled shaders of %d", len(want), len(sources))
	}
	compared := 0
	for _, s := range sources {
		name := strings.TrimSuffix(filepath.Base(s), ".comp") + ".spv"
		got, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) && bytes.Contains(out, []byte(s)) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		committed, err := os.ReadFile(filepath.Join("shaders", name))
		if err != nil || string(got) != string(committed) {
			t.Errorf("%s is not what go generate makes of %s", name, s)
		}
		compared++
	}
	if compared == 0 {
		t.Skipf("NOT RUN: %s", out)
	}
	if len(out) > 0 {
		t.Logf("NOT COMPARED: %s", out)
	}
}
