package report

import (
	"fmt"

	"github.com/lmkor/bench/results/compare"
)

// Uncompared is what a page has no verdicts on, for it would take too long: models
// beyond the first so many, or a task.
type Uncompared struct {
	Models, Compared int    // how many there are, and how many are compared
	Task             string // "" of models
}

// In says it in a language.
func (u Uncompared) In(lang compare.Lang) string {
	switch {
	case u.Task != "" && lang == compare.Korean:
		return u.Task + ": 예측이 너무 많아 이 페이지에서는 모델을 비교하지 않았습니다. " +
			"bench compare로 비교하세요."
	case u.Task != "":
		return u.Task + ": too many answers to compare every two models on a page: see bench compare"
	case lang == compare.Korean:
		return fmt.Sprintf("모델 %d개 가운데 앞의 %d개만 둘씩 비교했습니다(나머지 %d개는 제외). "+
			"bench compare로 비교하세요.",
			u.Models, u.Compared, u.Models-u.Compared)
	}
	return fmt.Sprintf("%d models: the page compares every two of the first %d and leaves %d out: see bench compare",
		u.Models, u.Compared, u.Models-u.Compared)
}
