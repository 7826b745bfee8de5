package results

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// choose returns the runs of every cell of the table: one a seed, all of one
// variant. What is left out is told.
func (l *Leaderboard) choose(runs []Run) map[cellKey][]Run {
	groups := map[cellKey][]Run{}
	for _, r := range runs {
		k := cellKey{r.Result.Model, r.Result.Task}
		groups[k] = append(groups[k], r)
	}
	for _, key := range sortedKeys(groups) {
		group := groups[key]
		slices.SortFunc(group, func(a, b Run) int {
			return cmp.Or(cmp.Compare(a.Result.Seed, b.Result.Seed), strings.Compare(a.Path, b.Path))
		})
		groups[key] = l.oneASeed(l.oneVariant(group))
	}
	return groups
}

// oneVariant returns the runs of the variant that has the most seeds; of
// equals, the first's.
func (l *Leaderboard) oneVariant(group []Run) []Run {
	variants := map[string][]Run{}
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
	for _, v := range order {
		if v == best {
			continue
		}
		for _, r := range variants[v] {
			kept := variants[best][0]
			l.warn("%s, %s: %s is left out: it differs from %s in %s", r.Result.Model, r.Result.Task, r.Path, kept.Path,
				Tell(r.Differences(kept)))
		}
	}
	return variants[best]
}

func seeds(runs []Run) int {
	all := map[uint64]bool{}
	for _, r := range runs {
		all[r.Result.Seed] = true
	}
	return len(all)
}

func (l *Leaderboard) oneASeed(group []Run) []Run {
	var kept []Run
	for _, r := range group {
		if n := len(kept); n > 0 && kept[n-1].Result.Seed == r.Result.Seed {
			l.warn("%s, %s: %s repeats seed %d of %s: counted once", r.Result.Model, r.Result.Task, r.Path, r.Result.Seed, kept[n-1].Path)
			continue
		}
		kept = append(kept, r)
	}
	return kept
}

// Variant is what runs share that may differ in their seed only, and be averaged
// over it: how they were made, and what was scored.
func (r Run) Variant() string {
	return fmt.Sprintf("%s %s %s %d", r.identity().Variant(), r.Result.Split, r.Result.Metric, r.Result.N)
}

// identity is the manifest's, or what it would be where a caller filled in none.
func (r Run) identity() Identity {
	m := r.Manifest
	if m.Identity != "" {
		return m.Parts
	}
	m.Schema = 0
	if m.migrate() != nil {
		return Identity{}
	}
	return m.Parts
}

// Differences lists what r and another run differ in beside their seed.
func (r Run) Differences(other Run) []Difference {
	all := slices.DeleteFunc(r.identity().Differences(other.identity()), func(d Difference) bool { return d.Name == "seed" })
	for _, x := range []struct{ name, mine, theirs string }{
		{"split", r.Result.Split, other.Result.Split},
		{"metric", string(r.Result.Metric), string(other.Result.Metric)},
		{"number of examples", fmt.Sprint(r.Result.N), fmt.Sprint(other.Result.N)},
	} {
		if x.mine != x.theirs {
			all = append(all, Difference{x.name, x.mine, x.theirs})
		}
	}
	return all
}

// Tell lists differences in a sentence: learning_rate (5e-05, not 3e-05).
func Tell(all []Difference) string {
	var parts []string
	for _, d := range all {
		parts = append(parts, fmt.Sprintf("%s (%s, not %s)", d.Name, cmp.Or(d.Mine, "none"), cmp.Or(d.Theirs, "none")))
	}
	return strings.Join(parts, ", ")
}

// brief cuts a fingerprint to what tells it from others.
func brief(s string) string {
	if s == "" {
		return "none"
	}
	if len(s) == 64 && !strings.ContainsAny(s, " \"{") {
		return s[:12]
	}
	return s
}

// compareData marks the cells that were scored on other examples than most runs of
// their column, and tells of them.
func (l *Leaderboard) compareData(chosen map[cellKey][]Run) {
	for _, col := range l.Columns {
		count := map[string]int{}
		first := map[string]Run{}
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
func scoredOn(r Run) string {
	d, _ := r.Manifest.Split(r.Result.Split)
	return fmt.Sprintf("%d examples of %s (%s, sha256 %s) by %s", r.Result.N, r.Result.Split, d.File, brief(d.SHA256), r.Result.Metric)
}

func sortedKeys[T any](m map[cellKey]T) []cellKey {
	keys := slices.Collect(maps.Keys(m))
	slices.SortFunc(keys, func(a, b cellKey) int {
		return cmp.Or(strings.Compare(a.model, b.model), strings.Compare(a.task, b.task))
	})
	return keys
}

func sortedNames[T any](m map[string]T) []string { return slices.Sorted(maps.Keys(m)) }
