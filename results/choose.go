package results

import (
	"bytes"
	"cmp"
	"encoding/json"
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
		v := variant(r)
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
				strings.Join(differences(r, kept), ", "))
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

// variant is a string that runs share which may differ in their seed only.
func variant(r Run) string {
	var b strings.Builder
	for _, f := range fields(r) {
		fmt.Fprintf(&b, "%s=%s\n", f.name, f.value)
	}
	return b.String()
}

type field struct{ name, value string }

// fields lists what makes runs comparable, with the names that warnings use.
func fields(r Run) []field {
	all := []field{
		{"tokenizer", r.Manifest.Tokenizer.SHA256},
		{"split", r.Result.Split},
		{"metric", string(r.Result.Metric)},
		{"number of examples", fmt.Sprint(r.Result.N)},
	}
	if r.Manifest.Model.Path != "" { // else the weights were drawn, and each seed has its own
		all = append(all, field{"model weights", r.Manifest.Model.SHA256})
	}
	for _, d := range r.Manifest.Data {
		all = append(all, field{d.Split + " data", d.SHA256})
	}
	return append(all, recipeFields(r.Manifest.Recipe)...)
}

// recipeFields lists a recipe's fields by name, but for those that make no other
// recipe: the seed, and what changes no result.
func recipeFields(recipe json.RawMessage) []field {
	var m map[string]json.RawMessage
	if json.Unmarshal(recipe, &m) != nil {
		return []field{{"recipe", string(recipe)}}
	}
	for _, name := range []string{"seed", "threads", "eval_steps", "save_steps"} {
		delete(m, name)
	}
	var all []field
	for _, name := range slices.Sorted(maps.Keys(m)) {
		var value bytes.Buffer
		if json.Compact(&value, m[name]) != nil {
			value.Write(m[name])
		}
		all = append(all, field{name, value.String()})
	}
	return all
}

// differences says in which fields a differs from b.
func differences(a, b Run) []string {
	var all []string
	theirs := map[string]string{}
	for _, f := range fields(b) {
		theirs[f.name] = f.value
	}
	for _, f := range fields(a) {
		if v, ok := theirs[f.name]; !ok || v != f.value {
			all = append(all, fmt.Sprintf("%s (%s, not %s)", f.name, brief(f.value), brief(v)))
		}
		delete(theirs, f.name)
	}
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		all = append(all, fmt.Sprintf("%s (none, not %s)", name, brief(theirs[name])))
	}
	return all
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
