package board

import (
	"slices"
	"strings"

	"github.com/lmkor/bench/results"
)

// Compared reports whether any score of a measured row has a published one beside it.
func (r Row) Compared() bool {
	for _, c := range r.Cells {
		if c.Difference != nil {
			return !r.Published
		}
	}
	return false
}

// Undiffered says of every measured model without a difference from a published score
// why it has none: no published row is its own, or that row has none of its tasks.
func (l *Leaderboard) Undiffered() (why []results.Text) {
	var unpaired, published []string
	scored := map[string][]string{} // the tasks of each published row, in the columns' order
	for _, r := range l.Rows {
		switch {
		case r.Published:
			published = append(published, r.Model)
			scored[r.Model] = l.tasksOf(r)
		case !r.Compared() && r.Paired == "":
			unpaired = append(unpaired, r.Model)
		}
	}
	switch {
	case len(published) == 0:
		return []results.Text{{English: "The published table has no rows.", Korean: "발표된 표에 행이 없다."}}
	case len(unpaired) > 0:
		why = append(why, results.Textf("Left out: %s: paired with none of the published rows, which are %s. "+
			"'published: ROW' in a model's YAML pairs it (bench models add writes such a file).",
			"제외: %s. 짝이 되는 발표된 행이 없다. 발표된 행은 %s이다. "+
				"모델의 YAML 파일에 'published: 행 이름'을 적으면 짝지어진다(파일은 bench models add로 만든다).",
			strings.Join(unpaired, ", "), strings.Join(published, ", ")))
	}
	for _, r := range l.Rows {
		if r.Published || r.Compared() || r.Paired == "" {
			continue
		}
		own := results.Text{English: "no score of its own", Korean: "점수가 없다"}
		if tasks := l.tasksOf(r); len(tasks) > 0 {
			own = results.Textf("scores on %s", "%s 점수만 있다", strings.Join(tasks, ", "))
		}
		why = append(why, results.Textf("Left out: %s: it has %s, and its published row, %s, has scores on %s.",
			"제외: %s. %s. 짝인 발표된 행 %s에는 %s 점수가 있다.",
			r.Model, own, r.Paired, strings.Join(scored[r.Paired], ", ")))
	}
	return why
}

// tasksOf are the titles of the tasks on which a row has scores.
func (l *Leaderboard) tasksOf(r Row) (titles []string) {
	for _, c := range l.Columns {
		if _, ok := r.Cells[c.Task]; ok && !slices.Contains(titles, c.Title) {
			titles = append(titles, c.Title)
		}
	}
	return titles
}
