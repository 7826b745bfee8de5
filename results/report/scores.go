package report

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html/template"
	"slices"
	"strings"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/compare"
	"github.com/lmkor/bench/results/plots"
	"github.com/lmkor/bench/results/tables"
)

// scoresView is the leaderboard in every selection.
type scoresView struct {
	Columns []board.Column
	Boards  []boardView
	Figure  template.HTML
	Seeds   bool // some model has several
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

type headCell struct{ Task, Title, Metric string }

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
	if f, err := plots.Scores(p.Boards[0]); err == nil { // an error says that there is nothing to draw
		if v.Figure, err = inline(f); err != nil {
			return v, err
		}
	}
	return v, nil
}

func boardOf(l *board.Leaderboard) (boardView, error) {
	v := boardView{Select: string(l.Select), Missing: tables.Missing}
	for _, c := range l.Columns {
		v.Head = append(v.Head, headCell{c.Task, results.Plain(c.Title), results.MetricTitle(c.Metric)})
	}
	signs := map[board.Mark]bool{}
	tied := map[board.Basis]bool{}
	for _, r := range l.Rows {
		row := rowView{Model: results.Plain(r.Model), Source: r.Source, Published: r.Published, Mean: tables.Missing,
			Rank: tables.Missing}
		for _, c := range l.Columns {
			cell, ok := r.Cells[c.Task]
			if !ok {
				row.Cells = append(row.Cells, cellView{Task: c.Task, Text: tables.Missing})
				continue
			}
			x := cellView{Task: c.Task, Text: results.Printed(cell.Score), Value: fmt.Sprint(cell.Score), Best: cell.Best}
			if cell.SD != nil {
				x.Text += " ± " + results.Printed(*cell.SD)
			}
			if in := cell.Interval; in != nil {
				x.Interval = fmt.Sprintf("[%s, %s]", results.Printed(in[0]), results.Printed(in[1]))
			}
			if cell.Tied {
				x.Signs, tied[cell.TiedBy] = cell.TiedBy.Sign(), true
			}
			for _, m := range cell.Marks {
				x.Signs, signs[m] = x.Signs+m.Sign(), true
			}
			if len(cell.Warnings) > 0 {
				x.Signs += "!"
			}
			row.Seeds = max(row.Seeds, cell.Seeds)
			row.Cells = append(row.Cells, x)
		}
		if r.Mean != nil {
			row.Mean = results.Printed(r.Mean.Value)
		}
		if r.Rank != nil {
			row.Rank = results.Printed(r.Rank.Value)
		}
		v.Rows = append(v.Rows, row)
	}
	for _, w := range l.Warned() {
		v.Notes = append(v.Notes, escaped(results.Plain(fmt.Sprintf("! %s, %s: %s", strings.Join(w.Models, ", "), w.Task, w.Message))))
	}
	for _, m := range slices.Backward(board.Marks) {
		if signs[m] {
			v.Notes = append([]template.HTML{both(m.Sign()+": "+m.Meaning(), m.Sign()+": "+markKorean(m))}, v.Notes...)
		}
	}
	for _, by := range slices.Backward(board.Bases) {
		if tied[by] {
			v.Notes = append([]template.HTML{both(by.Sign()+": "+by.Meaning(), by.Sign()+": "+basisKorean(by))}, v.Notes...)
		}
	}
	var csv bytes.Buffer
	if err := tables.WriteLeaderboard(&csv, l, tables.CSV, tables.BoardOptions{}, tables.Options{}); err != nil {
		return v, err
	}
	v.CSV = template.URL("data:text/csv;charset=utf-8;base64," + base64.StdEncoding.EncodeToString(csv.Bytes()))
	return v, nil
}

// inline draws a figure into the page.
func inline(f *plots.Figure) (template.HTML, error) {
	b, err := f.Inline()
	return template.HTML(b), err // plots escapes its text
}

// verdictsView is who is better than whom.
type verdictsView struct {
	Show      bool
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
		return verdictsView{}, nil
	}
	v := verdictsView{Show: true}
	for _, u := range p.Uncompared {
		v.LeftOut = append(v.LeftOut, both(u.In(compare.English), u.In(compare.Korean)))
	}
	if st.Ranks != nil {
		v.Sentences = append(v.Sentences, both(st.Ranks.In(compare.English), st.Ranks.In(compare.Korean)))
		for _, m := range st.Ranks.Models {
			v.Ranks = append(v.Ranks, rankView{results.Plain(m.Name), results.Printed(m.Rank),
				fmt.Sprintf("[%s, %s]", results.Printed(m.Interval[0]), results.Printed(m.Interval[1])), m.Best})
		}
		if st.Ranks.Critical != nil {
			v.Critical = results.Printed(*st.Ranks.Critical)
		}
	}
	for _, pair := range st.Pairs {
		if len(pair.Tasks) > 1 {
			v.Sentences = append(v.Sentences, both(pair.Sentence(compare.English), pair.Sentence(compare.Korean)))
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
type costView struct{ Figures []template.HTML }

func (p Page) costs() (costView, error) {
	var v costView
	for _, cost := range []plots.Cost{plots.Parameters(p.Boards[0]),
		plots.MeanCost("seconds of training", p.Boards[0].Shown(p.Runs), plots.Duration, results.Run.Seconds)} {
		f, err := plots.Costs(p.Boards[0], cost)
		if err != nil { // nothing to draw
			continue
		}
		figure, err := inline(f)
		if err != nil {
			return v, err
		}
		v.Figures = append(v.Figures, figure)
	}
	return v, nil
}
