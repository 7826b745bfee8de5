package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var quoted = regexp.MustCompile("`([^`]+)`")

// The walk of a batch in DESIGN.md names functions that are where it says.
func TestWalkOfABatch(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "DESIGN.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, walk, found := strings.Cut(string(text), "## One batch of `bench run`")
	if !found {
		t.Fatal("DESIGN.md walks no batch")
	}
	walk, _, _ = strings.Cut(walk, "\n## ")
	steps := 0
	for line := range strings.Lines(walk) {
		cells := strings.Split(line, "|")
		if len(cells) != 5 || !strings.Contains(cells[2], ".go`") {
			continue
		}
		steps++
		file := quoted.FindStringSubmatch(cells[2])[1]
		parsed, err := parser.ParseFile(token.NewFileSet(), filepath.Join("..", "..", filepath.FromSlash(file)), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Error(err)
			continue
		}
		there := map[string]bool{}
		for _, d := range parsed.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				there[f.Name.Name] = true
			}
		}
		for _, name := range quoted.FindAllStringSubmatch(cells[3], -1) {
			if !there[name[1]] {
				t.Errorf("%s: no function %s", file, name[1])
			}
		}
	}
	if steps < 30 {
		t.Errorf("%d steps of the walk found", steps)
	}
}
