package main

import (
	"fmt"
	"strings"
)

// words gives the slots of a template their values.
type words map[string]string

// fill replaces every {slot} of a template by its value and every
// {slot|particle} by its value with the particle in the right form.
func fill(template string, w words) string {
	var b strings.Builder
	for rest := template; ; {
		before, after, found := strings.Cut(rest, "{")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		slot, tail, closed := strings.Cut(after, "}")
		if !closed {
			panic(fmt.Sprintf("template %q: a brace is not closed", template))
		}
		name, particle, _ := strings.Cut(slot, "|")
		value, ok := w[name]
		if !ok {
			panic(fmt.Sprintf("template %q: nothing for %q", template, name))
		}
		b.WriteString(josa(value, particle))
		rest = tail
	}
}

// three splits words at blanks; what is not there is empty.
func three(list string) (a, b, c string) {
	f := append(strings.Fields(list), "", "", "")
	return f[0], f[1], f[2]
}
