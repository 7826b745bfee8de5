// Package nearest finds the known name that a mistyped one most likely meant.
package nearest

import (
	"fmt"
	"strings"
)

// Name returns the name of have that is the fewest edits away from name, at most
// half of name's bytes; failing that, the nearest one of those that contain name
// or are contained in it. It returns "" if there is none, and the first of
// several.
func Name(name string, have []string) string {
	best, fewest := "", len(name)/2+1
	for _, h := range have {
		if d := Edits(name, h); d < fewest {
			best, fewest = h, d
		}
	}
	if best != "" || len(name) < 3 {
		return best
	}
	fewest = len(name) + 100
	for _, h := range have {
		if len(h) < 3 || !strings.Contains(h, name) && !strings.Contains(name, h) {
			continue
		}
		if d := Edits(name, h); d < fewest {
			best, fewest = h, d
		}
	}
	return best
}

// Edits counts what makes b of a: letters put in, left out, exchanged, or swapped
// with their neighbour (the optimal string alignment distance, in bytes).
func Edits(a, b string) int {
	above, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j]+cost, row[j+1]+1, next[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], above[j-1]+1)
			}
		}
		above, row, next = row, next, above
	}
	return row[len(b)]
}

// UnknownError is a name that is none of those it should be one of.
type UnknownError struct {
	Noun string   // what has such a name
	Name string   // that nothing has
	Have []string // the names there are
	Else string   // what else it could be; none: ""
}

// Unknown returns the error of a name that is none of have.
func Unknown(noun, name string, have []string, orElse string) *UnknownError {
	return &UnknownError{noun, name, have, orElse}
}

func (e *UnknownError) Error() string {
	if near := Name(e.Name, e.Have); near != "" {
		return fmt.Sprintf("no %s %q: did you mean %q?", e.Noun, e.Name, near)
	}
	msg := fmt.Sprintf("no %s %q: want one of %s", e.Noun, e.Name, strings.Join(e.Have, ", "))
	if e.Else != "" {
		msg += ", or " + e.Else
	}
	return msg
}
