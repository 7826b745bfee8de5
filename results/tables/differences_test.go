package tables

import (
	"bytes"
	"strings"
	"testing"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
)

// A difference table names the models that it has no row of, and why; one without rows
// is these notes alone.
func TestUndifferedModelsAreNamed(t *testing.T) {
	l := &board.Leaderboard{
		Select:  board.Last,
		Columns: []board.Column{{Task: "nsmc", Title: "NSMC", Metric: metrics.Accuracy}, {Task: "mine", Title: "mine", Metric: metrics.Accuracy}},
		Rows: []board.Row{
			{Model: "own-model", Cells: map[string]board.Cell{"nsmc": {Score: 80}}},
			{Model: "kobert", Paired: "KoBERT", Cells: map[string]board.Cell{"mine": {Score: 70}}},
			{Model: "KoBERT", Published: true, Source: "https://example.org", Cells: map[string]board.Cell{"nsmc": {Score: 89.59}}},
			{Model: "HanBERT", Published: true, Cells: map[string]board.Cell{"nsmc": {Score: 90.06}}},
		},
	}
	wants := map[results.Lang][]string{
		results.English: {"Measured less published, in points\n",
			"Left out: own-model: paired with none of the published rows, which are KoBERT, HanBERT. 'published: ROW' in a model's YAML",
			"Left out: kobert: it has scores on mine, and its published row, KoBERT, has scores on NSMC."},
		results.Korean: {"측정한 점수에서 발표된 점수를 뺀 차이(점)\n",
			"제외: own-model. 짝이 되는 발표된 행이 없다. 발표된 행은 KoBERT, HanBERT이다.", "'published: 행 이름'",
			"제외: kobert. mine 점수만 있다. 짝인 발표된 행 KoBERT에는 NSMC 점수가 있다."},
	}
	for lang, want := range wants {
		for _, f := range []Format{Terminal, Markdown, LaTeX, HTML} {
			var b bytes.Buffer
			if err := WriteLeaderboard(&b, l, f, BoardOptions{Difference: true, Lang: lang}, Options{}); err != nil {
				t.Fatal(err)
			}
			for _, w := range want {
				if f == Terminal && !strings.Contains(b.String(), w) {
					t.Errorf("no %q in\n%s", w, b.String())
				}
			}
			if s := b.String(); strings.ContainsAny(s, "✓✗") || strings.Contains(s, "https://example.org") {
				t.Errorf("%s, %s: signs and sources of nothing:\n%s", lang, f, s)
			}
			if !strings.Contains(b.String(), "own-model") || f != LaTeX && f != HTML && strings.ContainsAny(b.String(), "│|") {
				t.Errorf("%s, %s:\n%s", lang, f, b.String())
			}
		}
	}
	l.Rows[0].Cells["nsmc"] = board.Cell{Score: 80, Published: ptr(89.59), Difference: ptr(-9.59)}
	var b bytes.Buffer
	WriteLeaderboard(&b, l, Terminal, BoardOptions{Difference: true}, Options{})
	s := b.String()
	for want, there := range map[string]bool{"│ own-model │ -9.59 │": true, "Left out: kobert": true, "; ✓ where": true,
		"Published by https://example.org": true, "Left out: own-model": false} {
		if strings.Contains(s, want) != there {
			t.Errorf("%q there: %v in\n%s", want, !there, s)
		}
	}
}

// All that a table in Korean says is Korean, but for names.
func TestKoreanLeaderboard(t *testing.T) {
	l := sampleBoard()
	l.Rows[0].Mean, l.Rows[0].Rank = &board.Mean{Value: 50}, &board.Mean{Value: 1}
	var b bytes.Buffer
	if err := WriteLeaderboard(&b, l, Terminal, BoardOptions{Lang: results.Korean}, Options{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"마지막 체크포인트의 점수", "모델", "정확도", "평균 순위", "KoBERT (발표)", "* 열에서 가장 좋은 점수", "±: 시드 간 표준편차"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	for _, no := range []string{"published", "best", "mean", "standard", "acc"} {
		if strings.Contains(b.String(), no) {
			t.Errorf("%q in\n%s", no, b.String())
		}
	}
}
