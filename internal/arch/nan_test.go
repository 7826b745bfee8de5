package arch

import (
	"go/ast"
	"go/token"
	"strings"
	"testing"
)

// No test says that two numbers are far apart because |a-b| > limit: of NaN that
// is false, and it passes. golden.Tolerance decides what is near.
func TestNaNFailsEveryComparison(t *testing.T) {
	sources(t, func(folder, name string, file *ast.File) {
		if !strings.HasSuffix(name, "_test.go") {
			return
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if b, ok := n.(*ast.BinaryExpr); ok && (b.Op == token.GTR || b.Op == token.GEQ) && isDistance(b.X) {
				t.Errorf("%s/%s: math.Abs of a difference %v a limit: NaN passes; use golden.Within(limit).Near", folder, name, b.Op)
			}
			return true
		})
	})
}

// isDistance reports whether e is math.Abs of a difference.
func isDistance(e ast.Expr) bool {
	call, ok := e.(*ast.CallExpr)
	if !ok || len(call.Args) != 1 {
		return false
	}
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || f.Sel.Name != "Abs" {
		return false
	}
	found := false
	ast.Inspect(call.Args[0], func(n ast.Node) bool {
		if b, ok := n.(*ast.BinaryExpr); ok && b.Op == token.SUB {
			found = true
		}
		return true
	})
	return found
}
