package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/results/tables"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tasks/survey"
)

func newDataCheckCmd() *cobra.Command {
	var o dataOptions
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Read every file and say what is wrong with it",
		Long: `Reads every official file below the folder by the reference recipe's rules and prints
rows, labels, lengths and what is dropped. A file that is not there is said; bad rows
are told one by one and fail the command, after everything has been read. What is
odd, as Hangul taken apart into its letters, is warned of.`,
		Example: "  bench data check --data-dir DATA\n  bench data check --task nsmc --data-dir DATA --format json",
		Args:    args(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.check(cmd.Context(), streamsOf(cmd)) },
	}
	o.flags(cmd)
	return cmd
}

func (o *dataOptions) check(ctx context.Context, s streams) error {
	files, err := o.read(ctx, nil)
	if err != nil {
		return err
	}
	if o.format == "json" {
		err = s.json(files)
	} else {
		err = printChecks(s, files)
	}
	warnOf(s, files)
	return errors.Join(err, survey.Err(files))
}

// warnOf prints the files' warnings.
func warnOf(s streams, files []survey.File) {
	for _, f := range files {
		for _, w := range f.Warnings {
			fmt.Fprintf(s.err, "warning: %s\n", w.Message)
		}
	}
}

func printChecks(s streams, files []survey.File) error {
	t := tables.Table{Head: []string{"file", "status", "answers", "dropped", "rows", "used", "length", "95 %", "longest"}, Left: 4}
	tagged, dropped := false, 0
	for _, f := range files {
		if f.Extra && f.Status == survey.Missing {
			continue
		}
		if f.Status != survey.OK {
			t.Rows = append(t.Rows, tables.Row(f.File, f.Status, "–", "–", "–", "–", "–", "–", "–"))
			continue
		}
		tagged = tagged || f.Kind == tasks.Tag
		dropped += f.Rows - f.Kept
		t.Rows = append(t.Rows, tables.Row(f.File, f.Status, answers(&f), countsText(f.Dropped), fmt.Sprint(f.Rows), fmt.Sprint(f.Kept),
			fmt.Sprintf("%.1f", f.Length.Mean), fmt.Sprintf("%.0f", f.Length.P95), fmt.Sprintf("%.0f", f.Length.Max)))
	}
	note := "Lengths: mean, 95th percentile and maximum of characters a text"
	if tagged {
		note += ", of words a tagged sentence"
	}
	t.Notes = append(t.Notes, note+".")
	if dropped > 0 {
		t.Notes = append(t.Notes, fmt.Sprintf("Rows that are not used: %d.", dropped))
	}
	return t.Write(s.out, tables.Terminal, tableOptions(s.out))
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
func answers(f *survey.File) string {
	if s := f.Scores; s != nil {
		return fmt.Sprintf("%.2f to %.2f, mean %.2f", s.Min, s.Max, s.Mean)
	}
	var parts []string
	for _, l := range f.TaskLabels() {
		name := l
		if f.Kind == tasks.Tag {
			if name = entity(l); name == "" || f.Labels[l] == 0 {
				continue
			}
		}
		parts = append(parts, fmt.Sprintf("%s: %d", name, f.Labels[l]))
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

// entity returns the type of the entities that a tag begins, or nothing.
func entity(tag string) string {
	if t, ok := strings.CutSuffix(tag, "-B"); ok {
		return t
	}
	if t, ok := strings.CutPrefix(tag, "B-"); ok {
		return t
	}
	return ""
}
