package tables

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/lmkor/bench/results"
)

// Missing stands where a table has no score.
const Missing = "–"

// WriteLeaderboard writes a leaderboard in any of Formats. CSV and JSON hold
// every figure; the others show scores to two decimals, the rest in notes.
func WriteLeaderboard(w io.Writer, l *results.Leaderboard, f Format, opt Options) error {
	switch f {
	case JSON:
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(l)
	case CSV:
		return leaderboardCSV(w, l)
	}
	return Leaderboard(l).Write(w, f, opt)
}

// Leaderboard returns a leaderboard as a table.
func Leaderboard(l *results.Leaderboard) *Table {
	t := &Table{Title: title(l.Select), Head: []string{"model"}, Under: []string{""}, Left: 1}
	for _, c := range l.Columns {
		t.Head = append(t.Head, c.Title)
		t.Under = append(t.Under, results.MetricTitle(c.Metric))
	}
	var spread, odd, published bool
	var sources []string
	for _, r := range l.Rows {
		row := []Cell{{Text: r.Model}}
		if r.Published {
			row[0].Text += " (published)"
			published = true
			if r.Source != "" && (len(sources) == 0 || sources[len(sources)-1] != r.Source) {
				sources = append(sources, r.Source)
			}
		}
		for _, col := range l.Columns {
			c, ok := r.Cells[col.Task]
			if !ok {
				row = append(row, Cell{Text: Missing})
				continue
			}
			text := results.Printed(c.Score)
			if c.SD != nil {
				text += " ± " + results.Printed(*c.SD)
				spread = true
			}
			if c.Incomparable {
				text += " ‡"
				odd = true
			}
			row = append(row, Cell{text, c.Best})
		}
		t.Rows = append(t.Rows, row)
	}
	if spread {
		t.Notes = append(t.Notes, "±: standard deviation over seeds")
	}
	if odd {
		t.Notes = append(t.Notes, "‡: scored on other examples than the rest of its column, and not compared with it")
	}
	if published {
		note := "(published): as printed elsewhere, not measured here"
		if len(sources) > 0 {
			note += ": " + strings.Join(sources, ", ")
		}
		t.Notes = append(t.Notes, note)
	}
	t.Notes = append(t.Notes, intervals(l)...)
	return t
}

// title says of which checkpoints the scores are.
func title(s results.Selection) string {
	switch s {
	case results.Dev:
		return "Scores in per cent, of the checkpoint chosen on dev"
	case results.BestOnTest:
		return "Scores in per cent, of the checkpoint BEST ON THE TEST SET: optimistic, for the test set chose it"
	}
	return "Scores in per cent, of the last checkpoint"
}

// intervals lists what stands behind every measured score, a line a model.
func intervals(l *results.Leaderboard) (notes []string) {
	for _, r := range l.Rows {
		if r.Published {
			continue
		}
		var all []string
		for _, col := range l.Columns {
			c, ok := r.Cells[col.Task]
			if !ok {
				continue
			}
			text := fmt.Sprintf("%s n %d", col.Task, c.N)
			if c.Interval != nil {
				text += fmt.Sprintf(" [%s, %s]", results.Printed(c.Interval[0]), results.Printed(c.Interval[1]))
			}
			if c.Seeds > 1 {
				text += fmt.Sprintf(", %d seeds", c.Seeds)
			}
			all = append(all, text)
		}
		if len(all) > 0 {
			notes = append(notes, r.Model+", 95 % intervals: "+strings.Join(all, "; "))
		}
	}
	return notes
}

// leaderboardCSV writes a row a model: its score on every task under the task's
// name, then what stands behind each. Empty cells are missing.
func leaderboardCSV(w io.Writer, l *results.Leaderboard) error {
	head := []string{"model", "published", "select"}
	for _, c := range l.Columns {
		head = append(head, CSVText(c.Task))
	}
	for _, c := range l.Columns {
		for _, part := range []string{"sd", "seeds", "n", "low", "high", "best", "incomparable"} {
			head = append(head, c.Task+"_"+part)
		}
	}
	out := csv.NewWriter(w)
	out.Write(head)
	for _, r := range l.Rows {
		row := []string{CSVText(r.Model), strconv.FormatBool(r.Published), string(l.Select)}
		if r.Published {
			row[2] = ""
		}
		for _, col := range l.Columns {
			cell, ok := r.Cells[col.Task]
			if !ok {
				row = append(row, "")
				continue
			}
			row = append(row, exact(&cell.Score))
		}
		for _, col := range l.Columns {
			cell, ok := r.Cells[col.Task]
			if !ok {
				row = append(row, make([]string, 7)...)
				continue
			}
			low, high := "", ""
			if cell.Interval != nil {
				low, high = exact(&cell.Interval[0]), exact(&cell.Interval[1])
			}
			seeds, n := "", ""
			if !r.Published {
				seeds, n = strconv.Itoa(cell.Seeds), strconv.Itoa(cell.N)
			}
			row = append(row, exact(cell.SD), seeds, n, low, high, strconv.FormatBool(cell.Best), strconv.FormatBool(cell.Incomparable))
		}
		out.Write(row)
	}
	out.Flush()
	return out.Error()
}

func exact(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}
