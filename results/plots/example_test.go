package plots_test

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/plots"
)

func ExampleScores() {
	l, err := board.Build(nil, []board.Column{{Task: "nsmc", Title: "NSMC", Metric: metrics.Accuracy}},
		[]board.PublishedRow{{Model: "KoBERT", Scores: map[string]float64{"nsmc": 89.59}}}, board.Last)
	if err != nil {
		fmt.Println(err)
		return
	}
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	figure, err := plots.Scores(l)
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
