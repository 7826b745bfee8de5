package main

import (
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/compare"
	"github.com/lmkor/bench/results/report"
)

// comparedModels is how many models a page compares every two of, so that it is made
// in minutes; whole published tables have eight.
const comparedModels = 12

// pageStudy compares every two measured models of a leaderboard, of more than
// comparedModels the first of them, and says what was too much to compare.
func pageStudy(l *board.Leaderboard, runs []results.Run, lang results.Lang) (*compare.Study, []report.Uncompared, error) {
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
	study, err := studyOf(&few, runs, lang)
	return study, left, err
}
