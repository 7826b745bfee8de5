package board

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

// Mark is a reason why a score does not compete with whole and published ones.
type Mark string

// The marks.
const (
	SampleData  Mark = "sample_data"  // trained or scored on the sample data inside the program
	RowLimit    Mark = "row_limit"    // trained or scored on some of the rows
	OtherSplit  Mark = "other_split"  // scored on another split than the task's
	OtherRecipe Mark = "other_recipe" // trained by another recipe than most models of the column
)

// Sign is what stands behind a marked score.
func (m Mark) Sign() string {
	return map[Mark]string{SampleData: "§", RowLimit: "¶", OtherSplit: "¤", OtherRecipe: "†"}[m]
}

// Meaning explains a mark.
func (m Mark) Meaning() results.Text {
	why := map[Mark]results.Text{
		SampleData: {English: "on the sample data inside the program, which is easier than the real sets",
			Korean: "프로그램에 든 표본 데이터로 얻은 점수로, 실제 데이터보다 쉽다"},
		RowLimit: {English: "on a limited number of rows", Korean: "일부 행만 썼다"},
		OtherSplit: {English: "scored on another split than the task's own",
			Korean: "과제에 정해진 것과 다른 분할로 채점했다"},
		OtherRecipe: {English: "by another recipe than most models of the column",
			Korean: "같은 열의 모델 대부분과 다른 레시피로 학습했다"},
	}[m]
	return results.Textf("%s: does not compete for the best of its column beside whole ones",
		"%s: 온전한 점수가 있는 열에서는 최고 점수를 가릴 때 넣지 않는다", why)
}

// OtherExamplesSign stands behind a score on other examples than its column's.
const OtherExamplesSign = "‡"

// OtherExamples explains it.
var OtherExamples = results.Text{English: "scored on other examples than the rest of its column, and not compared with it",
	Korean: "같은 열의 다른 점수와 다른 예제로 채점했으므로 비교하지 않는다"}

// Marks lists them.
var Marks = []Mark{SampleData, RowLimit, OtherSplit, OtherRecipe}

// mark marks the cells that are not like the others.
func (o Board) mark(l *Leaderboard, chosen map[cellKey][]results.Run) {
	for _, col := range l.Columns {
		usual := l.usualRecipe(col.Task, chosen)
		for _, row := range l.Rows {
			c, ok := row.Cells[col.Task]
			group := chosen[cellKey{row.Model, col.Task}]
			if !ok || len(group) == 0 {
				continue
			}
			r := group[0]
			for _, d := range r.Manifest.Data {
				if o.Samples[d.SHA256] && !slices.Contains(c.Marks, SampleData) {
					c.Marks = append(c.Marks, SampleData)
				}
			}
			if limited(r) {
				c.Marks = append(c.Marks, RowLimit)
			}
			if col.Split != "" && r.Result.Split != "" && r.Result.Split != col.Split {
				c.Marks = append(c.Marks, OtherSplit)
			}
			if key := l.recipeOf(cellKey{row.Model, col.Task}, r); usual != "" && key != usual {
				c.Marks = append(c.Marks, OtherRecipe)
			}
			row.Cells[col.Task] = c
		}
	}
}

// limited reports whether a recipe leaves rows out.
func limited(r results.Run) bool {
	for _, field := range []string{"max_train_rows", "max_eval_rows"} {
		var n int
		if raw, ok := r.Identity().Recipe[field]; ok && json.Unmarshal(raw, &n) == nil && n > 0 {
			return true
		}
	}
	return false
}

// recipeKey is a run's recipe; limits of rows have a mark of their own.
func recipeKey(r results.Run) string {
	fields := r.Identity().Recipe
	var all []string
	for name, value := range fields {
		if name == "keep" && string(value) == `"both"` {
			value = json.RawMessage(`"last"`) // the last is the same, whatever is kept beside it
		}
		if !slices.Contains([]string{"max_train_rows", "max_eval_rows", "eval_steps", "precision", "device"}, name) {
			all = append(all, fmt.Sprintf("%s=%s", name, value))
		}
	}
	slices.Sort(all)
	return strings.Join(all, "\n")
}

// recipeOf is the recipe of a cell, whose run r is: all those that were tried
// where it was chosen on dev, so that models tuned alike compete.
func (l *Leaderboard) recipeOf(key cellKey, r results.Run) string {
	if tried := l.tuned[key]; tried != "" {
		return tried
	}
	return recipeKey(r)
}

// usualRecipe is the one by which more models of a column were trained than by
// any other; "" where there is none.
func (l *Leaderboard) usualRecipe(task string, chosen map[cellKey][]results.Run) string {
	count := map[string]int{}
	for _, row := range l.Rows {
		key := cellKey{row.Model, task}
		if group := chosen[key]; len(group) > 0 {
			count[l.recipeOf(key, group[0])]++
		}
	}
	best, most, alone := "", 0, false
	for key, n := range count {
		switch {
		case n > most:
			best, most, alone = key, n, true
		case n == most:
			alone = false
		}
	}
	if !alone {
		return ""
	}
	return best
}

// class is what a cell competes in: "" with whole and published scores.
func (c Cell) class() string {
	var parts []string
	for _, m := range c.Marks {
		parts = append(parts, string(m))
	}
	return strings.Join(parts, ",")
}

// competing is the class in which the best of a column is found: whole and
// published scores where there are any, else the one that all cells have; false
// where there are several.
func (l *Leaderboard) competing(task string) (class string, ok bool) {
	seen := map[string]bool{}
	for _, r := range l.Rows {
		if c, ok := r.Cells[task]; ok && !c.Incomparable {
			seen[c.class()] = true
			class = c.class()
		}
	}
	if seen[""] {
		return "", true
	}
	return class, len(seen) == 1
}

// chance is the score's variance, of examples and seeds together; 0 where it is not
// known.
func (c Cell) chance() metrics.Variance {
	if c.Interval == nil {
		return metrics.ScoreVariance(0, 0, 1)
	}
	sd := 0.0
	if c.SD != nil {
		sd = *c.SD
	}
	return metrics.ScoreVariance((c.Interval[1]-c.Interval[0])/(2*z95), sd, c.Seeds)
}

// means gives the rows that have all columns their mean, and those that have them
// like with like their mean rank.
func (l *Leaderboard) means() {
	if len(l.Columns) < 2 {
		return
	}
	var ranked []int
	for i := range l.Rows {
		sum, chance, known, whole, alike := 0.0, metrics.ScoreVariance(0, 0, 1), true, true, true
		for _, col := range l.Columns {
			c, ok := l.Rows[i].Cells[col.Task]
			if !ok {
				whole = false
				break
			}
			class, one := l.competing(col.Task)
			alike = alike && one && !c.Incomparable && c.class() == class
			sum += c.Score
			v := c.chance()
			chance, known = chance.Plus(v), known && v.Total() > 0
		}
		if !whole {
			continue
		}
		k := float64(len(l.Columns))
		m := &Mean{Value: tidy(sum / k)}
		if known {
			half := chance.Times(1 / k).Half()
			m.Interval = &[2]float64{tidy(m.Value - half), tidy(m.Value + half)}
		}
		l.Rows[i].Mean = m
		if alike {
			ranked = append(ranked, i)
		}
	}
	l.rank(ranked)
}

func (l *Leaderboard) rank(rows []int) {
	if len(rows) < 2 {
		return
	}
	var tasks []metrics.TaskScores
	for k, col := range l.Columns {
		var scores []float64
		var chances []metrics.Variance
		for _, i := range rows {
			c := l.Rows[i].Cells[col.Task]
			scores, chances = append(scores, c.Score), append(chances, c.chance())
		}
		tasks = append(tasks, metrics.DrawnScores(scores, chances, k))
	}
	ranks, intervals := metrics.MeanRanks(tasks)
	for k, i := range rows {
		l.Rows[i].Rank = &Mean{tidy(ranks[k]), &[2]float64{tidy(intervals[k].Low), tidy(intervals[k].High)}}
	}
}

// Sort sorts the rows: by "model", by "mean" or "rank", or by a column's task,
// the best first and rows without it last.
func (l *Leaderboard) Sort(by string) error {
	value := func(r Row) (float64, bool) {
		switch by {
		case "mean":
			if r.Mean != nil {
				return -r.Mean.Value, true
			}
		case "rank":
			if r.Rank != nil {
				return r.Rank.Value, true
			}
		default:
			c, ok := r.Cells[by]
			return -c.Score, ok
		}
		return 0, false
	}
	known := []string{"model", "mean", "rank"}
	for _, c := range l.Columns {
		known = append(known, c.Task)
	}
	if !slices.Contains(known, by) {
		return fmt.Errorf("sort by %q: want one of %s", by, strings.Join(known, ", "))
	}
	slices.SortStableFunc(l.Rows, func(a, b Row) int {
		if by == "model" {
			return strings.Compare(a.Model, b.Model)
		}
		x, okX := value(a)
		y, okY := value(b)
		switch {
		case okX != okY:
			if okX {
				return -1
			}
			return 1
		case x < y:
			return -1
		case x > y:
			return 1
		}
		return 0
	})
	return nil
}
