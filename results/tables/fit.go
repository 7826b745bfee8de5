package tables

import (
	"slices"
	"strings"

	"github.com/olekukonko/tablewriter/pkg/twwidth"
)

// narrowest is how far a column of words may be narrowed within a word, in cells of
// the terminal.
const narrowest = 12

// fitted returns how wide each column may be for the table to be at most width cells
// wide: the widest are narrowed, all alike, to their longest words where they must
// be. It is nil where nothing has to be wrapped.
func fitted(rows [][]string, left, width int) []int {
	columns := len(rows[0])
	widest, least := make([]int, columns), make([]int, columns)
	for _, row := range rows {
		for i, text := range row {
			for _, line := range strings.Split(text, "\n") {
				widest[i] = max(widest[i], twwidth.Width(line))
				for _, word := range strings.Fields(line) {
					least[i] = max(least[i], twwidth.Width(word))
				}
			}
		}
	}
	for i := range left {
		least[i] = min(least[i], narrowest)
	}
	total := func(most int) int {
		sum := 3*columns + 1 // rules, and a blank on either side
		for i := range widest {
			sum += min(widest[i], max(least[i], most))
		}
		return sum
	}
	most := slices.Max(widest)
	if width <= 0 || total(most) <= width {
		return nil
	}
	for most > 1 && total(most) > width {
		most--
	}
	for i := range widest {
		widest[i] = min(widest[i], max(least[i], most))
	}
	return widest
}

// wrapped breaks the lines of a text that are wider than width: at blanks, and within
// words that are wider than that.
func wrapped(text string, width int) string {
	var lines []string
	for _, line := range strings.Split(text, "\n") {
		if twwidth.Width(line) <= width {
			lines = append(lines, line)
			continue
		}
		now := ""
		for _, word := range strings.Fields(line) {
			if now != "" && twwidth.Width(now)+1+twwidth.Width(word) > width {
				lines, now = append(lines, now), ""
			}
			for twwidth.Width(word) > width {
				head := cut(word, width)
				lines, word = append(lines, head), word[len(head):]
			}
			if now != "" && word != "" {
				now += " "
			}
			now += word
		}
		if now != "" {
			lines = append(lines, now)
		}
	}
	return strings.Join(lines, "\n")
}

// cut returns the beginning of a word that is at most width wide, and not empty.
func cut(word string, width int) string {
	for i := range word {
		if i > 0 && twwidth.Width(word[:i]) > width {
			return cutBefore(word, i)
		}
	}
	return cutBefore(word, len(word))
}

// cutBefore returns the word's part before its last rune that begins before end, or
// its only one.
func cutBefore(word string, end int) string {
	last := 0
	for i := range word[:end] {
		last = i
	}
	if last == 0 {
		return word[:end]
	}
	return word[:last]
}
