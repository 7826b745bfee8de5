package report_test

import (
	"bytes"
	"fmt"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
	"github.com/lmkor/bench/results/report"
)

func ExampleWrite() {
	l, err := board.Build(nil, []board.Column{{Task: "nsmc", Title: "NSMC", Metric: metrics.Accuracy}},
		[]board.PublishedRow{{Model: "KoBERT", Scores: map[string]float64{"nsmc": 89.59}}}, board.Last)
	if err != nil {
		fmt.Println(err)
		return
	}
	var b bytes.Buffer
	err = report.Write(&b, report.Page{Title: results.Alike("한국어 모델"), Boards: []*board.Leaderboard{l}})
	fmt.Println(bytes.Contains(b.Bytes(), []byte("<bdi>KoBERT</bdi>")), err)
	// Output: true <nil>
}
