package main

import (
	"slices"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/compare"
	"github.com/lmkor/bench/results/report"
	"github.com/lmkor/bench/tasks"
)

// What a page compares, every two models of it, so that it is made in minutes.
const (
	comparedModels  = 12        // whole published tables have eight
	comparedNumbers = 1_000_000 // of models of one run, on a task of numbers: each is ranked anew in every permutation
)

// pageStudy compares every two measured models of a leaderboard, of more than
// comparedModels the first of them, and says what was too much to compare.
func pageStudy(l *board.Leaderboard, runs []results.Run, lang compare.Lang) (*compare.Study, []report.Uncompared, error) {
	var left []report.Uncompared
	few := *l
	few.Rows = nil
	measured := 0
	for _, r := range l.Rows {
		if r.Published || len(r.Cells) == 0 {
			continue
		}
		if measured++; measured <= comparedModels {
			few.Rows = append(few.Rows, r)
		}
	}
	if measured > comparedModels {
		left = append(left, report.Uncompared{Models: measured, Compared: comparedModels})
	}
	if measured < 2 {
		return nil, nil, nil
	}
	kept := slices.Clone(runs)
	for _, t := range tasks.All {
		if t.Kind == tasks.Regress && numbersOf(few.Rows, runs, t.Name) > comparedNumbers {
			left = append(left, report.Uncompared{Task: t.Title})
			kept = slices.DeleteFunc(kept, func(r results.Run) bool { return r.Result.Task == t.Name })
		}
	}
	study, err := studyOf(&few, kept, lang)
	return study, left, err
}

// numbersOf is how many answers a comparison of every two models of one run would
// rank in each permutation; of several runs there is no permutation test.
func numbersOf(rows []board.Row, runs []results.Run, task string) (total int) {
	for _, row := range rows {
		if len(row.Cells[task].Runs) > 1 {
			continue
		}
		for _, r := range runs {
			if r.Result.Task == task && slices.Contains(row.Cells[task].Runs, r.Path) {
				total += r.Result.N
			}
		}
	}
	return total * (len(rows) - 1)
}
