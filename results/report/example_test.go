package report_test

import (
	"bytes"
	"fmt"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/report"
)

func ExampleWrite() {
	l, err := results.Build(nil, []results.Column{{Task: "nsmc", Title: "NSMC", Metric: metrics.Accuracy}},
		[]results.PublishedRow{{Model: "KoBERT", Scores: map[string]float64{"nsmc": 89.59}}}, results.Last)
	if err != nil {
		fmt.Println(err)
		return
	}
	var b bytes.Buffer
	err = report.Write(&b, report.Page{Title: "한국어 모델", Leaderboard: l})
	fmt.Println(bytes.Contains(b.Bytes(), []byte("<td>KoBERT (published)</td>")), err)
	// Output: true <nil>
}
