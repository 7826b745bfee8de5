package board

import (
	"cmp"
	"fmt"
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
	for _, r := range runs {
		k := cellKey{r.Result.Model, r.Result.Task}
		groups[k] = append(groups[k], r)
	}
	for _, key := range sortedKeys(groups) {
		group := groups[key]
		slices.SortFunc(group, func(a, b results.Run) int {
			return cmp.Or(cmp.Compare(a.Result.Seed, b.Result.Seed), strings.Compare(a.Path, b.Path))
		})
		groups[key] = l.oneASeed(l.oneVariant(key, group))
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

// oneVariant returns the runs of the variant that has the most seeds; of equals
// that differ in their recipe alone the one that is best on dev, of others the
// first.
func (l *Leaderboard) oneVariant(key cellKey, group []results.Run) []results.Run {
	variants := map[string][]results.Run{}
	var order []string
	for _, r := range group {
		v := r.Variant()
		if variants[v] == nil {
			order = append(order, v)
		}
		variants[v] = append(variants[v], r)
	}
	best := order[0]
	for _, v := range order[1:] {
		if seeds(variants[v]) > seeds(variants[best]) {
			best = v
		}
	}
	if v := l.tune(key, variants, seeds(variants[best])); v != "" {
		best = v
	}
	for _, v := range order {
		if v == best {
			continue
		}
		for _, r := range variants[v] {
			kept := variants[best][0]
			if r.Result.Train.Steps == 0 && kept.Result.Train.Steps > 0 {
				l.warn("%s, %s: %s is left out: an evaluation, beside the training %s", r.Result.Model, r.Result.Task, r.Path, kept.Path)
				continue
			}
			l.warn("%s, %s: %s is left out: it differs from %s in %s", r.Result.Model, r.Result.Task, r.Path, kept.Path,
				results.Describe(r.Differences(kept)))
		}
	}
	return variants[best]
}

// tune returns the variant that is best on dev of those with so many seeds, and
// warns that it was chosen so; "" where there is nothing to choose among.
func (l *Leaderboard) tune(key cellKey, variants map[string][]results.Run, most int) string {
	var candidates []results.Run
	for _, v := range slices.Sorted(maps.Keys(variants)) {
		if seeds(variants[v]) == most {
			candidates = append(candidates, variants[v]...)
		}
	}
	var widest *grids.Grid
	for _, g := range grids.Of(candidates) {
		if g.Winner != nil && (widest == nil || len(g.Points) > len(widest.Points)) {
			widest = &g
		}
	}
	if widest == nil {
		return ""
	}
	var recipes []string
	widest.Recipes(func(r results.Run) { recipes = append(recipes, recipeKey(r)) })
	slices.Sort(recipes)
	l.tuned[key] = strings.Join(recipes, "\n\n")
	best := widest.BestRuns()
	l.warn("%s, %s: of %d recipes the one best on %s is shown: %s", key.model, key.task, len(widest.Points),
		widest.Split, best[0].Path)
	return best[0].Variant()
}

func seeds(runs []results.Run) int {
	all := map[uint64]bool{}
	for _, r := range runs {
		all[r.Result.Seed] = true
	}
	return len(all)
}

func (l *Leaderboard) oneASeed(group []results.Run) []results.Run {
	var kept []results.Run
	for _, r := range group {
		if n := len(kept); n > 0 && kept[n-1].Result.Seed == r.Result.Seed {
			l.warn("%s, %s: %s repeats seed %d of %s: counted once", r.Result.Model, r.Result.Task, r.Path, r.Result.Seed, kept[n-1].Path)
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
		count := map[string]int{}
		first := map[string]results.Run{}
		var order []string
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
		usual := slices.MaxFunc(order, func(a, b string) int { return cmp.Compare(count[a], count[b]) })
		for _, row := range l.Rows {
			cell, ok := row.Cells[col.Task]
			group := chosen[cellKey{row.Model, col.Task}]
			if !ok || scoredOn(group[0]) == usual {
				continue
			}
			cell.Incomparable = true
			row.Cells[col.Task] = cell
			l.warn("%s: %s was scored on %s, %s on %s: their scores do not compare", col.Task, row.Model, scoredOn(group[0]),
				first[usual].Result.Model, usual)
		}
	}
}

// scoredOn names the examples behind a run's score.
func scoredOn(r results.Run) string {
	d, _ := r.Manifest.Split(r.Result.Split)
	return fmt.Sprintf("%d examples of %s (%s, sha256 %s) by %s", r.Result.N, r.Result.Split, d.File,
		results.Brief(d.SHA256), r.Result.Metric)
}

func sortedKeys[T any](m map[cellKey]T) []cellKey {
	keys := slices.Collect(maps.Keys(m))
	slices.SortFunc(keys, func(a, b cellKey) int {
		return cmp.Or(strings.Compare(a.model, b.model), strings.Compare(a.task, b.task))
	})
	return keys
}

func sortedNames[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
