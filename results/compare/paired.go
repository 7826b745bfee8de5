package compare

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

// Paired tests cells of a leaderboard against the best of their column as Compare
// tests two sides. It keeps the answers of one best at a time, and what it found
// in Known; it reads no more than Answers, after which it says that it can't.
type Paired struct {
	Tasks   func(string) *Task
	Known   *Known
	Answers int // how many answers may be read

	best  entrant // as it was last read
	first *results.Answers
}

// Test is board.Paired.
func (t *Paired) Test(task string, best, other []results.Run,
	file func(results.Run) (string, error)) (p float64, apart, ok bool) {
	a, err := filesOf(best, file)
	if err != nil {
		return 0, false, false
	}
	b, err := filesOf(other, file)
	if err != nil {
		return 0, false, false
	}
	n := 0 // what it costs where nothing is known, so that a table is a function of its runs
	for _, r := range other {
		n += r.Result.N
	}
	if !slices.Equal(t.best.paths, a.paths) {
		for _, r := range best {
			n += r.Result.N
		}
		t.best, t.first = a, nil
	}
	if t.Answers -= n; t.Answers < 0 {
		return 0, false, false
	}
	key := keyOf(a, b)
	if o, known := t.Known.get(key); known {
		return o.P, o.Apart, true
	}
	if p, apart, err = t.test(task, b); err != nil {
		return 0, false, false
	}
	t.Known.put(key, outcome{p, apart})
	return p, apart, true
}

// filesOf returns a cell's runs and the files of their answers.
func filesOf(runs []results.Run, file func(results.Run) (string, error)) (e entrant, err error) {
	e.runs = runs
	for _, r := range runs {
		path, err := file(r)
		if err != nil {
			return e, err
		}
		e.paths = append(e.paths, path)
	}
	return e, nil
}

// test reads what is not read yet, and compares.
func (t *Paired) test(task string, other entrant) (p float64, apart bool, err error) {
	if t.first == nil {
		if t.best.answers, err = t.read(task, t.best.paths, nil); err != nil {
			return 0, false, err
		}
		t.first = t.best.answers[0]
	}
	if other.answers, err = t.read(task, other.paths, t.first); err != nil {
		return 0, false, err
	}
	a, b := t.best, other
	unify([]entrant{a, b})
	var c Comparison
	a, b, paired := c.match(a, b, results.English)
	m, err := metrics.Compare(samplesOf(a.answers), samplesOf(b.answers), paired, a.runs[0].Result.Metric)
	if err != nil {
		return 0, false, err
	}
	if m.P == nil || m.Interval == nil {
		return 0, false, fmt.Errorf("%s: a score is undefined", task)
	}
	return *m.P, m.Interval.Low > 0 || m.Interval.High < 0, nil
}

// read reads files, all at once, those behind the first in its order.
func (t *Paired) read(task string, paths []string, first *results.Answers) (all []*results.Answers, err error) {
	var reading results.Reading
	if known := t.Tasks(task); known != nil {
		reading.Kind, reading.Labels = known.Kind, known.Labels
	}
	all = make([]*results.Answers, len(paths))
	errs := make([]error, len(paths))
	var reads sync.WaitGroup
	for i, path := range paths {
		reads.Go(func() { all[i], errs[i] = reading.Open(path) })
	}
	reads.Wait()
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	for i, a := range all {
		if first == nil {
			first = a
		} else if all[i], err = results.Align(first, a); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// testVersion changes when the same files are to be tested anew.
const testVersion = "5"

// keyOf names a test by what its outcome is a function of: the files, the score,
// and how runs are paired; "" where a run knows no sum of its files.
func keyOf(a, b entrant) string {
	parts := []string{testVersion, string(a.runs[0].Result.Metric), fmt.Sprint(pairs(a.runs[0], b.runs[0]))}
	for _, e := range []entrant{a, b} {
		for i, r := range e.runs {
			k := slices.IndexFunc(r.Result.Files, func(f results.FileSum) bool { return r.File(f.Name) == e.paths[i] })
			if k < 0 {
				return ""
			}
			parts = append(parts, fmt.Sprint(r.Result.Seed), r.Result.Files[k].SHA256)
		}
		parts = append(parts, "")
	}
	return results.HashJSON(strings.Join(parts, "\n"))
}
