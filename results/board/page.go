package board

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"

	"github.com/lmkor/bench/results"
)

// SignMeaning explains a sign that stands behind scores.
type SignMeaning struct {
	Of      string `json:"of"` // a cell's mark or tied_by, or "incomparable"
	Sign    string `json:"sign"`
	English string `json:"en"`
	Korean  string `json:"ko"`
}

// Legend explains the signs that the leaderboard has.
func (l *Leaderboard) Legend() (all []SignMeaning) {
	const incomparable = "incomparable"
	seen := map[string]bool{}
	for _, r := range l.Rows {
		for _, c := range r.Cells {
			seen[string(c.TiedBy)] = true
			for _, m := range c.Marks {
				seen[string(m)] = true
			}
			seen[incomparable] = seen[incomparable] || c.Incomparable
		}
	}
	add := func(of, sign string, t results.Text) {
		if seen[of] {
			all = append(all, SignMeaning{of, sign, t.English, t.Korean})
		}
	}
	for _, b := range Bases {
		add(string(b), b.Sign(), b.Meaning())
	}
	for _, m := range Marks {
		add(string(m), m.Sign(), m.Meaning())
	}
	add(incomparable, OtherExamplesSign, OtherExamples)
	return all
}

// Page is the leaderboard as JSON for readers elsewhere: with its legend, and without
// the places of its runs.
func (l *Leaderboard) Page() ([]byte, error) {
	shown := *l
	shown.Rows = slices.Clone(l.Rows)
	for i, r := range shown.Rows {
		shown.Rows[i].Cells = maps.Clone(r.Cells)
		for task, c := range r.Cells {
			c.Runs = nil
			shown.Rows[i].Cells[task] = c
		}
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	err := e.Encode(struct {
		*Leaderboard
		Legend []SignMeaning `json:"legend,omitempty"`
	}{&shown, l.Legend()})
	return b.Bytes(), err
}
