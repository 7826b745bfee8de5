package main

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
)

// pair is two sides of one comparison.
type pair struct {
	task   *tasks.Task  // nil where none is known
	name   string       // of the task, which may be nobody's
	metric metrics.Name // "" takes the answers' own
	a, b   side
}

// side is a predictions file and whose it is.
type side struct {
	name string
	run  *results.Run // nil of a file
	file string
}

func (s side) read(o results.Reading) (*results.Answers, error) {
	if s.run != nil {
		return s.run.Answers(o)
	}
	return o.Open(s.file)
}

// findPairs says what of A is compared with what of B.
func findPairs(cmd *cobra.Command, a, b, task string) ([]pair, error) {
	var t *tasks.Task
	if task != "" {
		var err error
		if t, err = tasks.Find(task); err != nil {
			return nil, err
		}
	}
	fileA, err := isFile(a)
	if err != nil {
		return nil, err
	}
	fileB, err := isFile(b)
	if err != nil {
		return nil, err
	}
	if fileA && fileB {
		p := pair{task: t, a: side{name: a, file: a}, b: side{name: b, file: b}}
		if t != nil {
			p.name = t.Name
		}
		return []pair{p}, nil
	}
	name := ""
	if t != nil {
		name = t.Name
	}
	runs := map[string][]results.Run{}
	for _, x := range []struct {
		path string
		file bool
	}{{a, fileA}, {b, fileB}} {
		if x.file {
			continue
		}
		if runs[x.path], err = runsOf(cmd, x.path, name); err != nil {
			return nil, err
		}
	}
	if fileA || fileB {
		return pairWithFile(t, a, b, fileA, runs)
	}
	return pairRuns(cmd, t, a, b, runs[a], runs[b])
}

func isFile(path string) (bool, error) {
	info, err := os.Stat(path)
	if err != nil {
		return false, err
	}
	return !info.IsDir(), nil
}

// runsOf finds the runs of a task, of all if it is "", and warns of bad ones.
func runsOf(cmd *cobra.Command, path, task string) ([]results.Run, error) {
	runs, bad, err := results.Find(path)
	if err != nil {
		return nil, err
	}
	warnBad(cmd, bad)
	if task != "" {
		runs = slices.DeleteFunc(runs, func(r results.Run) bool { return r.Result.Task != task })
	}
	if len(runs) == 0 {
		if task != "" {
			return nil, fmt.Errorf("%s: no finished run of %s", path, task)
		}
		return nil, fmt.Errorf("%s: no finished run", path)
	}
	return runs, nil
}

func warnBad(cmd *cobra.Command, bad []*results.RunError) {
	for _, e := range bad {
		fmt.Fprintf(cmd.ErrOrStderr(), "bench: warning: left out: %v\n", e)
	}
}

// pairWithFile compares a file with a folder's only run.
func pairWithFile(t *tasks.Task, a, b string, fileA bool, runs map[string][]results.Run) ([]pair, error) {
	folder := a
	if fileA {
		folder = b
	}
	if len(runs[folder]) > 1 {
		return nil, fmt.Errorf("%s holds %d runs, and the other side is a file: name one run, such as %s", folder, len(runs[folder]), runs[folder][0].Path)
	}
	r := &runs[folder][0]
	p := pairOf(t, r)
	p.a, p.b = side{r.Result.Model, r, ""}, side{b, nil, b}
	if fileA {
		p.a, p.b = side{a, nil, a}, side{r.Result.Model, r, ""}
	}
	return []pair{p}, nil
}

// pairOf begins a pair with a run's task. A user's own task is known by its
// metric alone, unless --task names its file.
func pairOf(t *tasks.Task, r *results.Run) pair {
	if t == nil {
		t, _ = tasks.Find(r.Result.Task) // nil if it is nobody's
	}
	return pair{task: t, name: r.Result.Task, metric: r.Result.Metric}
}

// pairRuns pairs the runs of two folders by task and seed.
func pairRuns(cmd *cobra.Command, t *tasks.Task, a, b string, as, bs []results.Run) ([]pair, error) {
	for _, x := range []struct {
		path string
		runs []results.Run
	}{{a, as}, {b, bs}} {
		if err := oneModel(x.path, x.runs); err != nil {
			return nil, err
		}
	}
	names := [2]string{as[0].Result.Model, bs[0].Result.Model}
	if names[0] == names[1] {
		names = [2]string{a, b}
	}
	var pairs []pair
	for _, task := range inOrder(as) {
		mine, theirs := ofTask(as, task), ofTask(bs, task)
		if len(theirs) == 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "bench: %s: no run in %s: not compared\n", task, b)
			continue
		}
		if len(mine) == 1 && len(theirs) == 1 {
			p := pairOf(t, &mine[0])
			p.a, p.b = side{names[0], &mine[0], ""}, side{names[1], &theirs[0], ""}
			pairs = append(pairs, p)
			continue
		}
		found := false
		for i := range mine {
			j := slices.IndexFunc(theirs, func(r results.Run) bool { return r.Result.Seed == mine[i].Result.Seed })
			if j < 0 {
				continue
			}
			found = true
			p := pairOf(t, &mine[i])
			suffix := fmt.Sprintf(", seed %d", mine[i].Result.Seed)
			p.a, p.b = side{names[0] + suffix, &mine[i], ""}, side{names[1] + suffix, &theirs[j], ""}
			pairs = append(pairs, p)
		}
		if !found {
			fmt.Fprintf(cmd.ErrOrStderr(), "bench: warning: %s: %s has %d runs and %s %d, of no common seed: not compared\n", task, a, len(mine), b, len(theirs))
		}
	}
	for _, task := range inOrder(bs) {
		if len(ofTask(as, task)) == 0 {
			fmt.Fprintf(cmd.ErrOrStderr(), "bench: %s: no run in %s: not compared\n", task, a)
		}
	}
	if len(pairs) == 0 {
		return nil, fmt.Errorf("%s (%s) and %s (%s): no task and seed in common", a, strings.Join(inOrder(as), ", "), b, strings.Join(inOrder(bs), ", "))
	}
	return pairs, nil
}

// oneModel returns an error unless all runs of a folder are of one model and
// differ in task or seed.
func oneModel(path string, runs []results.Run) error {
	seen := map[string]string{}
	for _, r := range runs {
		if r.Result.Model != runs[0].Result.Model {
			return fmt.Errorf("%s holds runs of %s and of %s: name one model's folder", path, runs[0].Result.Model, r.Result.Model)
		}
		key := fmt.Sprintf("%s %d", r.Result.Task, r.Result.Seed)
		if other, twice := seen[key]; twice {
			return fmt.Errorf("%s: %s and %s are of the same task and seed: name one of them", path, other, r.Path)
		}
		seen[key] = r.Path
	}
	return nil
}

// inOrder lists the tasks of runs, the seven in the report's order, others behind.
func inOrder(runs []results.Run) (names []string) {
	for _, name := range tasks.Names() {
		if len(ofTask(runs, name)) > 0 {
			names = append(names, name)
		}
	}
	var others []string
	for _, r := range runs {
		if !slices.Contains(names, r.Result.Task) && !slices.Contains(others, r.Result.Task) {
			others = append(others, r.Result.Task)
		}
	}
	slices.Sort(others)
	return append(names, others...)
}

func ofTask(runs []results.Run, task string) (all []results.Run) {
	for _, r := range runs {
		if r.Result.Task == task {
			all = append(all, r)
		}
	}
	return all
}
