package board

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
)

var columns = []Column{{"nsmc", "NSMC", metrics.Accuracy, "test"}, {"paws", "PAWS", metrics.Accuracy, "test"}}

func build(t *testing.T, runs []results.Run, published []PublishedRow, by Selection) *Leaderboard {
	t.Helper()
	l, err := Build(runs, columns, published, by)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestSeedsAreAveraged(t *testing.T) {
	l := build(t, []results.Run{
		run("r2", "b", "nsmc", 2, 91), run("r1", "b", "nsmc", 1, 90), run("r3", "b", "nsmc", 3, 95),
		run("r4", "a", "nsmc", 1, 92), run("r5", "a", "mine", 1, 50),
	}, []PublishedRow{{"p", "a paper", map[string]float64{"nsmc": 92.004}}}, Last)
	if len(l.Warnings) != 0 {
		t.Errorf("warnings %q", l.Warnings)
	}
	if got := []string{l.Rows[0].Model, l.Rows[1].Model, l.Rows[2].Model}; !slices.Equal(got, []string{"a", "b", "p"}) || !l.Rows[2].Published {
		t.Errorf("rows %v", got)
	}
	b := l.Rows[1].Cells["nsmc"]
	if b.Score != 92 || b.Seeds != 3 || b.N != 3 || !golden.Within(1e-9).Near(*b.SD, math.Sqrt(7)) || !slices.Equal(b.Runs, []string{"r1", "r2", "r3"}) || *b.Interval != [2]float64{91, 94} {
		t.Errorf("b: %+v %v %v", b, *b.SD, *b.Interval)
	}
	// All print 92.00.
	for _, r := range l.Rows {
		if !r.Cells["nsmc"].Best {
			t.Errorf("%s is not best", r.Model)
		}
	}
	if _, ok := l.Rows[0].Cells["paws"]; ok {
		t.Error("a cell out of nothing")
	}
	if len(l.Columns) != 3 || l.Columns[2].Task != "mine" {
		t.Errorf("columns %v", l.Columns)
	}
	if a := l.Rows[0].Cells["nsmc"]; a.SD != nil || a.Seeds != 1 {
		t.Errorf("one seed: %+v", a)
	}
}

func TestSelections(t *testing.T) {
	r := run("r", "a", "nsmc", 1, 90)
	evaluated := run("e", "e", "nsmc", 1, 80)
	evaluated.Result.Select = results.Select{}
	l := build(t, []results.Run{r, evaluated}, nil, BestOnTest)
	if c := l.Rows[0].Cells["nsmc"]; c.Score != 90.5 || c.Interval != nil {
		t.Errorf("best on test: %+v", c)
	}
	l = build(t, []results.Run{r, evaluated}, nil, Dev)
	if len(l.Rows[0].Cells) != 0 || len(l.Warnings) != 2 || !strings.HasPrefix(l.Warnings[0].English, `a, nsmc: no score of the selection "dev": nothing was scored on a dev split`) {
		t.Errorf("dev: %+v %q", l.Rows[0].Cells, l.Warnings)
	}
	l = build(t, []results.Run{evaluated}, nil, Last)
	if c := l.Rows[0].Cells["nsmc"]; c.Score != 80 || c.Interval == nil {
		t.Errorf("evaluated only: %+v", c)
	}
}

// Chosen on dev means the weights that were kept, with their own interval and
// scores; the last keep theirs.
func TestSelectionOfKeptWeights(t *testing.T) {
	r := run("r", "a", "nsmc", 1, 90)
	dev := metrics.Scores{Accuracy: ptr(0.5)}
	r.Result.Select.Dev = ptr(88.0)
	r.Result.Checkpoints = []results.Checkpoint{
		{Dir: results.CheckpointDir, Step: 2, Score: ptr(90.0), Interval: r.Result.Interval, Scores: r.Result.Scores, Dev: &dev},
		{Dir: results.BestCheckpointDir, Step: 1, ChosenOn: "dev", Score: ptr(88.0), Interval: &[2]float64{80, 93},
			Scores: metrics.Scores{Accuracy: ptr(0.88), MacroF1: ptr(0.7)}, Dev: &dev},
	}
	for by, want := range map[Selection][3]float64{Last: {90, 89, 92}, Dev: {88, 80, 93}} {
		c := build(t, []results.Run{r}, nil, by).Rows[0].Cells["nsmc"]
		if c.Interval == nil || [3]float64{c.Score, c.Interval[0], c.Interval[1]} != want {
			t.Errorf("%s: %+v %v", by, c, c.Interval)
		}
		records := Records([]results.Run{r}, by, false)
		if got := records[0]; [3]float64{got.Score, got.Low, got.High} != want {
			t.Errorf("%s: %+v", by, got)
		}
		if hasF1 := len(records) == 2 && records[1].Metric == metrics.MacroF1; hasF1 != (by == Dev) {
			t.Errorf("%s: %+v", by, records)
		}
	}
}

func TestRunsThatDoNotMix(t *testing.T) {
	other := run("slow", "a", "nsmc", 2, 10)
	other.Manifest.Recipe = json.RawMessage(`{"batch_size":32,"learning_rate":5e-05,"seed":2,"warmup_ratio":0.1}`)
	other.Manifest.Identify("aa", "bb", "nsmc") // as its recipe now is
	threads := run("threads", "a", "nsmc", 3, 94)
	threads.Manifest.Recipe = json.RawMessage(`{"batch_size": 32,"learning_rate":3e-05,"seed":3,"threads":2}`)
	threads.Manifest.Identify("aa", "bb", "nsmc") // as its recipe now is
	l := build(t, []results.Run{other, threads, run("copy", "a", "nsmc", 1, 90), run("also", "a", "nsmc", 1, 90)}, nil, Last)
	if c := l.Rows[0].Cells["nsmc"]; c.Score != 92 || c.Seeds != 2 {
		t.Errorf("cell %+v", c)
	}
	want := []string{
		"a, nsmc: slow is left out: it differs from also in learning_rate (5e-05, not 3e-05), warmup_ratio (0.1, not none)",
		"a, nsmc: copy repeats seed 1 of also: counted once",
	}
	if !slices.Equal(english(l.Warnings), want) {
		t.Errorf("warnings %q", l.Warnings)
	}
}

// A model that starts from nothing has other weights for each seed; one name for
// two checkpoints is a mistake.
func TestOtherWeights(t *testing.T) {
	a, b := run("r1", "a", "nsmc", 1, 90), run("r2", "a", "nsmc", 2, 92)
	b.Manifest.Model.SHA256 = "other"
	a.Manifest.Identity, b.Manifest.Identity = "", ""
	if l := build(t, []results.Run{a, b}, nil, Last); l.Rows[0].Cells["nsmc"].Seeds != 1 || len(l.Warnings) != 1 || !strings.Contains(l.Warnings[0].English, "model (other, not aa)") {
		t.Errorf("two checkpoints: %+v %q", l.Rows[0].Cells, l.Warnings)
	}
	a.Manifest.Model.Path, b.Manifest.Model.Path = "", ""
	if l := build(t, []results.Run{a, b}, nil, Last); l.Rows[0].Cells["nsmc"].Seeds != 2 {
		t.Errorf("from nothing: %+v %q", l.Rows[0].Cells, l.Warnings)
	}
}

func TestOtherDataIsTold(t *testing.T) {
	odd := run("odd", "c", "nsmc", 1, 99)
	odd.Manifest.Data = []results.Data{{Split: "test", File: "mine.txt", SHA256: strings.Repeat("e", 64)}}
	l := build(t, []results.Run{run("r1", "a", "nsmc", 1, 90), run("r2", "b", "nsmc", 1, 91), odd}, nil, Last)
	if c := l.Rows[2].Cells["nsmc"]; !c.Incomparable || c.Best {
		t.Errorf("cell %+v", c)
	}
	if !l.Rows[1].Cells["nsmc"].Best {
		t.Error("the best of the comparable is not marked")
	}
	if len(l.Warnings) != 1 || l.Warnings[0].English != "nsmc: c was scored on 3 examples of test (mine.txt, sha256 eeeeeeeeeeee) by accuracy, a on 3 examples of test (ratings_test.txt, sha256 dd) by accuracy: their scores do not compare" {
		t.Errorf("warnings %q", l.Warnings)
	}
}

// Sample data, limits and other splits and recipes are marked, and compete among
// themselves at most.
func TestMarks(t *testing.T) {
	sample := run("s", "s", "nsmc", 1, 99)
	sample.Manifest.Data = []results.Data{{Split: "test", File: "ratings_test.txt", SHA256: "ss"}}
	few := run("f", "f", "nsmc", 1, 98)
	few.Manifest.Recipe = json.RawMessage(`{"batch_size":32,"learning_rate":3e-05,"max_train_rows":100,"seed":1}`)
	few.Manifest.Identify("aa", "bb", "nsmc") // as its recipe now is
	dev := run("d", "d", "nsmc", 1, 97)
	dev.Result.Split = "dev"
	fast := run("o", "o", "nsmc", 1, 96)
	fast.Manifest.Recipe = json.RawMessage(`{"batch_size":32,"learning_rate":0.1,"seed":1}`)
	fast.Manifest.Identify("aa", "bb", "nsmc") // as its recipe now is
	o := Board{Columns: columns, Select: Last, Samples: map[string]bool{"ss": true}, Published: []PublishedRow{{Model: "p", Scores: map[string]float64{"nsmc": 90.5}}},
		Names: func(m string) string { return map[string]string{"a": "p"}[m] }}
	l, err := o.Build([]results.Run{run("a", "a", "nsmc", 1, 90), run("b", "b", "nsmc", 1, 91), sample, few, dev, fast})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"a": "", "b": "best", "s": "sample_data", "f": "row_limit", "d": "other_split", "o": "other_recipe", "p": ""}
	for _, r := range l.Rows {
		c := r.Cells["nsmc"]
		got := c.class()
		if c.Best {
			got = "best"
		}
		if c.Incomparable {
			got = strings.TrimPrefix(got+" odd", " ")
		}
		if w := want[r.Model]; got != w && got != w+" odd" {
			t.Errorf("%s: %q, want %q", r.Model, got, w)
		}
	}
	a := l.Rows[0].Cells["nsmc"]
	if !a.Tied || *a.Published != 90.5 || *a.Difference != -0.5 || !*a.Inside || l.Rows[1].Cells["nsmc"].Published != nil {
		t.Errorf("%+v", a)
	}
	page, err := l.Page()
	for _, m := range l.Legend() {
		if m.English == "" || m.Korean == "" || !strings.Contains(string(page), `"sign":"`+m.Sign+`"`) {
			t.Errorf("legend %+v, page %s", m, page)
		}
	}
	if n := len(l.Legend()); n != len(Marks)+2 || err != nil || strings.Contains(string(page), `"runs"`) || a.Runs == nil {
		t.Errorf("%d signs are explained, %v: %s", n, err, page)
	}
	// among themselves samples compete
	l, _ = Board{Columns: columns, Select: Last, Samples: map[string]bool{"ss": true}}.Build([]results.Run{sample})
	if !l.Rows[0].Cells["nsmc"].Best {
		t.Error("of samples alone none is best")
	}
}

func TestMeansAndSort(t *testing.T) {
	l := build(t, []results.Run{run("1", "a", "nsmc", 1, 90), run("2", "a", "paws", 1, 70), run("3", "b", "nsmc", 1, 80), run("4", "b", "paws", 1, 60), run("5", "c", "nsmc", 1, 99)}, nil, Last)
	if m := l.Rows[0].Mean; m == nil || m.Value != 80 || m.Interval == nil || m.Interval[0] > 79 || l.Rows[2].Mean != nil {
		t.Errorf("%+v", m)
	}
	if a, b := l.Rows[0].Rank, l.Rows[1].Rank; a.Value != 1 || b.Value != 2 || l.Rows[2].Rank != nil || *a.Interval != [2]float64{1, 1} {
		t.Errorf("%+v %+v", a, b)
	}
	for by, want := range map[string]string{"nsmc": "cab", "paws": "abc", "rank": "abc", "mean": "abc", "model": "abc"} {
		if err := l.Sort(by); err != nil {
			t.Fatal(err)
		}
		got := l.Rows[0].Model + l.Rows[1].Model + l.Rows[2].Model
		if got != want {
			t.Errorf("by %s: %s, want %s", by, got, want)
		}
	}
	if err := l.Sort("x"); err == nil || err.Error() != `sort by "x": want one of model, mean, rank, nsmc, paws` {
		t.Error(err)
	}
	own := build(t, []results.Run{run("1", "a", "mine", 1, 90)}, nil, Last)
	if len(own.Columns) != 1 || own.Columns[0].Task != "mine" {
		t.Errorf("columns %v", own.Columns)
	}
}

func TestFrames(t *testing.T) {
	noScore := run("x", "a", "paws", 9, 0)
	noScore.Result.Score, noScore.Result.Interval, noScore.Result.Select = nil, nil, results.Select{}
	// "a_b", "c" and "a", "b_c" have the same key in gota's own group-by.
	df, err := Frame(Records([]results.Run{run("1", "a_b", "c", 1, 10), run("2", "a", "b_c", 1, 20), run("3", "a", "paws", 1, 1.0/3), run("4", "a", "paws", 2, 2.0/3), noScore}, Last, false))
	if err != nil {
		t.Fatal(err)
	}
	all := df.Nrow()
	if df, err = Where(df, "headline", "true"); err != nil || df.Nrow() != 5 || all != 5 {
		t.Fatal(err, df.Nrow(), all)
	}
	stats, err := Stats(df, "score", "model", "task")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range stats.Nrow() {
		got = append(got, stats.Col("model").Elem(i).String()+"|"+stats.Col("task").Elem(i).String())
	}
	if !slices.Equal(got, []string{"a|b_c", "a|paws", "a_b|c"}) {
		t.Fatalf("groups %v", got)
	}
	if m, n := stats.Col("mean").Elem(1).Float(), stats.Col("count").Elem(1).Float(); m != 0.5 || n != 2 {
		t.Errorf("mean %v of %v: a score that is missing spoils its group", m, n)
	}
	if sd := stats.Col("sd").Elem(0).Float(); !math.IsNaN(sd) {
		t.Errorf("spread of one seed %v", sd)
	}
	p, err := Pivot(stats, "model", "task", "mean")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(p.Names(), []string{"model", "b_c", "c", "paws"}) || p.Elem(0, 1).Float() != 20 || !math.IsNaN(p.Elem(0, 2).Float()) || p.Elem(1, 2).Float() != 10 {
		t.Errorf("pivot\n%v", p)
	}
	if _, err := Pivot(df, "model", "task", "score"); err == nil || err.Error() != `pivot: model "a", task "paws" twice` {
		t.Errorf("pivot of two values for one cell: %v", err)
	}
	if _, err := Stats(df, "nope", "model"); err == nil {
		t.Error("stats of a column that is not there: no error")
	}
	empty, err := Frame(nil)
	if err != nil {
		t.Fatal(err)
	}
	if s, err := Stats(empty, "score", "model"); err != nil || s.Nrow() != 0 {
		t.Errorf("stats of nothing: %v %v", s, err)
	}
}
