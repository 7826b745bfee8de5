package report

import "github.com/lmkor/bench/results"

// Uncompared is what a page has no verdicts on, for it would take too long: models
// beyond the first so many.
type Uncompared struct {
	Models, Compared int // how many there are, and how many are compared
}

// Text says it.
func (u Uncompared) Text() results.Text {
	return results.Textf("%d models: the page compares every two of the first %d and leaves %d out: see bench compare",
		"모델 %d개 중 앞의 %d개만 둘씩 비교했습니다(나머지 %d개는 제외). bench compare로 비교하세요.",
		u.Models, u.Compared, u.Models-u.Compared)
}
