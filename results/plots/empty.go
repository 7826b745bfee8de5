package plots

import (
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
)

// Empty is the error of a figure that would show nothing: it says why.
type Empty struct{ results.Text }

func (e Empty) Error() string { return e.English }

// empty makes such an error.
func empty(en, ko string, args ...any) error { return Empty{results.Textf(en, ko, args...)} }

// unscored is why a leaderboard's scores can't be drawn.
func unscored(l *board.Leaderboard) error {
	if len(l.Rows) == 0 {
		return empty("no scores to draw: there are no runs and no published rows",
			"그릴 점수가 없다. 실행도 발표된 점수도 없다")
	}
	return empty("no scores to draw: no run has a score of the selection %q",
		"그릴 점수가 없다. %q 기준의 점수가 있는 실행이 없다", l.Select)
}

// Comparable is nil where a leaderboard has two measured models and more, else it says
// that there is nothing to compare.
func Comparable(l *board.Leaderboard) error {
	switch measured := l.Measured(); len(measured) {
	case 0:
		return empty("nothing to compare: no model has a score", "비교할 것이 없다. 점수가 있는 모델이 없다")
	case 1:
		return empty("nothing to compare: %s is the only model with scores",
			"비교할 것이 없다. 점수가 있는 모델이 %s 하나뿐이다", measured[0].Model)
	}
	return nil
}
