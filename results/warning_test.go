package results

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// literal returns the text of constants joined by +.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		s, err := strconv.Unquote(e.Value)
		return s, err == nil
	case *ast.BinaryExpr:
		x, okX := literal(e.X)
		y, okY := literal(e.Y)
		return x + y, okX && okY
	}
	return "", false
}

// formatsOf returns the formats of the warnings that a file makes: the second
// argument of warning(code, format, …) and what a Warning's Message is made with.
func formatsOf(file *ast.File) (all []string) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.CompositeLit: // of a request that is refused, not of a run
			if t, ok := n.Type.(*ast.SelectorExpr); ok && t.Sel.Name == "ErrorDetail" {
				return false
			}
		case *ast.CallExpr:
			if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "warning" && len(n.Args) > 1 {
				if s, ok := literal(n.Args[1]); ok {
					all = append(all, s)
				}
			}
		case *ast.KeyValueExpr:
			key, ok := n.Key.(*ast.Ident)
			call, isCall := n.Value.(*ast.CallExpr)
			if ok && isCall && key.Name == "Message" && len(call.Args) > 0 {
				if s, ok := literal(call.Args[0]); ok && strings.Contains(s, " ") {
					all = append(all, s)
				}
			}
		}
		return true
	})
	return all
}

// Every warning that the program makes can be told in Korean, with its values.
func TestWarningsInKorean(t *testing.T) {
	found := 0
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		for _, format := range formatsOf(file) {
			if strings.HasPrefix(format, "id2label names the %d labels %s only: they") {
				format += "; --labels %s=…, one for each, says otherwise" // Numbered adds it
			}
			found++
			n := 100
			var values []string
			said := regexp.MustCompile(`%%|%\.?\d?[a-z]`).ReplaceAllStringFunc(format, func(verb string) string {
				if verb == "%%" {
					return "%"
				}
				n++
				values = append(values, strconv.Itoa(n))
				return strconv.Itoa(n)
			})
			ko := Warning{Message: said}.Text().Korean
			if !strings.ContainsFunc(ko, func(r rune) bool { return unicode.Is(unicode.Hangul, r) }) {
				t.Errorf("%s: no Korean for %q", path, format)
			}
			for _, v := range values {
				if strings.Count(ko, v) != 1 {
					t.Errorf("%s: %q says the value %s %d times", path, ko, v, strings.Count(ko, v))
				}
			}
		}
		return nil
	})
	if err != nil || found < 15 {
		t.Errorf("%d warnings found, %v", found, err)
	}
}

func TestUnknownWarningsStand(t *testing.T) {
	w := Warning{"other", "of a later program: 100 %"}
	if got := w.Text(); got != Alike(w.Message) {
		t.Errorf("%q", got)
	}
	known := Warning{"one-answer", "test: the model answers 0 to all 20 examples"}
	if got, want := fmt.Sprint(known.Text().Korean), "test: 모델이 예제 20개 모두에 같은 답(0)을 했다"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
