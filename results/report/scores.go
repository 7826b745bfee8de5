package report

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/plots"
	"github.com/lmkor/bench/results/tables"
)

// scoresView is the leaderboard in every selection.
type scoresView struct {
	Columns []board.Column
	Boards  []boardView
	Figure  template.HTML
	Undrawn template.HTML // why there is none
	Seeds   bool          // some model has several
}

type boardView struct {
	Select  string
	First   bool
	Head    []headCell
	Rows    []rowView
	Notes   []template.HTML
	CSV     template.URL // the same as a file
	Missing string
}

type headCell struct {
	Task, Title string
	Metric      template.HTML
}

type rowView struct {
	Model, Source string
	Published     bool
	Seeds         int // the most of any cell
	Cells         []cellView
	Mean, Rank    string
}

type cellView struct {
	Task, Text, Interval string
	Value                string // for sorting; "" where there is none
	Best                 bool
	Signs                string
}

func (p Page) scores() (scoresView, error) {
	v := scoresView{Columns: p.Boards[0].Columns}
	for i, l := range p.Boards {
		b, err := boardOf(l)
		if err != nil {
			return v, err
		}
		b.First = i == 0
		for _, r := range b.Rows {
			v.Seeds = v.Seeds || r.Seeds > 1
		}
		v.Boards = append(v.Boards, b)
	}
	var err error
	f, none := plots.Scores(p.Boards[0])
	v.Figure, v.Undrawn, err = p.drawn(f, none)
	return v, err
}

func boardOf(l *board.Leaderboard) (boardView, error) {
	v := boardView{Select: string(l.Select), Missing: tables.Missing}
	for _, c := range l.Columns {
		v.Head = append(v.Head, headCell{c.Task, results.Plain(c.Title), shown(results.MetricTitle(c.Metric))})
	}
	seen := signs{marks: map[board.Mark]bool{}, ties: map[board.Basis]bool{}}
	for _, r := range l.Rows {
		row := rowView{Model: results.Plain(r.Model), Source: r.Source, Published: r.Published, Mean: tables.Missing,
			Rank: tables.Missing}
		for _, c := range l.Columns {
			cell, ok := r.Cells[c.Task]
			if !ok {
				row.Cells = append(row.Cells, cellView{Task: c.Task, Text: tables.Missing})
				continue
			}
			row.Seeds = max(row.Seeds, cell.Seeds)
			row.Cells = append(row.Cells, seen.view(c.Task, cell))
		}
		if r.Mean != nil {
			row.Mean = results.Printed(r.Mean.Value)
		}
		if r.Rank != nil {
			row.Rank = results.Printed(r.Rank.Value)
		}
		v.Rows = append(v.Rows, row)
	}
	v.Notes = seen.notes(l)
	var csv bytes.Buffer
	if err := tables.WriteLeaderboard(&csv, l, tables.CSV, tables.BoardOptions{}, tables.Options{}); err != nil {
		return v, err
	}
	v.CSV = template.URL("data:text/csv;charset=utf-8;base64," + base64.StdEncoding.EncodeToString(csv.Bytes()))
	return v, nil
}

// signs are those that stand behind scores, to be explained below.
type signs struct {
	marks       map[board.Mark]bool
	ties        map[board.Basis]bool
	spread, odd bool
}

// view is a cell as the page shows it.
func (s *signs) view(task string, cell board.Cell) cellView {
	x := cellView{Task: task, Text: results.Printed(cell.Score), Value: fmt.Sprint(cell.Score), Best: cell.Best}
	if cell.SD != nil {
		x.Text += " ± " + results.Printed(*cell.SD)
		s.spread = true
	}
	if in := cell.Interval; in != nil {
		x.Interval = fmt.Sprintf("[%s, %s]", results.Printed(in[0]), results.Printed(in[1]))
	}
	if cell.Tied {
		x.Signs, s.ties[cell.TiedBy] = cell.TiedBy.Sign(), true
	}
	if cell.Incomparable {
		x.Signs, s.odd = x.Signs+board.OtherExamplesSign, true
	}
	for _, m := range cell.Marks {
		x.Signs, s.marks[m] = x.Signs+m.Sign(), true
	}
	if len(cell.Warnings) > 0 {
		x.Signs += "!"
	}
	return x
}

// notes explain the signs, and tell what the runs' manifests warn of.
func (s *signs) notes(l *board.Leaderboard) (notes []template.HTML) {
	explain := func(sign string, meaning results.Text) {
		notes = append(notes, shown(results.Textf("%s: %s", "%s: %s", sign, meaning)))
	}
	if s.spread {
		explain("±", results.Text{English: "standard deviation over seeds", Korean: "시드 간 표준편차"})
	}
	for _, by := range board.Bases {
		if s.ties[by] {
			explain(by.Sign(), by.Meaning())
		}
	}
	if s.odd {
		explain(board.OtherExamplesSign, board.OtherExamples)
	}
	for _, m := range board.Marks {
		if s.marks[m] {
			explain(m.Sign(), m.Meaning())
		}
	}
	for _, w := range l.Warned() {
		said := results.Textf("! %s, %s: %s", "! %s, %s: %s", strings.Join(w.Models, ", "), w.Task, w.Text())
		notes = append(notes, shown(plainOf(said)))
	}
	return notes
}

// inline draws a figure into the page.
func (p Page) inline(f *plots.Figure) (template.HTML, error) {
	b, err := f.Inline(p.lang())
	return template.HTML(b), err // plots escapes its text
}

// drawn draws a figure into the page, or says why it would show nothing.
func (p Page) drawn(f *plots.Figure, none error) (figure, why template.HTML, err error) {
	if e := (plots.Empty{}); errors.As(none, &e) {
		return "", shown(plainOf(sentence(e.Text))), nil
	}
	if none != nil {
		return "", "", none
	}
	figure, err = p.inline(f)
	return figure, "", err
}

// sentence writes what an error says as a sentence of its own.
func sentence(t results.Text) results.Text {
	first, n := utf8.DecodeRuneInString(t.English)
	t.English = string(unicode.ToUpper(first)) + t.English[n:]
	return results.Textf("%s.", "%s.", t)
}

// verdictsView is who is better than whom.
type verdictsView struct {
	Show      bool
	Unjudged  template.HTML // why there is nothing else
	LeftOut   []template.HTML
	Sentences []template.HTML
	Matrix    [][]string // heads first
	Ranks     []rankView
	Critical  string
}

type rankView struct {
	Name, Rank, Interval string
	Best                 bool
}

func (p Page) verdicts() (verdictsView, error) {
	st := p.Study
	if st == nil {
		if p.Unjudged.English == "" {
			return verdictsView{}, nil
		}
		return verdictsView{Show: true, Unjudged: shown(plainOf(p.Unjudged))}, nil
	}
	v := verdictsView{Show: true}
	for _, u := range p.Uncompared {
		v.LeftOut = append(v.LeftOut, shown(u.Text()))
	}
	if st.Ranks != nil {
		v.Sentences = append(v.Sentences, shown(st.Ranks.Text()))
		for _, m := range st.Ranks.Models {
			v.Ranks = append(v.Ranks, rankView{results.Plain(m.Name), results.Printed(m.Rank),
				fmt.Sprintf("[%s, %s]", results.Printed(m.Interval[0]), results.Printed(m.Interval[1])), m.Best})
		}
		if st.Ranks.Critical != nil {
			v.Critical = results.Printed(*st.Ranks.Critical)
		}
	}
	if st.Ranks == nil && len(st.Sides) > 2 {
		v.Sentences = append(v.Sentences, shown(st.Unranked()))
	}
	for _, pair := range st.Pairs {
		if len(pair.Tasks) > 1 {
			v.Sentences = append(v.Sentences, shown(pair.Text()))
		}
	}
	head := []string{""}
	for _, s := range st.Sides {
		head = append(head, results.Plain(s))
	}
	v.Matrix = append(v.Matrix, head)
	for _, row := range st.Sides {
		line := []string{results.Plain(row)}
		for _, col := range st.Sides {
			better, worse, undecided, ok := st.Count(row, col)
			if !ok {
				line = append(line, "")
				continue
			}
			line = append(line, fmt.Sprintf("%d / %d / %d", better, worse, undecided))
		}
		v.Matrix = append(v.Matrix, line)
	}
	return v, nil
}

// costView is scores against what they cost.
type costView struct{ Figures []costFigure }

type costFigure struct {
	Title   results.Text // what it costs
	HTML    template.HTML
	Undrawn template.HTML // why there is none
}

func (p Page) costs() (costView, error) {
	var v costView
	for _, cost := range []plots.Cost{plots.Parameters(p.Boards[0]),
		plots.Seconds(results.Text{English: "time of training", Korean: "학습 시간"}, p.Boards[0].Shown(p.Runs),
			results.Run.Seconds)} {
		f, none := plots.Costs(p.Boards[0], cost)
		figure, why, err := p.drawn(f, none)
		if err != nil {
			return v, err
		}
		v.Figures = append(v.Figures, costFigure{cost.Title, figure, why})
	}
	return v, nil
}
