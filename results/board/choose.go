package board

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/grids"
)

// choose returns the runs of every cell of the table: one a seed, all of one
// variant. What is left out is told.
func (l *Leaderboard) choose(runs []results.Run) map[cellKey][]results.Run {
	groups := map[cellKey][]results.Run{}
	l.tuned = map[cellKey]string{}
	kernels := grids.Kernels(runs)
	for _, r := range runs {
		k := cellKey{r.Result.Model, r.Result.Task}
		groups[k] = append(groups[k], r)
	}
	for _, key := range sortedKeys(groups) {
		group := groups[key]
		slices.SortFunc(group, func(a, b results.Run) int {
			return cmp.Or(cmp.Compare(a.Result.Seed, b.Result.Seed), strings.Compare(a.Path, b.Path))
		})
		groups[key] = l.oneASeed(l.oneVariant(key, group, kernels))
	}
	return groups
}

// Shown returns those of runs that the table's cells are made of.
func (l *Leaderboard) Shown(runs []results.Run) []results.Run {
	paths := map[string]bool{}
	for _, row := range l.Rows {
		for _, c := range row.Cells {
			for _, p := range c.Runs {
				paths[p] = true
			}
		}
	}
	return slices.DeleteFunc(slices.Clone(runs), func(r results.Run) bool { return !paths[r.Path] })
}

// oneVariant returns the runs of the variant that grids.Choose takes, and tells what
// is left out.
func (l *Leaderboard) oneVariant(key cellKey, group []results.Run, kernels map[string]int) []results.Run {
	c := grids.Choose(group, kernels)
	if c.Grid != nil {
		var recipes []string
		c.Grid.Recipes(func(r results.Run) { recipes = append(recipes, recipeKey(r)) })
		slices.Sort(recipes)
		l.tuned[key] = strings.Join(recipes, "\n\n")
		l.warn("%s, %s: of %d recipes the one best on %s is shown: %s; left out are those that differ in %s",
			"%s, %s: 레시피 %d개 가운데 %s에서 가장 좋은 것을 실었다(%s). 제외한 것의 차이: %s",
			key.model, key.task, len(c.Grid.Points), c.Grid.Split, c.Grid.BestRuns()[0].Path, otherPoints(c))
	}
	kept := c.Runs[0]
	for i := 0; i < len(c.Left); {
		r, n := c.Left[i], 1
		for ; i+n < len(c.Left) && c.Left[i+n].Variant() == r.Variant(); n++ {
		}
		i += n
		if c.Grid.Has(r) {
			continue
		}
		subject := results.Textf("%s is left out: it differs", "%s 제외", r.Path)
		if n > 1 {
			subject = results.Textf("%s and %d more of its settings are left out: they differ", "%s 외 같은 설정의 %d개 제외",
				r.Path, n-1)
		}
		if r.Result.Train.Steps == 0 && kept.Result.Train.Steps > 0 {
			l.warn("%s, %s: %s is left out: an evaluation, beside the training %s",
				"%s, %s: %s 제외: 학습 결과(%s)가 따로 있는 평가", r.Result.Model, r.Result.Task, r.Path, kept.Path)
			continue
		}
		l.warn("%s, %s: %s from %s in %s", "%s, %s: %s, 기준 실행(%s)과의 차이: %s", r.Result.Model, r.Result.Task, subject,
			kept.Path,
			results.Describe(r.Differences(kept)))
	}
	return c.Runs
}

// otherPoints returns in what each recipe of the grid that is not the best differs
// from it.
func otherPoints(c grids.Choice) results.Text {
	var en, ko []string
	for _, r := range c.Left {
		if c.Grid.Has(r) {
			d := results.Describe(r.Differences(c.Runs[0]))
			en, ko = append(en, d.English), append(ko, d.Korean)
		}
	}
	return results.Text{English: strings.Join(slices.Compact(en), "; "), Korean: strings.Join(slices.Compact(ko), "; ")}
}

func (l *Leaderboard) oneASeed(group []results.Run) []results.Run {
	var kept []results.Run
	for _, r := range group {
		if n := len(kept); n > 0 && kept[n-1].Result.Seed == r.Result.Seed {
			l.warn("%s, %s: %s repeats seed %d of %s: counted once",
				"%s, %s: %s 제외: 시드 %d의 반복(%s와 같음)", r.Result.Model, r.Result.Task, r.Path, r.Result.Seed, kept[n-1].Path)
			continue
		}
		kept = append(kept, r)
	}
	return kept
}

// compareData marks the cells that were scored on other examples than most runs of
// their column, and tells of them.
func (l *Leaderboard) compareData(chosen map[cellKey][]results.Run) {
	for _, col := range l.Columns {
		count := map[results.Text]int{}
		first := map[results.Text]results.Run{}
		var order []results.Text
		for _, row := range l.Rows {
			group := chosen[cellKey{row.Model, col.Task}]
			if _, ok := row.Cells[col.Task]; !ok || len(group) == 0 {
				continue
			}
			s := scoredOn(group[0])
			if count[s] == 0 {
				first[s], order = group[0], append(order, s)
			}
			count[s] += len(group)
		}
		if len(order) < 2 {
			continue
		}
		usual := slices.MaxFunc(order, func(a, b results.Text) int { return cmp.Compare(count[a], count[b]) })
		for _, row := range l.Rows {
			cell, ok := row.Cells[col.Task]
			group := chosen[cellKey{row.Model, col.Task}]
			if !ok || scoredOn(group[0]) == usual {
				continue
			}
			cell.Incomparable = true
			row.Cells[col.Task] = cell
			l.warn("%s: %s was scored on %s, %s on %s: their scores do not compare",
				"%s: %s 모델은 %s, %s 모델은 %s 기준이라 비교할 수 없다", col.Task, row.Model, scoredOn(group[0]),
				first[usual].Result.Model, usual)
		}
	}
}

// scoredOn names the examples behind a run's score.
func scoredOn(r results.Run) results.Text {
	d, _ := r.Manifest.Split(r.Result.Split)
	return results.Textf("%d examples of %s (%s, sha256 %s) by %s", "%[2]s 예제 %[1]d개(%[3]s, sha256 %[4]s)의 %[5]s",
		r.Result.N, r.Result.Split, d.File, cmp.Or(results.Brief(d.SHA256), "none"),
		results.Text{English: string(r.Result.Metric), Korean: results.MetricTitle(r.Result.Metric).Korean})
}

func sortedKeys[T any](m map[cellKey]T) []cellKey {
	keys := slices.Collect(maps.Keys(m))
	slices.SortFunc(keys, func(a, b cellKey) int {
		return cmp.Or(strings.Compare(a.model, b.model), strings.Compare(a.task, b.task))
	})
	return keys
}

func sortedNames[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
