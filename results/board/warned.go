package board

import (
	"slices"

	"github.com/lmkor/bench/results"
)

// Warned is what the manifests of one task's cells warn of.
type Warned struct {
	Task string
	results.Warning
	Models []string // of which it is said
}

// Warned lists the warnings of the cells that are shown, each once for a task, by
// column.
func (l *Leaderboard) Warned() (all []Warned) {
	for _, col := range l.Columns {
		for _, r := range l.Rows {
			for _, w := range r.Cells[col.Task].Warnings {
				same := func(x Warned) bool { return x.Task == col.Task && x.Message == w.Message }
				if k := slices.IndexFunc(all, same); k >= 0 {
					if !slices.Contains(all[k].Models, r.Model) { // codes may differ
						all[k].Models = append(all[k].Models, r.Model)
					}
					continue
				}
				all = append(all, Warned{col.Task, w, []string{r.Model}})
			}
		}
	}
	return all
}
