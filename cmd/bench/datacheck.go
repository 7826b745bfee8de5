package main

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/results/tables"
	"github.com/lmkor/bench/tasks"
)

func newDataCheckCmd() *cobra.Command {
	var f dataFlags
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Read every file and say what is wrong with it",
		Long: `Reads every official file below the folder by the reference recipe's rules and prints
rows, labels, lengths and what is dropped. A file that is not there is said; bad rows
are told one by one and fail the command, after everything has been read.`,
		Example: "  bench data check --data-dir DATA\n  bench data check --task nsmc --data-dir DATA --format json",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := f.find()
			if err != nil {
				return err
			}
			reports := f.read(all, nil)
			if f.format == "json" {
				err = printJSON(cmd, reports)
			} else {
				err = printChecks(cmd, reports)
			}
			return errors.Join(err, faults(reports))
		},
	}
	f.add(cmd)
	return cmd
}

func printChecks(cmd *cobra.Command, reports []fileReport) error {
	t := tables.Table{Head: []string{"file", "status", "answers", "dropped", "rows", "used", "length", "95 %", "longest"}, Left: 4}
	tagged, dropped := false, 0
	for _, r := range reports {
		if r.Extra && r.Status == fileMissing {
			continue
		}
		if r.Status != fileOK {
			t.Rows = append(t.Rows, tables.Row(r.File, r.Status, "–", "–", "–", "–", "–", "–", "–"))
			continue
		}
		tagged = tagged || r.Kind == tasks.Tag
		dropped += r.Rows - r.Kept
		t.Rows = append(t.Rows, tables.Row(r.File, r.Status, r.answers(), countsText(r.Dropped), fmt.Sprint(r.Rows), fmt.Sprint(r.Kept),
			fmt.Sprintf("%.1f", r.Length.Mean), fmt.Sprintf("%.0f", r.Length.P95), fmt.Sprintf("%.0f", r.Length.Max)))
	}
	note := "Lengths: mean, 95th percentile and maximum of characters a text"
	if tagged {
		note += ", of words a tagged sentence"
	}
	t.Notes = append(t.Notes, note+".")
	if dropped > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("Rows that are not used: %d.", dropped))
	}
	return t.Write(cmd.OutOrStdout(), tables.Terminal, tables.Options{})
}

// countsText prints counts by name, sorted; an en dash where there are none.
func countsText(counts map[string]int) string {
	var parts []string
	for _, k := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%s: %d", k, counts[k]))
	}
	if parts == nil {
		return "–"
	}
	return strings.Join(parts, ", ")
}

// mostLabels is how many labels of a file a table's cell names.
const mostLabels = 6

// answers prints how often each label is given, in the task's order; of tags the
// entities by type, of scores where they lie.
func (r *fileReport) answers() string {
	if s := r.Scores; s != nil {
		return fmt.Sprintf("%.2f to %.2f, mean %.2f", s.Min, s.Max, s.Mean)
	}
	var parts []string
	for _, l := range r.task.Labels {
		name := l
		if r.Kind == tasks.Tag {
			t, begins := strings.CutSuffix(l, "-B")
			if !begins || r.Labels[l] == 0 {
				continue
			}
			name = t
		}
		parts = append(parts, fmt.Sprintf("%s: %d", name, r.Labels[l]))
	}
	return shorten(parts)
}

// shorten joins the first of a list and says how many more there are.
func shorten(parts []string) string {
	if n := len(parts); n > mostLabels {
		parts = append(slices.Clone(parts[:mostLabels]), fmt.Sprintf("%d more", n-mostLabels))
	}
	return strings.Join(parts, ", ")
}
