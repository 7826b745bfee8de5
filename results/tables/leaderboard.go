package tables

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
)

// Missing stands where a table has no score.
const Missing = "–"

// WriteLeaderboard writes a leaderboard in any of Formats. CSV and JSON hold
// every figure; the others show scores to two decimals, the rest in notes.
func WriteLeaderboard(w io.Writer, l *board.Leaderboard, f Format, o BoardOptions, opt Options) error {
	switch f {
	case JSON:
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(l)
	case CSV:
		return leaderboardCSV(w, l)
	}
	return Leaderboard(l, o).Write(w, f, opt)
}

// BoardOptions say what a leaderboard's table shows beside scores, and in which language.
type BoardOptions struct {
	Intervals  bool         // in every measured cell
	Difference bool         // of measured rows from their published counterparts, in place of scores
	Lang       results.Lang // "" is English
}

// Leaderboard returns a leaderboard as a table.
func Leaderboard(l *board.Leaderboard, o BoardOptions) *Table {
	b := boardTable{Leaderboard: l, BoardOptions: o, signs: map[board.Mark]bool{}, tied: map[board.Basis]bool{}}
	t := &Table{Title: title(l.Select).In(o.Lang), Head: []string{o.Lang.Or("model", "모델")}, Under: []string{""}, Left: 1,
		Starred: o.Lang.Or("best of its column", "열에서 가장 좋은 점수")}
	for _, c := range l.Columns {
		t.Head = append(t.Head, c.Title)
		t.Under = append(t.Under, results.MetricTitle(c.Metric).In(o.Lang))
	}
	means := b.means()
	if means {
		t.Head = append(t.Head, o.Lang.Or("mean", "평균"), o.Lang.Or("mean rank", "평균 순위"))
		t.Under = append(t.Under, "", "")
	}
	for _, r := range l.Rows {
		if o.Difference && !r.Compared() {
			b.cite(r)
			continue
		}
		t.Rows = append(t.Rows, b.row(r, means))
	}
	if o.Difference {
		t.Title = differences(o.Lang, len(t.Rows) > 0)
	}
	if l.Title != "" {
		t.Title = l.Title + "\n" + t.Title
	}
	if len(t.Rows) == 0 {
		b.sources = nil // none of whose scores is behind any that is shown
	}
	t.Notes = b.notes()
	if o.Difference {
		for _, why := range l.Undiffered() {
			t.Notes = append(t.Notes, why.In(o.Lang))
		}
	}
	return t
}

// differences is the title of a table of differences; its signs are explained where it
// has any rows.
func differences(lang results.Lang, rows bool) string {
	title := lang.Or("Measured less published, in points", "측정한 점수에서 발표된 점수를 뺀 차이(점)")
	if !rows {
		return title
	}
	return title + lang.Or("; ✓ where the published score lies in the measured one's 95 % interval, ✗ where it does not",
		". ✓: 발표된 점수가 측정한 점수의 95 % 신뢰구간 안에 있음, ✗: 밖에 있음")
}

// boardTable collects what its cells need to be explained.
type boardTable struct {
	*board.Leaderboard
	BoardOptions
	spread, odd, published, ranked bool
	tied                           map[board.Basis]bool
	signs                          map[board.Mark]bool
	sources                        []string
}

// row is a model's.
func (b *boardTable) row(r board.Row, means bool) []Cell {
	row := []Cell{{Text: r.Model}}
	if r.Published {
		row[0].Text += b.Lang.Or(" (published)", " (발표)")
		b.published = true
		b.cite(r)
	}
	for _, col := range b.Columns {
		row = append(row, b.cell(r, col.Task))
	}
	if means {
		row = append(row, Cell{Text: b.mean(r.Mean)}, Cell{Text: b.mean(r.Rank)})
	}
	return row
}

// cite notes where a published row was published.
func (b *boardTable) cite(r board.Row) {
	if r.Published && r.Source != "" && !slices.Contains(b.sources, r.Source) {
		b.sources = append(b.sources, r.Source)
	}
}

// means reports whether any row has a mean to show.
func (b *boardTable) means() bool {
	if b.Difference {
		return false
	}
	for _, r := range b.Rows {
		b.ranked = b.ranked || r.Mean != nil && !r.Published
	}
	return b.ranked
}

func (b *boardTable) mean(m *board.Mean) string {
	if m == nil {
		return Missing
	}
	text := results.Printed(m.Value)
	if b.Intervals && m.Interval != nil {
		text += " " + bracketed(*m.Interval)
	}
	return text
}

func bracketed(in [2]float64) string {
	return "[" + results.Printed(in[0]) + ", " + results.Printed(in[1]) + "]"
}

func (b *boardTable) cell(r board.Row, task string) Cell {
	c, ok := r.Cells[task]
	if !ok || b.Difference && c.Difference == nil {
		return Cell{Text: Missing}
	}
	text := results.Printed(c.Score)
	if b.Difference {
		text = fmt.Sprintf("%+.2f", *c.Difference)
		if c.Inside != nil {
			text += map[bool]string{true: " ✓", false: " ✗"}[*c.Inside]
		}
	} else if c.SD != nil {
		text += " ± " + results.Printed(*c.SD)
		b.spread = true
	}
	if b.Intervals && !b.Difference && c.Interval != nil {
		text += " " + bracketed(*c.Interval)
	}
	var signs string
	if c.Tied && !b.Difference {
		signs, b.tied[c.TiedBy] = signs+c.TiedBy.Sign(), true
	}
	if c.Incomparable {
		signs, b.odd = signs+board.OtherExamplesSign, true
	}
	for _, m := range c.Marks {
		signs, b.signs[m] = signs+m.Sign(), true
	}
	if len(c.Warnings) > 0 {
		signs += "!"
	}
	return Cell{Text: text, Bold: c.Best && !b.Difference, Signs: signs}
}

func (b *boardTable) notes() (notes []string) {
	if b.spread {
		notes = append(notes, b.Lang.Or("±: standard deviation over seeds", "±: 시드 간 표준편차"))
	}
	for _, by := range board.Bases {
		if b.tied[by] {
			notes = append(notes, by.Sign()+": "+by.Meaning().In(b.Lang))
		}
	}
	if b.odd {
		notes = append(notes, board.OtherExamplesSign+": "+board.OtherExamples.In(b.Lang))
	}
	for _, m := range board.Marks {
		if b.signs[m] {
			notes = append(notes, m.Sign()+": "+m.Meaning().In(b.Lang))
		}
	}
	if b.ranked {
		notes = append(notes, b.Lang.Or("mean rank: among the rows that have all columns like with like, 1 is the best",
			"평균 순위: 모든 열의 점수를 같은 조건으로 갖춘 행끼리 매긴 순위, 1이 가장 좋다"))
	}
	switch sources := strings.Join(b.sources, ", "); {
	case b.published:
		note := b.Lang.Or("(published): as printed elsewhere, not measured here",
			"(발표): 다른 곳에 발표된 값으로, 여기서 측정하지 않았다")
		if sources != "" {
			note += ": " + sources
		}
		notes = append(notes, note)
	case b.Difference && sources != "":
		notes = append(notes, b.Lang.Or("Published by ", "발표된 점수의 출처: ")+sources)
	}
	for _, w := range b.Warned() {
		if b.shows(w) {
			notes = append(notes, fmt.Sprintf("! %s, %s: %s", strings.Join(w.Models, ", "), w.Task, w.Text().In(b.Lang)))
		}
	}
	return notes
}

// shows reports whether a warning's cells are in the table.
func (b *boardTable) shows(w board.Warned) bool {
	return !b.Difference || slices.ContainsFunc(b.Rows, func(r board.Row) bool {
		return slices.Contains(w.Models, r.Model) && r.Cells[w.Task].Difference != nil
	})
}

// title says of which checkpoints the scores are.
func title(s board.Selection) results.Text {
	switch s {
	case board.Dev:
		return results.Text{English: "Scores in per cent, of the checkpoint chosen on dev",
			Korean: "dev로 고른 체크포인트의 점수(%)"}
	case board.BestOnTest:
		return results.Text{English: "Scores in per cent, of the checkpoint BEST ON THE TEST SET: " +
			"optimistic, for the test set chose it",
			Korean: "테스트에서 가장 좋은 체크포인트의 점수(%). 테스트 데이터로 골랐으므로 낙관적이다"}
	}
	return results.Text{English: "Scores in per cent, of the last checkpoint", Korean: "마지막 체크포인트의 점수(%)"}
}

// leaderboardCSV writes a row a model: its score on every task under the task's
// name, then what stands behind each. Empty cells are missing.
func leaderboardCSV(w io.Writer, l *board.Leaderboard) error {
	head := []string{"model", "published", "select"}
	for _, c := range l.Columns {
		head = append(head, CSVText(c.Task))
	}
	for _, c := range l.Columns {
		for _, part := range []string{"sd", "seeds", "n", "low", "high", "best", "incomparable", "tied", "tied_by",
			"marks", "published", "difference"} {
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
				row = append(row, make([]string, 12)...)
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
			row = append(row, exact(cell.SD), seeds, n, low, high, strconv.FormatBool(cell.Best), strconv.FormatBool(cell.Incomparable),
				strconv.FormatBool(cell.Tied), string(cell.TiedBy), marks(cell.Marks), exact(cell.Published), exact(cell.Difference))
		}
		out.Write(row)
	}
	out.Flush()
	return out.Error()
}

func marks(all []board.Mark) string {
	var names []string
	for _, m := range all {
		names = append(names, string(m))
	}
	return strings.Join(names, " ")
}

func exact(v *float64) string {
	if v == nil {
		return ""
	}
	return strconv.FormatFloat(*v, 'f', -1, 64)
}
