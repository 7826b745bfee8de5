package plots_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/plots"
)

func ExampleBars() {
	l, err := results.Build(nil, []results.Column{{Task: "nsmc", Title: "NSMC", Metric: metrics.Accuracy}},
		[]results.PublishedRow{{Model: "KoBERT", Scores: map[string]float64{"nsmc": 89.59}}}, results.Last)
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	figure, err := plots.Bars(l)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, name := range []string{"scores.svg", "scores.bmp"} {
		fmt.Println(name, figure.Save(filepath.Join(dir, name)) == nil)
	}
	// Output:
	// scores.svg true
	// scores.bmp false
}
