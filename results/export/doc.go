// Package export writes runs for other tools: CSV for pandas and R, event files
// for TensorBoard, benchstat's format, LaTeX, and the model index of Hugging
// Face's model cards. All are functions of the runs' files.
package export

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/tables"
)

// Formats lists the formats, by their names on the command line.
var Formats = []string{"csv", "tensorboard", "benchstat", "latex", "model-index"}

// CSV writes the tidy frame of the runs, a row a run and score: scores and
// intervals in per cent at full precision, empty where missing.
func CSV(w io.Writer, runs []results.Run, by board.Selection) error {
	df, err := board.Frame(board.Records(runs, by, true))
	if err != nil {
		return err
	}
	out := csv.NewWriter(w)
	out.Write(df.Names())
	types := df.Types()
	for i := range df.Nrow() {
		row := make([]string, df.Ncol())
		for j := range row {
			e := df.Elem(i, j)
			if types[j] != "float" { // gota would cut floats to six decimals
				row[j] = tables.CSVText(e.String())
			} else if v := e.Float(); !math.IsNaN(v) {
				row[j] = strconv.FormatFloat(v, 'f', -1, 64)
			}
		}
		out.Write(row)
	}
	out.Flush()
	return out.Error()
}

// Benchstat writes the runs as Go benchmarks, for golang.org/x/perf/cmd/benchstat:
// a line a run, so that seeds are samples, scores of the checkpoint that the
// leaderboard selects. Runs of a variant that the leaderboard
// does not show in their cell have it in their name, and are other benchmarks.
func Benchstat(w io.Writer, l *board.Leaderboard, runs []results.Run) error {
	var b strings.Builder
	for _, n := range metrics.Names {
		fmt.Fprintf(&b, "Unit %s better=higher\n", n)
	}
	b.WriteString("Unit s/run better=lower\n")
	type cell struct{ model, task string }
	shown := map[cell]results.Run{}
	for _, r := range slices.Concat(l.Shown(runs), runs) { // the first, where none has a score that is shown
		if at := (cell{r.Result.Model, r.Result.Task}); shown[at].Path == "" {
			shown[at] = r
		}
	}
	for _, r := range runs {
		fmt.Fprintf(&b, "BenchmarkRun/model=%s/task=%s", word(r.Result.Model), word(r.Result.Task))
		if s := shown[cell{r.Result.Model, r.Result.Task}]; r.Variant() != s.Variant() {
			fmt.Fprintf(&b, "/variant=%s", r.Identity().Variant()[:8])
			if r.Result.Split != s.Result.Split {
				fmt.Fprintf(&b, "/split=%s", word(r.Result.Split))
			}
		}
		b.WriteString(" 1")
		for _, x := range board.Records([]results.Run{r}, l.Select, false) {
			if !math.IsNaN(x.Score) {
				fmt.Fprintf(&b, " %s %s", strconv.FormatFloat(x.Score, 'f', -1, 64), x.Metric)
			}
		}
		if s := r.Seconds(); s > 0 {
			fmt.Fprintf(&b, " %s s/run", strconv.FormatFloat(s, 'f', 3, 64))
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// word makes s one word of a benchmark's name.
func word(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '/' || r == ' ' || r == '=' {
			return '_'
		}
		return r
	}, results.Plain(s))
}

// LaTeX writes a leaderboard as a document that compiles as it is, with pdflatex,
// xelatex or lualatex; Hangul by kotex.
func LaTeX(w io.Writer, l *board.Leaderboard, o tables.BoardOptions) error {
	var table strings.Builder
	if err := tables.WriteLeaderboard(&table, l, tables.LaTeX, o, tables.Options{}); err != nil {
		return err
	}
	packages := "\\usepackage{booktabs}\n\\usepackage{graphicx}\n\\usepackage{textcomp}\n" +
		"\\usepackage{iftex}\n\\ifpdftex\\usepackage[T1]{fontenc}\\fi\n"
	if strings.ContainsFunc(table.String(), hangul) {
		packages += "\\usepackage{kotex}\n"
	}
	_, err := fmt.Fprintf(w, "\\documentclass{article}\n\\usepackage[landscape,margin=1cm]{geometry}\n%s"+
		"\\begin{document}\n\\noindent\n%s\\end{document}\n", packages, fitting.Replace(table.String()))
	return err
}

// fitting makes a table that is wider than the page as wide as that.
var fitting = strings.NewReplacer("\\begin{tabular}", "\\resizebox{\\ifdim\\width>\\linewidth"+
	"\\linewidth\\else\\width\\fi}{!}{%\n\\begin{tabular}", "\\end{tabular}", "\\end{tabular}}")

func hangul(r rune) bool {
	return r >= 0x1100 && r <= 0x11ff || r >= 0x3130 && r <= 0x318f || r >= 0xac00 && r <= 0xd7a3
}
