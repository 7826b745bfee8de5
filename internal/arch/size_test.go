package arch

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// mostLines is how many lines a package may have, files that a generator wrote
// and tests aside.
const mostLines = 3500

// largerPackages are those that have more, and the most that they may have: let
// them get smaller, not larger.
var largerPackages = map[string]int{
	// One package for all commands is what a reader looks for: flags, their help with
	// examples, one call and what is printed, some 100 lines for each of 40 commands.
	"cmd/bench": 5800,
}

func TestPackagesAreOfAReadersSize(t *testing.T) {
	lines := map[string]int{}
	sourceFiles(t, func(folder, _ string, text string) { lines[folder] += strings.Count(text, "\n") })
	for folder, n := range lines {
		most := max(mostLines, largerPackages[folder])
		if n > most {
			t.Errorf("%s has %d lines, want at most %d", folder, n, most)
		}
	}
}

// mostFunctionLines is how many lines a function of the step and its surroundings
// may have, so that it can be read as a whole.
const mostFunctionLines = 60

func TestFunctionsOfTheStepCanBeRead(t *testing.T) {
	rooms := []string{"trainers", "runs", "checkpoints", "objectives", "predictors", "results", "results/store", "ops", "device",
		"datasets", "tasks", "tasks/survey", "perf", "cmd/bench"}
	sourceFiles(t, func(folder, name, text string) {
		if !slices.Contains(rooms, folder) {
			return
		}
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range file.Decls {
			f, ok := d.(*ast.FuncDecl)
			if !ok {
				continue
			}
			if n := files.Position(f.End()).Line - files.Position(f.Pos()).Line + 1; n > mostFunctionLines {
				t.Errorf("%s/%s: %s has %d lines, want at most %d", folder, name, f.Name.Name, n, mostFunctionLines)
			}
		}
	})
}

// mostLineBytes is how long a line may be.
const mostLineBytes = 130

func TestLinesFitAScreen(t *testing.T) {
	sourceFiles(t, func(folder, name, text string) {
		n := 0
		for line := range strings.Lines(text) {
			n++
			if size := len(strings.TrimSuffix(line, "\n")); size > mostLineBytes {
				t.Errorf("%s/%s:%d has %d bytes, want at most %d", folder, name, n, size, mostLineBytes)
			}
		}
	})
}

// sourceFiles calls f with every Go file that is neither a test nor generated.
func sourceFiles(t *testing.T, f func(folder, name, text string)) {
	t.Helper()
	sources(t, func(folder, name string, file *ast.File) {
		if strings.HasSuffix(name, "_test.go") || ast.IsGenerated(file) {
			return
		}
		raw, err := os.ReadFile(filepath.Join("..", "..", filepath.FromSlash(folder), name))
		if err != nil {
			t.Fatal(err)
		}
		f(folder, name, string(raw))
	})
}
