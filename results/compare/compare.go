package compare

import (
	"cmp"
	"fmt"
	"math"
	"os"
	"slices"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/grids"
)

// Compare compares every two sides on every task that both have.
func Compare(sides []Side, o Options) (*Study, error) {
	if len(sides) < 2 {
		return nil, fmt.Errorf("one side only: want two models or more")
	}
	if o.Warn == nil {
		o.Warn = func(string) {}
	}
	names, err := o.tasks(sides)
	if err != nil {
		return nil, err
	}
	study := &Study{}
	for _, s := range sides {
		study.Sides = append(study.Sides, s.Name)
	}
	for i := range sides {
		for j := i + 1; j < len(sides); j++ {
			study.Pairs = append(study.Pairs, Pair{A: sides[i].Name, B: sides[j].Name})
		}
	}
	for _, s := range sides {
		o.runs = append(o.runs, s.Runs...)
	}
	var ranked []rankedTask
	var lacks []lack
	for _, name := range names {
		scores, without, err := o.task(name, sides, study.Pairs)
		lacks = append(lacks, without...)
		if err != nil {
			return nil, err
		}
		if scores != nil {
			ranked = append(ranked, rankedTask{name, *scores})
		}
	}
	study.leaveOut(sides, names, o.Lang)
	study.leaveOutLacking(sides, lacks, o.Lang)
	compared := 0
	for _, p := range study.Pairs {
		compared += len(p.Tasks)
	}
	if compared == 0 && len(lacks) > 0 {
		return nil, lacks[0].err
	}
	if compared == 0 {
		return nil, o.nothing(sides)
	}
	study.decide(o.Lang)
	if len(sides) > 2 {
		study.Ranks = rank(study, ranked, o.Lang)
	}
	return study, nil
}

// tasks lists the tasks to compare on; "" for files of which nobody names one.
func (o Options) tasks(sides []Side) ([]string, error) {
	if o.Task != "" {
		for _, s := range sides {
			if s.File == "" && !slices.Contains(s.tasks(), o.Task) {
				return nil, fmt.Errorf("%s: no finished run of %s", s.Path, o.Task)
			}
		}
		return []string{o.Task}, nil
	}
	var names []string
	file := false
	for _, s := range sides {
		file = file || s.File != ""
		for _, t := range s.tasks() {
			if !slices.Contains(names, t) {
				names = append(names, t)
			}
		}
	}
	switch {
	case len(names) == 0:
		return []string{""}, nil
	case file && len(names) > 1:
		for _, s := range sides {
			if len(s.Runs) > 1 {
				return nil, fmt.Errorf("%s holds %d runs, and another side is a file: name one run, such as %s", s.Path,
					len(s.Runs), s.Runs[0].Path)
			}
		}
		return nil, fmt.Errorf("runs of %q, and a file: name the task", names)
	}
	o.Order(names)
	return names, nil
}

func (o Options) nothing(sides []Side) error {
	text := ""
	for i, s := range sides {
		if i > 0 {
			text += " and "
		}
		names := s.tasks()
		o.Order(names)
		text += fmt.Sprintf("%s (%s)", s.Path, joined(names))
	}
	return fmt.Errorf("%s: no task in common", text)
}

// leaveOut notes the tasks that one side of a pair lacks.
func (st *Study) leaveOut(sides []Side, names []string, lang results.Lang) {
	k := 0
	for i := range sides {
		for j := i + 1; j < len(sides); j++ {
			p := &st.Pairs[k]
			k++
			if len(p.Tasks) == 0 {
				continue
			}
			for _, name := range names {
				a, b := slices.Contains(sides[i].tasks(), name), slices.Contains(sides[j].tasks(), name)
				if a == b || sides[i].File != "" || sides[j].File != "" {
					continue
				}
				s, other := sides[i], sides[j]
				if b {
					s, other = other, s
				}
				first := p.Tasks[0] // a study's own, wherever a reader looks first
				first.LeftOut = append(first.LeftOut, LeftOut{Task: name, Side: s.Name,
					Reason: because(lang, "no run of %s", "%s의 실행이 없음", other.Name)})
			}
		}
	}
}

// entrant is one side's answers on a task, a run each.
type entrant struct {
	side    Side
	runs    []results.Run // none of a file
	answers []*results.Answers
	paths   []string // of the answers
	left    []LeftOut
}

// task compares every pair on one task and returns all sides' scores where all
// have some, for ranks; and who lacks the predictions to be compared.
func (o Options) task(name string, sides []Side, pairs []Pair) (_ *metrics.TaskScores, lacks []lack, err error) {
	task := o.Tasks(name)
	all := make([]entrant, len(sides))
	reading := results.Reading{Detail: true, By: o.By}
	metric := metrics.Name("")
	if task != nil {
		reading.Kind, reading.Labels, metric = task.Kind, task.Labels, task.Metric
	}
	var first *results.Answers
	for i, s := range sides {
		e := entrant{side: s}
		e.runs, e.left = s.of(name, grids.Kernels(o.runs), o.Lang)
		if err = e.predictionsOf(o); err != nil {
			if o.Task != "" {
				return nil, nil, err
			}
			lacks = append(lacks, lack{i, name, err})
			e.runs = nil
		}
		if task == nil && len(e.runs) > 0 {
			metric = e.runs[0].Result.Metric
		}
		for _, path := range e.paths {
			a, err := reading.Open(path)
			if err != nil {
				return nil, nil, err
			}
			if first == nil {
				first, reading.Kind = a, a.Kind
			} else if a, err = results.Align(first, a); err != nil {
				return nil, nil, err
			} else if err := results.TextsDiffer(first, a); err != nil {
				o.Warn(err.Error())
			}
			e.answers = append(e.answers, a)
		}
		all[i] = e
	}
	if first == nil { // nobody has what is to be compared
		return nil, lacks, nil
	}
	if metric == "" {
		metric = defaultMetric(first.Kind)
		o.Warn(fmt.Sprintf("no --task: %s compared by %s", answersName(first.Kind), metric))
	}
	unify(all)
	k := 0
	for i := range all {
		for j := i + 1; j < len(all); j++ {
			if len(all[i].answers) > 0 && len(all[j].answers) > 0 {
				c, err := o.pair(name, task, metric, all[i], all[j])
				if err != nil {
					return nil, nil, err
				}
				pairs[k].Tasks = append(pairs[k].Tasks, c)
			}
			k++
		}
	}
	if len(all) < 3 {
		return nil, lacks, nil
	}
	return scoresOf(all, metric), lacks, nil
}

// unify gives all answers the same classes: those that later files brought.
func unify(all []entrant) {
	var longest []string
	for _, e := range all {
		for _, a := range e.answers {
			if len(a.Labels) > len(longest) {
				longest = a.Labels
			}
		}
	}
	for _, e := range all {
		for _, a := range e.answers {
			a.Labels = longest
		}
	}
}

func scoresOf(all []entrant, metric metrics.Name) *metrics.TaskScores {
	var runs [][]metrics.Sample
	for _, e := range all {
		if len(e.answers) == 0 {
			return nil
		}
		runs = append(runs, samplesOf(e.answers))
	}
	scores, ok := metrics.Resampled(runs, metric)
	if !ok {
		return nil
	}
	return &scores
}

func defaultMetric(k results.AnswerKind) metrics.Name {
	switch k {
	case results.NumberAnswer:
		return metrics.Spearman
	case results.TagsAnswer:
		return metrics.F1
	}
	return metrics.Accuracy
}

func answersName(k results.AnswerKind) string {
	switch k {
	case results.NumberAnswer:
		return "numbers"
	case results.TagsAnswer:
		return "tags"
	}
	return "labels"
}

func samplesOf(answers []*results.Answers) []metrics.Sample {
	var all []metrics.Sample
	for _, a := range answers {
		all = append(all, a.Sample())
	}
	return all
}

// pair compares two sides on one task.
func (o Options) pair(name string, task *Task, metric metrics.Name, a, b entrant) (*Comparison, error) {
	c := &Comparison{Task: name, title: name, Metric: metric, LeftOut: []LeftOut{}, Differs: []results.Difference{},
		Groups: []Group{}, Flips: []Flip{}, Warnings: []Warned{}}
	if task != nil {
		c.title, c.named = cmp.Or(task.Title, name), task.Named
	}
	a, b, c.Seeds.Paired = c.match(a, b, o.Lang)
	c.Seeds.A, c.Seeds.B = len(a.answers), len(b.answers)
	samplesA, samplesB := samplesOf(a.answers), samplesOf(b.answers)
	c.N, c.numeric = samplesA[0].Len(), a.answers[0].Kind == results.NumberAnswer
	m, err := metrics.Compare(samplesA, samplesB, c.Seeds.Paired, metric)
	if err != nil {
		return nil, err
	}
	c.test, c.oneFile = m, sameFiles(a.paths, b.paths)
	c.A = scored(a.side.Name, m.A, m.RunsA, m.IntervalA)
	c.B = scored(b.side.Name, m.B, m.RunsB, m.IntervalB)
	c.Difference = Difference{percent(m.Difference), percents(m.Interval)}
	c.Tests = tests(m, a.answers[0].Kind)
	c.Agreement = agreement(samplesA, samplesB)
	c.identities(a, b)
	if c.Groups, err = o.groups(a.answers, b.answers, c.Seeds.Paired, metric); err != nil {
		return nil, err
	}
	if c.Flips, c.flipped, err = flips(a.answers, b.answers, o.limit()); err != nil {
		return nil, err
	}
	return c, nil
}

// sameFiles reports whether two lists of paths lead to the same files, in any order.
func sameFiles(a, b []string) bool {
	info := func(paths []string) (all []os.FileInfo) {
		for _, p := range paths {
			if i, err := os.Stat(p); err == nil {
				all = append(all, i)
			}
		}
		return all
	}
	x, y := info(a), info(b)
	if len(x) == 0 || len(x) != len(a) || len(x) != len(y) || len(y) != len(b) {
		return false
	}
	for _, i := range x {
		if !slices.ContainsFunc(y, func(j os.FileInfo) bool { return os.SameFile(i, j) }) {
			return false
		}
	}
	return true
}

// limit is how many flips a comparison lists, below 0 for all.
func (o Options) limit() int {
	if o.Flips == 0 {
		return -1
	}
	return max(0, o.Flips)
}

// match pairs the runs of two sides by their seeds where the recipe pairs them:
// then the seeds that one side lacks are left out.
func (c *Comparison) match(a, b entrant, lang results.Lang) (entrant, entrant, bool) {
	c.LeftOut = append(append(c.LeftOut, a.left...), b.left...)
	if len(a.runs) == 0 || len(b.runs) == 0 || !pairs(a.runs[0], b.runs[0]) {
		return a, b, false
	}
	common := map[uint64]bool{}
	for _, r := range a.runs {
		for _, s := range b.runs {
			if r.Result.Seed == s.Result.Seed {
				common[r.Result.Seed] = true
			}
		}
	}
	if len(common) == 0 {
		return a, b, false
	}
	only := func(e, other entrant) entrant {
		out := entrant{side: e.side}
		for i, r := range e.runs {
			if common[r.Result.Seed] {
				out.runs, out.answers = append(out.runs, r), append(out.answers, e.answers[i])
				out.paths = append(out.paths, e.paths[i])
				continue
			}
			seed := r.Result.Seed
			c.LeftOut = append(c.LeftOut, LeftOut{c.Task, &seed, e.side.Name,
				because(lang, "no such seed of %s", "%s에는 없는 시드", other.side.Name)})
		}
		return out
	}
	return only(a, b), only(b, a), true
}

// identities notes what the runs differ in, and what their manifests warn of.
func (c *Comparison) identities(a, b entrant) {
	if len(a.runs) > 0 && len(b.runs) > 0 {
		for _, d := range a.runs[0].Differences(b.runs[0]) {
			if d.Name != "model" && d.Name != "tokenizer" { // whose comparison this is
				c.Differs = append(c.Differs, d)
			}
		}
	}
	for _, e := range []entrant{a, b} {
		for _, r := range e.runs {
			for _, w := range r.Manifest.Warnings {
				if x := (Warned{e.side.Name, w}); !slices.Contains(c.Warnings, x) {
					c.Warnings = append(c.Warnings, x)
				}
			}
		}
	}
}

func scored(name string, mean *float64, runs []float64, in *metrics.Interval) Scored {
	s := Scored{Name: name, Score: percent(mean), Interval: percents(in), Runs: []float64{}}
	sum := 0.0
	for _, v := range runs {
		s.Runs = append(s.Runs, results.Percent(v))
		sum += (v - *mean) * (v - *mean)
	}
	if len(runs) > 1 {
		sd := results.Percent(math.Sqrt(sum / float64(len(runs)-1)))
		s.SD = &sd
	}
	return s
}

func percent(v *float64) *float64 {
	if v == nil {
		return nil
	}
	p := results.Percent(*v)
	return &p
}

func percents(in *metrics.Interval) *[2]float64 {
	if in == nil {
		return nil
	}
	return &[2]float64{results.Percent(in.Low), results.Percent(in.High)}
}

func tests(m metrics.Comparison, kind results.AnswerKind) Tests {
	t := Tests{Bootstrap: Resampled{metrics.BootstrapSamples, m.BootstrapP},
		Permutation: Resampled{metrics.PermutationSamples, m.PermutationP}}
	if m.Normal {
		t.Bootstrap.Samples, t.Permutation.Samples = 0, 0
	}
	if m.McNemar != nil {
		unit := "examples"
		if kind == results.TagsAnswer {
			unit = "sentences"
		}
		t.McNemar = &McNemar{m.McNemar, unit}
	}
	if over, ok := metrics.AlmostOrder(m.RunsB, m.RunsA); ok {
		under, _ := metrics.AlmostOrder(m.RunsA, m.RunsB)
		t.ASO = &ASO{over, under}
	}
	return t
}

// agreement is the mean over runs, first against first.
func agreement(a, b []metrics.Sample) *metrics.Agreement {
	var out metrics.Agreement
	kappa, n := 0.0, float64(min(len(a), len(b)))
	whole := true
	for i := range min(len(a), len(b)) {
		g, ok := metrics.Agree(a[i], b[i])
		if !ok {
			return nil
		}
		out.Same += g.Same / n
		if g.Kappa == nil {
			whole = false
		} else {
			kappa += *g.Kappa / n
		}
	}
	if whole {
		out.Kappa = &kappa
	}
	return &out
}
