package main

import (
	"bytes"
	"fmt"
	"strings"
)

// assembly is one file of functions for one architecture, and the Go
// declarations that belong to it.
type assembly struct {
	bytes.Buffer
	stubs bytes.Buffer
}

// function writes the head of a function: above TEXT and above its declaration the
// loop that it computes. args are its parameters with their types, size their
// bytes.
func (b *assembly) function(name, args string, size int, does string) {
	doc := "// " + name + " computes\n//\n//" + strings.ReplaceAll(strings.Trim(does, "\n"), "\n", "\n//")
	fmt.Fprintf(b, "\n%s\n//\n// func %s(%s)\nTEXT ·%s(SB), NOSPLIT, $0-%d\n", doc, name, args, name, size)
	fmt.Fprintf(&b.stubs, "\n%s\n//\n//go:noescape\nfunc %s(%s)\n", doc, name, args)
}

// line writes an instruction.
func (b *assembly) line(format string, args ...any) { fmt.Fprintf(b, "\t"+format+"\n", args...) }

// turns is the doc of a loop over n elements.
func turns(body string) string {
	return "\tfor i := range n {\n\t\t" + strings.ReplaceAll(body, "\n", "\n\t\t") + "\n\t}"
}
