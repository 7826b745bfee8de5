package compare

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/grids"
)

// Side is a model: a predictions file, or the runs of one model.
type Side struct {
	Name string // as sentences call it
	Path string // as the user gave it
	File string // of a predictions file; "" of runs
	Runs []results.Run
}

// Open finds what paths name: a predictions file of any program, a run, its
// checkpoint, or a folder of runs of one model. warn gets the faults of folders
// below that are no runs.
func Open(paths []string, warn func(string)) ([]Side, error) {
	var all []Side
	for _, path := range paths {
		s, err := open(path, warn)
		if err != nil {
			return nil, err
		}
		all = append(all, s)
	}
	name(all)
	return all, nil
}

func open(path string, warn func(string)) (Side, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Side{}, err
	}
	s := Side{Name: path, Path: path}
	if !info.IsDir() {
		s.File = path
		return s, nil
	}
	root := filepath.Clean(path)
	if filepath.Base(root) == results.CheckpointDir && results.Finished(filepath.Dir(root)) {
		root = filepath.Dir(root)
	}
	runs, bad, err := results.Find(root)
	if err != nil {
		return Side{}, err
	}
	for _, e := range bad {
		warn(e.Error())
	}
	if len(runs) == 0 {
		return Side{}, fmt.Errorf("%s: no finished run", path)
	}
	for _, r := range runs {
		if r.Result.Model != runs[0].Result.Model {
			return Side{}, fmt.Errorf("%s holds runs of %s and of %s: name one model's folder", path, runs[0].Result.Model, r.Result.Model)
		}
	}
	s.Name, s.Runs = runs[0].Result.Model, runs
	return s, nil
}

// name gives sides of one model's name their paths as names.
func name(sides []Side) {
	count := map[string]int{}
	for _, s := range sides {
		count[s.Name]++
	}
	for i := range sides {
		if count[sides[i].Name] > 1 {
			sides[i].Name = sides[i].Path
		}
	}
	count = map[string]int{}
	for i := range sides { // the same path twice
		count[sides[i].Name]++
		if k := count[sides[i].Name]; k > 1 {
			sides[i].Name = fmt.Sprintf("%s (%d)", sides[i].Name, k)
		}
	}
}

// tasks lists the tasks that a side has runs of, each once.
func (s Side) tasks() []string {
	var all []string
	for _, r := range s.Runs {
		if !slices.Contains(all, r.Result.Task) {
			all = append(all, r.Result.Task)
		}
	}
	return all
}

// trainedFirst returns the runs of a task without the evaluations of seeds that
// were trained as well, and those: 'bench eval' of a run's own checkpoint puts
// its answers beside the run.
func trainedFirst(runs []results.Run, task string) (mine, again []results.Run) {
	trained := map[uint64]bool{}
	for _, r := range runs {
		if r.Result.Task == task && r.Result.Train.Steps > 0 {
			trained[r.Result.Seed] = true
		}
	}
	for _, r := range runs {
		switch {
		case r.Result.Task != task:
		case r.Result.Train.Steps == 0 && trained[r.Result.Seed]:
			again = append(again, r)
		default:
			mine = append(mine, r)
		}
	}
	return mine, again
}

// of returns the side's runs of a task, one a seed and all of one variant, by
// seed, and what it leaves out: the variant is the leaderboard's.
func (s Side) of(task string, kernels map[string]int, lang results.Lang) (runs []results.Run, left []LeftOut) {
	mine, again := trainedFirst(s.Runs, task)
	for _, r := range again {
		seed := r.Result.Seed
		left = append(left, LeftOut{task, &seed, s.Name,
			because(lang, "an evaluation, beside the training of the same seed",
				"같은 시드의 학습 결과가 따로 있는 평가")})
	}
	if len(mine) == 0 {
		return nil, nil
	}
	slices.SortStableFunc(mine, func(a, b results.Run) int { return cmp.Compare(a.Result.Seed, b.Result.Seed) })
	c := grids.Choose(mine, kernels)
	for _, r := range c.Runs {
		if n := len(runs); n > 0 && runs[n-1].Result.Seed == r.Result.Seed {
			seed := r.Result.Seed
			left = append(left, LeftOut{task, &seed, s.Name,
				because(lang, "%s repeats %s", "%s: %s와 같은 설정의 반복", r.Path, runs[n-1].Path)})
			continue
		}
		runs = append(runs, r)
	}
	for _, r := range c.Left {
		seed := r.Result.Seed
		left = append(left, LeftOut{task, &seed, s.Name, because(lang, "made otherwise than the other runs: %s",
			"다른 실행들과 설정이 다름: %s", results.Describe(r.Differences(c.Runs[0])))})
	}
	return runs, left
}

// pairs reports whether two recipes give runs of one seed the same order of the
// same training data.
func pairs(a, b results.Run) bool {
	x, y := a.Manifest.Parts, b.Manifest.Parts
	for _, field := range []string{"batch_size", "gradient_accumulation_steps", "shuffle", "max_train_rows"} {
		if string(x.Recipe[field]) != string(y.Recipe[field]) {
			return false
		}
	}
	return x.Data["train"] == y.Data["train"]
}
