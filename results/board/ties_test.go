package board

import (
	"testing"

	"github.com/lmkor/bench/results"
)

// cellsOf builds a board of nsmc with a paired test and returns its cells by model.
func cellsOf(t *testing.T, runs []results.Run, published []PublishedRow, test Paired) map[string]Cell {
	t.Helper()
	l, err := Board{Columns: columns, Select: Last, Published: published, Paired: test}.Build(runs)
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]Cell{}
	for _, r := range l.Rows {
		all[r.Model] = r.Cells["nsmc"]
	}
	return all
}

// A paired test decides where there is one, whatever the intervals say; it is not
// asked where no dependence could matter.
func TestPairsBeforeIntervals(t *testing.T) {
	asked := ""
	test := func(task string, best, other []results.Run, file func(results.Run) (string, error)) (p float64, apart, ok bool) {
		asked += other[0].Result.Model
		if path, err := file(other[0]); err != nil || path != other[0].File(results.PredictionsFile) || best[0].Result.Model != "a" || task != "nsmc" {
			t.Errorf("asked for %q, %v against %s on %s", path, err, best[0].Result.Model, task)
		}
		switch other[0].Result.Model {
		case "apart":
			return 0.001, true, true
		case "tied":
			return 0.4, false, true
		}
		return 0, false, false
	}
	cells := cellsOf(t, []results.Run{run("1", "a", "nsmc", 1, 91), run("2", "apart", "nsmc", 1, 90), run("3", "tied", "nsmc", 1, 90),
		run("4", "unread", "nsmc", 1, 90), run("5", "far", "nsmc", 1, 50)}, nil, test)
	want := map[string]Basis{"a": "", "apart": "", "tied": ByPairs, "unread": ByIntervals, "far": ""}
	for model, c := range cells {
		if c.TiedBy != want[model] || c.Tied != (want[model] != "") || c.Best != (model == "a") {
			t.Errorf("%s: %+v", model, c)
		}
	}
	if asked != "aparttiedunread" {
		t.Errorf("asked for %q", asked)
	}
}

// Of few seeds the chance in training is Student's: the paired test is asked where the
// normal distribution's would leave out 0 by far.
func TestFewSeedsArePaired(t *testing.T) {
	asked := 0
	test := func(_ string, _, _ []results.Run, _ func(results.Run) (string, error)) (p float64, apart, ok bool) {
		asked++
		return 0.3, false, true
	}
	cells := cellsOf(t, []results.Run{run("1", "a", "nsmc", 1, 96), run("2", "a", "nsmc", 2, 90), run("3", "b", "nsmc", 1, 70),
		run("4", "b", "nsmc", 2, 76)}, nil, test)
	if asked != 1 || cells["b"].TiedBy != ByPairs {
		t.Errorf("asked %d times: %+v", asked, cells["b"])
	}
}

// The level is the column's, not each test's.
func TestTiesAreHolmCorrected(t *testing.T) {
	test := func(_ string, _, other []results.Run, _ func(results.Run) (string, error)) (p float64, apart, ok bool) {
		return 0.03, true, true
	}
	alone := cellsOf(t, []results.Run{run("1", "a", "nsmc", 1, 91), run("2", "b", "nsmc", 1, 90)}, nil, test)
	two := cellsOf(t, []results.Run{run("1", "a", "nsmc", 1, 91), run("2", "b", "nsmc", 1, 90), run("3", "c", "nsmc", 1, 90)}, nil, test)
	if alone["b"].Tied || !two["b"].Tied || !two["c"].Tied {
		t.Errorf("%+v %+v", alone["b"], two)
	}
}

// A published score has no interval: the measured one's decides, whichever is best.
func TestPublishedTiesByTheMeasuredInterval(t *testing.T) {
	never := func(string, []results.Run, []results.Run, func(results.Run) (string, error)) (float64, bool, bool) {
		t.Error("a published score was paired")
		return 0, false, false
	}
	for _, score := range []float64{90.4, 91.6} {
		p := []PublishedRow{{Model: "p", Scores: map[string]float64{"nsmc": score}}, {Model: "q", Scores: map[string]float64{"nsmc": 70}}}
		cells := cellsOf(t, []results.Run{run("1", "a", "nsmc", 1, 91)}, p, never)
		c := cells["p"]
		if score > 91 {
			c = cells["a"]
		}
		if c.Best || c.TiedBy != ByIntervals || cells["q"].Tied {
			t.Errorf("published %v: %+v", score, cells)
		}
	}
}
