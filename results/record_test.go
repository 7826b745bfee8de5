package results

import (
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/metrics"
)

func TestChoose(t *testing.T) {
	epoch := func(n int, test, dev float64) Epoch {
		return Epoch{n, metrics.Scores{Accuracy: &test}, &metrics.Scores{Accuracy: &dev}}
	}
	s := Choose([]Epoch{epoch(1, 0.8, 0.7), epoch(2, 0.9, 0.6), epoch(3, 0.85, 0.7)}, metrics.Accuracy)
	if *s.Last != 85 || *s.Dev != 80 || *s.BestOnTest != 90 {
		t.Errorf("%v %v %v", *s.Last, *s.Dev, *s.BestOnTest)
	}
	s = Choose([]Epoch{{Epoch: 1, Scores: metrics.Scores{Accuracy: ptr(0.9063)}}, {Epoch: 2}}, metrics.Accuracy)
	if s.Last != nil || s.Dev != nil || *s.BestOnTest != 90.63 {
		t.Errorf("%+v", s)
	}
}

func TestHeadline(t *testing.T) {
	score, interval := Headline(metrics.NewLabels([]int{0, 1, 1}, []int{0, 1, 0}, 2), metrics.Accuracy)
	if !golden.Within(1e-9).Near(*score, 200.0/3) || interval[0] >= *score || interval[1] <= *score {
		t.Errorf("%v %v", *score, *interval)
	}
	if score, interval := Headline(metrics.NewValues([]float64{1, 1}, []float64{1, 2}), metrics.Spearman); score != nil || interval != nil {
		t.Errorf("%v %v", score, interval)
	}
}
