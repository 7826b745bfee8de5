package grids

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
)

// Write prints the grids for a terminal: every point by its score on dev, the
// best marked, and the scored split's score of that one alone.
func Write(out io.Writer, all []Grid) error {
	for i, g := range all {
		if i > 0 {
			fmt.Fprintln(out)
		}
		if err := g.write(out); err != nil {
			return err
		}
	}
	return nil
}

func (g Grid) write(out io.Writer) error {
	fmt.Fprintln(out, g.Name())
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "%s\tSEEDS\tDEV\tSD\t\n", strings.ToUpper(strings.Join(g.Fields, "\t")))
	for _, p := range g.Points {
		for _, f := range g.Fields {
			fmt.Fprintf(w, "%s\t", p.Value(f))
		}
		best := ""
		if p.Best {
			best = "best"
		}
		fmt.Fprintf(w, "%d\t%s\t%s\t%s\n", p.Seeds, twoDigits(p.Dev), twoDigits(p.SD), best)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if g.Winner == nil {
		_, err := fmt.Fprintln(out, "no point has a score of every seed")
		return err
	}
	score := twoDigits(g.Winner.Score)
	if in := g.Winner.Interval; in != nil {
		score += fmt.Sprintf(" [%.2f, %.2f]", in[0], in[1])
	}
	_, err := fmt.Fprintf(out, "%s of the best on %s: %s, n %d: %s\n", g.Metric, g.Winner.Split, score, g.Winner.N,
		strings.Join(g.Winner.Runs, " "))
	return err
}

// twoDigits prints a number, a dash for none.
func twoDigits(v *float64) string {
	if v == nil {
		return "-"
	}
	return strconv.FormatFloat(*v, 'f', 2, 64)
}
