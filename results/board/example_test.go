package board_test

import (
	"fmt"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
)

func ExampleBuild() {
	score := 90.5
	run := results.Run{Result: results.Result{Model: "tiny", Task: "nsmc", Metric: metrics.Accuracy, N: 50000, Score: &score}}
	l, err := board.Build([]results.Run{run}, []board.Column{{Task: "nsmc", Title: "NSMC", Metric: metrics.Accuracy}},
		[]board.PublishedRow{{Model: "KoBERT", Scores: map[string]float64{"nsmc": 89.59}}}, board.Last)
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, r := range l.Rows {
		c := r.Cells["nsmc"]
		fmt.Println(r.Model, c.Score, c.Best, r.Published)
	}
	// Output:
	// tiny 90.5 true false
	// KoBERT 89.59 false true
}
