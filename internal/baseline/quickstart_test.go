package baseline_test

import (
	"testing"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/internal/baseline"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

// silent hears what happens to cells.
type silent struct{}

func (silent) Notice(*runs.Cell, string)           {}
func (silent) Step(*runs.Cell, trainers.StepEvent) {}
func (silent) Eval(*runs.Cell, trainers.EvalEvent) {}

// margin is by how much, in per cent, a trained model has to beat a baseline.
const margin = 10

// TestQuickstartBeatsBaselines trains what the quickstart trains. On every task
// the models must clearly beat the most frequent answer; where word order or
// the other sentence decides, one of them must clearly beat a linear model on
// the words of both sides, too, on two of the four pair tasks at least.
func TestQuickstartBeatsBaselines(t *testing.T) {
	if testing.Short() {
		t.Skip("trains for a minute")
	}
	if kernels.Name() == "go" {
		t.Skip("trains for many minutes without assembly; the other kernels train it")
	}
	suite, err := configs.FindSuite("quickstart")
	if err != nil {
		t.Fatal(err)
	}
	suite.Tasks = tasks.Names()
	cells, err := runs.Request{Suite: suite, Set: []string{"threads=1"}, Data: runs.DataSource{Dir: runs.Samples}, Runs: t.TempDir()}.Cells()
	if err != nil {
		t.Fatal(err)
	}
	beatsWords := map[string]bool{}
	for _, c := range cells {
		o, err := runs.Run(t.Context(), c, silent{})
		if err != nil {
			t.Fatal(err)
		}
		data, err := c.OpenData()
		if err != nil {
			t.Fatal(err)
		}
		majority, words := baselines(t, data)
		t.Logf("%s: %.2f, majority %.2f, words %.2f", c.Name(), *o.Score, majority, words)
		if *o.Score < majority+margin {
			t.Errorf("%s: %.2f, majority %.2f: want %d more", c.Name(), *o.Score, majority, margin)
		}
		if c.Task.IsPair() && *o.Score >= words+margin {
			beatsWords[c.Task.Name] = true
		}
	}
	if len(beatsWords) < 2 {
		t.Errorf("the words alone are beaten clearly on %v: want two pair tasks", beatsWords)
	}
}

// baselines returns the headline scores, in per cent, of the most frequent
// answer and of the words alone. A regression's and a tagging's constant answer
// has no score: 0; words alone are not asked for tags.
func baselines(t *testing.T, data runs.Splits) (majority, words float64) {
	t.Helper()
	task := data.Train.Task
	if task.Kind == tasks.Tag {
		return 0, 0
	}
	texts := func(s *tasks.Set) (all []baseline.Text) {
		for _, e := range s.Examples {
			all = append(all, baseline.Text{A: e.Text, B: e.Pair})
		}
		return all
	}
	score := func(s metrics.Sample) float64 {
		v, _ := results.Headline(s, task.Metric)
		if v == nil {
			return 0
		}
		return *v
	}
	train, test := texts(data.Train), texts(data.Scored)
	if task.Kind == tasks.Regress {
		var gold, scores, pred []float64
		for _, e := range data.Train.Examples {
			scores = append(scores, e.Score)
		}
		m := baseline.Regress(train, scores, baseline.Options{})
		for i, e := range data.Scored.Examples {
			gold = append(gold, e.Score)
			pred = append(pred, m.Predict(test[i]))
		}
		return 0, score(metrics.NewValues(gold, pred))
	}
	var labels, gold, most, pred []int
	for _, e := range data.Train.Examples {
		labels = append(labels, e.Label)
	}
	top := baseline.Majority(labels)
	m := baseline.Classify(train, labels, baseline.Options{})
	for i, e := range data.Scored.Examples {
		gold, most, pred = append(gold, e.Label), append(most, top), append(pred, m.Predict(test[i]))
	}
	n := len(task.Labels)
	return score(metrics.NewLabels(gold, most, n)), score(metrics.NewLabels(gold, pred, n))
}
