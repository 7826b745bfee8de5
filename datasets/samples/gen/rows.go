package main

import (
	"strings"
	"unicode"
)

// row is one line of a file to be: its columns, the part of them that the
// text is, and its label, by which rows are balanced.
type row struct {
	text  string // one text, or two with a tab between
	label string
	more  []string // what else the file holds of it
}

// normalise lowers the case and takes out everything that is not a letter of a
// word: white space, punctuation, and the single jamo of laughs and tears.
func normalise(text string) string {
	return strings.Map(func(r rune) rune {
		if r >= 0x3131 && r <= 0x3163 || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, text)
}

// keys are the normalised texts that a row must not share with another: its
// text, and where it is a pair, the pair turned around as well.
func (r row) keys() []string {
	a, b, pair := strings.Cut(r.text, "\t")
	if !pair {
		return []string{normalise(a)}
	}
	x, y := normalise(a), normalise(b)
	return []string{x + "\t" + y, y + "\t" + x}
}

// share is a label and the rows in a hundred that carry it.
type share struct {
	label   string
	percent int
}

// draw calls make until it has n rows with the shares of labels asked for, no two
// of them alike once normalised, also not among those seen before.
func draw(d *dice, n int, shares []share, seen map[string]bool, make func(label string) row) []row {
	var rows []row
	for i, s := range shares {
		want := n * s.percent / 100
		if i == len(shares)-1 {
			want = n - len(rows)
		}
		for tries := 0; want > 0; tries++ {
			if tries > 200*n {
				panic("the templates do not give as many different rows for label " + s.label)
			}
			r := make(s.label)
			keys := r.keys()
			if seen[keys[0]] {
				continue
			}
			for _, k := range keys {
				seen[k] = true
			}
			rows = append(rows, r)
			want--
		}
	}
	shuffle(d, rows)
	return rows
}
