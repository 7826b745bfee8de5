package compare

import (
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

// Answer says how b is, measured by a.
type Answer string

// The answers.
const (
	Better    Answer = "better"
	Worse     Answer = "worse"
	Undecided Answer = "undecided"
)

// Verdict is what a comparison comes to.
type Verdict struct {
	Answer     Answer   `json:"answer"` // of b against a
	Sentence   string   `json:"sentence"`
	P          *float64 `json:"p"`          // of the tests together, corrected where there are several comparisons
	Detectable *float64 `json:"detectable"` // the difference in per cent that the data could have shown with power 0.8
	// MoreExamples would decide, were the difference as it is; null when decided, and where no number would
	MoreExamples *int `json:"more_examples"`
	MoreSeeds    *int `json:"more_seeds"` // the same of seeds a side; null of one seed a side
}

// Summary counts verdicts over several comparisons.
type Summary struct {
	Better     int    `json:"better"`
	Worse      int    `json:"worse"`
	Undecided  int    `json:"undecided"`
	Correction string `json:"correction"`
	Sentence   string `json:"sentence"`
}

// Correction is the name of the correction for several comparisons.
const Correction = "holm"

// decide gives every comparison its verdict, the p-values of all corrected
// together.
func (st *Study) decide(lang results.Lang) {
	var all []*Comparison
	var p []float64
	for _, pair := range st.Pairs {
		for _, c := range pair.Tasks {
			all = append(all, c)
			if c.test.P != nil {
				p = append(p, *c.test.P)
			}
		}
	}
	corrected := metrics.Holm(p)
	for _, c := range all {
		if c.test.P != nil {
			q := corrected[0]
			corrected = corrected[1:]
			c.Verdict.P = &q
		}
		c.decide(len(p), lang)
	}
	for i := range st.Pairs {
		st.Pairs[i].summarise(lang)
	}
}

// decide asks for a p-value below the level and, as the sentence shows both, an
// interval that leaves out 0. What could have been shown is by the level that the
// correction begins with.
func (c *Comparison) decide(tests int, lang results.Lang) {
	v, in := &c.Verdict, c.test.Interval
	v.Answer = Undecided
	if c.test.Difference != nil {
		low, high := c.Metric.Range()
		d, most := results.Percent(c.test.Detectable(c.N, max(1, tests))), results.Percent(high-low)
		c.blind, d = d > most, min(d, most)
		v.Detectable = &d
	}
	if v.P != nil && in != nil && *v.P <= metrics.Level {
		switch {
		case in.Low > 0:
			v.Answer = Better
		case in.High < 0:
			v.Answer = Worse
		}
	}
	if v.Answer == Undecided && c.test.Difference != nil {
		need := c.test.Need(c.N, min(c.Seeds.A, c.Seeds.B), max(1, tests))
		v.MoreExamples, v.MoreSeeds = need.Examples, need.Runs
	}
	c.several = tests
	v.Sentence = c.Sentence(lang)
}

// Sentence tells the verdict in a language.
func (c *Comparison) Sentence(lang results.Lang) string {
	return teller{lang}.sentence(c, c.several > 1)
}

// Sentence tells the verdicts of all tasks in a language.
func (p *Pair) Sentence(lang results.Lang) string { return teller{lang}.summary(p, p.Summary) }

// Text tells the verdict in every language.
func (c *Comparison) Text() results.Text {
	return results.Text{English: c.Sentence(results.English), Korean: c.Sentence(results.Korean)}
}

// Text tells the verdicts of all tasks in every language.
func (p *Pair) Text() results.Text {
	return results.Text{English: p.Sentence(results.English), Korean: p.Sentence(results.Korean)}
}

// Text tells the best of the ranked models in every language.
func (r *Ranks) Text() results.Text {
	return results.Text{English: teller{results.English}.ranks(r), Korean: teller{results.Korean}.ranks(r)}
}

func (p *Pair) summarise(lang results.Lang) {
	s := &Summary{Correction: Correction}
	for _, c := range p.Tasks {
		switch c.Verdict.Answer {
		case Better:
			s.Better++
		case Worse:
			s.Worse++
		default:
			s.Undecided++
		}
	}
	s.Sentence = teller{lang}.summary(p, s)
	p.Summary = s
}

// Ranks are the mean ranks of three sides or more over the tasks that all have.
type Ranks struct {
	Tasks  []string `json:"tasks"`
	Models []Ranked `json:"models"` // the best first
	// Critical is Nemenyi's at 0.05: mean ranks nearer than that can't be told apart; null of one task
	Critical *float64 `json:"critical_difference"`
	Sentence string   `json:"sentence"`
}

// Ranked is a side's mean rank, 1 for the best, with its bootstrap interval over
// examples and seeds.
type Ranked struct {
	Name     string     `json:"name"`
	Rank     float64    `json:"rank"`
	Interval [2]float64 `json:"interval"`
	Best     bool       `json:"best"` // no comparison says that another side is better
}

type rankedTask struct {
	name   string
	scores metrics.TaskScores
}

func rank(st *Study, tasks []rankedTask, lang results.Lang) *Ranks {
	if len(tasks) == 0 {
		return nil
	}
	var scores []metrics.TaskScores
	r := &Ranks{}
	for _, t := range tasks {
		scores, r.Tasks = append(scores, t.scores), append(r.Tasks, t.name)
	}
	ranks, intervals := metrics.MeanRanks(scores)
	for i, name := range st.Sides {
		r.Models = append(r.Models, Ranked{name, ranks[i], [2]float64{intervals[i].Low, intervals[i].High}, !st.beaten(name)})
	}
	sortByRank(r.Models)
	if cd, ok := metrics.CriticalDifference(len(st.Sides), len(tasks)); ok {
		r.Critical = &cd
	}
	r.Sentence = teller{lang}.ranks(r)
	return r
}

// beaten reports whether some side is better than the named one on more tasks
// than it is worse.
func (st *Study) beaten(name string) bool {
	for _, p := range st.Pairs {
		if p.Summary == nil {
			continue
		}
		if p.A == name && p.Summary.Better > p.Summary.Worse || p.B == name && p.Summary.Worse > p.Summary.Better {
			return true
		}
	}
	return false
}
