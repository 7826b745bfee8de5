package metrics_test

import (
	"fmt"

	"github.com/lmkor/bench/metrics"
)

func ExampleNewLabels() {
	s := metrics.NewLabels([]int{0, 1, 1, 2, 2, 2}, []int{0, 1, 2, 2, 2, 1}, 3)
	f1, _ := s.Scores().Get(metrics.MacroF1)
	in, _ := metrics.Interval95(s, metrics.Accuracy)
	fmt.Printf("macro F1 %.4f, accuracy in [%.3f, %.3f]\n", f1, in.Low, in.High)
	// Output: macro F1 0.7222, accuracy in [0.300, 0.903]
}

func ExampleNewTags() {
	gold := [][]string{{"PER-B", "PER-I", "O", "LOC-B"}}
	pred := [][]string{{"PER-B", "PER-I", "O", "O"}}
	for _, kept := range [][]int{nil, {3}} { // the model saw all words, or three
		s := metrics.NewTags(gold, pred, kept).Scores()
		fmt.Printf("%.3f %.3f\n", *s.F1, *s.F1FullGold)
	}
	// Output:
	// 0.667 0.667
	// 1.000 0.667
}

func ExampleNewEntityReport() {
	r := metrics.NewEntityReport(
		[][]string{{"PER-B", "O", "LOC-I", "LOC-I"}},
		[][]string{{"PER-B", "O", "LOC-B", "O"}}, metrics.Lenient)
	for _, t := range r.Types {
		fmt.Printf("%s %.2f %d\n", t.Type, t.F1, t.Support)
	}
	// Output:
	// LOC 0.00 1
	// PER 1.00 1
}

func ExampleCompare() {
	gold := []int{1, 1, 0, 0, 1, 0, 1, 1, 0, 1}
	a := metrics.NewLabels(gold, []int{1, 0, 0, 0, 0, 0, 1, 0, 0, 1}, 2)
	b := metrics.NewLabels(gold, []int{1, 1, 0, 0, 1, 0, 1, 1, 1, 1}, 2)
	c, err := metrics.Compare([]metrics.Sample{a}, []metrics.Sample{b}, false, metrics.Accuracy)
	fmt.Printf("%+.1f, only b right %d, p %.3f, %v\n", *c.Difference, c.McNemar.OnlyBRight, c.McNemar.Exact, err)
	// Output: +0.2, only b right 3, p 0.625, <nil>
}

func ExampleSpearmanRho() {
	rho, ok := metrics.SpearmanRho([]float64{0, 1, 1, 4}, []float64{0.1, 0.9, 0.8, 3.2})
	fmt.Printf("%.4f %v\n", rho, ok)
	// Output: 0.9487 true
}
