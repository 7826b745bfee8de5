// Package nearest finds the known name that a mistyped one most likely meant.
package nearest

import "strings"

// Name returns the name of have that is the fewest edits away from name, at most
// half of name's bytes; failing that, the nearest one of those that contain name
// or are contained in it. It returns "" if there is none, and the first of
// several.
func Name(name string, have []string) string {
	best, fewest := "", len(name)/2+1
	for _, h := range have {
		if d := edits(name, h); d < fewest {
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
		if d := edits(name, h); d < fewest {
			best, fewest = h, d
		}
	}
	return best
}

// edits is the Levenshtein distance in bytes.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost++
			}
			diagonal = row[j+1]
			row[j+1] = min(cost, row[j+1]+1, row[j]+1)
		}
	}
	return row[len(b)]
}
