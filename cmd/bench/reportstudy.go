package main

import (
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/compare"
	"github.com/lmkor/bench/results/plots"
	"github.com/lmkor/bench/results/report"
)

// comparedModels is how many models a page compares every two of, so that it is made
// in minutes; whole published tables have eight.
const comparedModels = 12

// pageStudy compares every two measured models of a leaderboard, of more than
// comparedModels the first of them, and says what was too much to compare.
func pageStudy(l *board.Leaderboard, runs []results.Run, lang results.Lang) (*compare.Study, []report.Uncompared, error) {
	measured := l.Measured()
	if err := plots.Comparable(l); err != nil {
		return nil, nil, err
	}
	few := *l
	few.Rows = measured[:min(len(measured), comparedModels)]
	var left []report.Uncompared
	if len(measured) > comparedModels {
		left = append(left, report.Uncompared{Models: len(measured), Compared: comparedModels})
	}
	study, err := studyOf(&few, runs, lang)
	return study, left, err
}
