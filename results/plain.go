package results

import (
	"strings"
	"unicode"
)

// Plain returns s as it may stand in a line of any output: what would break out
// of the line or its cell (control characters, the escapes of terminals among
// them, line and paragraph separators) and what would turn the reading direction
// of the text around it (bidirectional controls) becomes a blank.
func Plain(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		if outOfLine(r) {
			return ' '
		}
		return r
	}, s))
}

// outOfLine reports whether r breaks out of a line, or turns the text around it.
func outOfLine(r rune) bool {
	return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || turnsText(r)
}

// turnsText reports whether r is one of Unicode's bidirectional controls.
func turnsText(r rune) bool {
	return r == '\u061c' || r == '\u200e' || r == '\u200f' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}
