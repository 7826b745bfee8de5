package grids

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/lmkor/bench/results"
)

// Choice is the variant by which a model is judged on a task.
type Choice struct {
	Runs []results.Run // of one variant, as they were given
	Left []results.Run // of all others, variant by variant
	Grid *Grid         // in which the variant is best on dev; nil where there was none to choose in
}

// Kernels counts runs by their set of kernels.
func Kernels(runs []results.Run) map[string]int {
	count := map[string]int{}
	for _, r := range runs {
		count[r.Identity().Kernels]++
	}
	return count
}

// Choose returns the variant that has the most seeds; of equals that differ in their
// recipe alone the one that is best on dev, of those that differ in the program's
// numbers alone the one of the highest numerics and the most common kernels, of others
// the first. kernels counts all runs that are looked at together, so that tasks are
// chosen alike. group holds the runs of one model and task, at least one.
func Choose(group []results.Run, kernels map[string]int) Choice {
	variants := map[string][]results.Run{}
	var order []string
	for _, r := range group {
		v := r.Variant()
		if variants[v] == nil {
			order = append(order, v)
		}
		variants[v] = append(variants[v], r)
	}
	best := slices.MaxFunc(order, func(a, b string) int { return cmp.Compare(seeds(variants[a]), seeds(variants[b])) })
	var equals []results.Run
	for _, v := range slices.Sorted(maps.Keys(variants)) {
		if seeds(variants[v]) == seeds(variants[best]) {
			equals = append(equals, variants[v]...)
		}
	}
	var c Choice
	for _, g := range Of(equals) {
		if g.Winner != nil && (c.Grid == nil || cmp.Or(cmp.Compare(len(g.Points), len(c.Grid.Points)),
			newer(g.BestRuns()[0], c.Grid.BestRuns()[0], kernels)) > 0) {
			c.Grid = &g
		}
	}
	if c.Grid != nil {
		best = c.Grid.BestRuns()[0].Variant()
	} else {
		for _, r := range equals {
			if kept := variants[best][0]; alike(r) == alike(kept) && newer(r, kept, kernels) > 0 {
				best = r.Variant()
			}
		}
	}
	c.Runs = variants[best]
	for _, v := range order {
		if v != best {
			c.Left = append(c.Left, variants[v]...)
		}
	}
	return c
}

// newer compares what programs two runs are of: by numerics, then by how common
// their kernels are.
func newer(a, b results.Run, kernels map[string]int) int {
	x, y := a.Identity(), b.Identity()
	return cmp.Or(cmp.Compare(x.Numerics, y.Numerics), cmp.Compare(kernels[x.Kernels], kernels[y.Kernels]),
		strings.Compare(y.Kernels, x.Kernels))
}

// alike is the variant of a run, whatever program's numbers it is made of.
func alike(r results.Run) string {
	id := r.Identity()
	id.Numerics, id.Kernels = 0, ""
	return results.HashJSON([]any{id.Variant(), r.Result.Split, r.Result.Metric, r.Result.N})
}

func seeds(runs []results.Run) int {
	all := map[uint64]bool{}
	for _, r := range runs {
		all[r.Result.Seed] = true
	}
	return len(all)
}
