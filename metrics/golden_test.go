package metrics

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

// goldenCase is what scikit-learn, scipy or seqeval answered; scripts/golden/metrics.py
// has the form.
type goldenCase struct {
	Kind       string
	Classes    int
	Gold, Pred json.RawMessage
	Expected   struct {
		Accuracy  float64
		MacroF1   float64      `json:"macro_f1"`
		MacroAll  float64      `json:"macro_f1_all_classes"`
		PerClass  []ClassScore `json:"per_class"`
		Matthews  float64
		Confusion [][]int

		Spearman, Pearson *float64

		EntitiesGold    [][][3]any `json:"entities_gold"`
		EntitiesPred    [][][3]any `json:"entities_pred"`
		Default, Strict struct {
			Precision, Recall, F1 float64
			Report                map[string]map[string]*float64
		}
	}
}

// tolerance is what rounding may do to a metric.
var (
	tolerance = golden.Within(1e-9)
	relative  = golden.Tolerance{Rel: 1e-9} // of probabilities, which may be tiny
)

func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	golden.NearNumber(t, what, got, want, tolerance)
}

func nearScore(t *testing.T, s Scores, n Name, want *float64) {
	t.Helper()
	got, ok := s.Get(n)
	if ok != (want != nil) {
		t.Errorf("%s: defined: %v, want %v", n, ok, want != nil)
	} else if ok {
		near(t, string(n), got, *want)
	}
}

func parse[T any](t *testing.T, raw json.RawMessage) (v T) {
	t.Helper()
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestGoldenScores(t *testing.T) {
	for _, dir := range golden.Dirs(t, "metrics") {
		for i, c := range golden.JSON[[]goldenCase](t, filepath.Join(dir, "cases.json")) {
			t.Run(fmt.Sprintf("%s/%d-%s", filepath.Base(filepath.Dir(dir)), i, c.Kind), func(t *testing.T) {
				switch c.Kind {
				case "classification":
					checkClasses(t, c)
				case "correlation":
					s := NewValues(parse[[]float64](t, c.Gold), parse[[]float64](t, c.Pred)).Scores()
					nearScore(t, s, Spearman, c.Expected.Spearman)
					nearScore(t, s, Pearson, c.Expected.Pearson)
				case "tagging":
					checkTags(t, c)
				default:
					t.Fatalf("kind %q", c.Kind)
				}
			})
		}
	}
}

func checkClasses(t *testing.T, c goldenCase) {
	gold, pred, want := parse[[]int](t, c.Gold), parse[[]int](t, c.Pred), c.Expected
	s := NewLabels(gold, pred, c.Classes).Scores()
	nearScore(t, s, Accuracy, &want.Accuracy)
	nearScore(t, s, MacroF1, &want.MacroF1)
	nearScore(t, s, Matthews, &want.Matthews)
	m := NewConfusion(gold, pred, c.Classes)
	all, _ := m.MacroF1All()
	near(t, "macro F1 of all classes", all, want.MacroAll)
	for k, got := range m.PerClass() {
		near(t, "precision", got.Precision, want.PerClass[k].Precision)
		near(t, "recall", got.Recall, want.PerClass[k].Recall)
		near(t, "F1", got.F1, want.PerClass[k].F1)
		if got.Support != want.PerClass[k].Support {
			t.Errorf("class %d: support %d, want %d", k, got.Support, want.PerClass[k].Support)
		}
	}
	if got := fmt.Sprint(rows(m)); got != fmt.Sprint(want.Confusion) {
		t.Errorf("confusion %v, want %v", got, want.Confusion)
	}
}

func rows(c Confusion) (m [][]int) {
	for k := range c.Classes {
		m = append(m, c.Cells[k*c.Classes:(k+1)*c.Classes])
	}
	return m
}

func checkTags(t *testing.T, c goldenCase) {
	gold, pred, want := parse[[][]string](t, c.Gold), parse[[][]string](t, c.Pred), c.Expected
	for i := range gold {
		for _, x := range []struct {
			tags []string
			want [][3]any
		}{{gold[i], want.EntitiesGold[i]}, {pred[i], want.EntitiesPred[i]}} {
			var got [][3]any
			for _, e := range Entities(x.tags, Lenient) {
				got = append(got, [3]any{e.Type, e.First, e.Last})
			}
			if fmt.Sprint(got) != fmt.Sprint(x.want) {
				t.Errorf("entities of %v: %v, want %v", x.tags, got, x.want)
			}
		}
	}
	s := NewTags(gold, pred, nil).Scores()
	nearScore(t, s, Precision, &want.Default.Precision)
	nearScore(t, s, Recall, &want.Default.Recall)
	nearScore(t, s, F1, &want.Default.F1)
	nearScore(t, s, F1FullGold, &want.Default.F1)
	for _, m := range []struct {
		name   string
		mode   Mode
		micro  ClassScore
		report map[string]map[string]*float64
	}{
		{"default", Lenient, ClassScore{want.Default.Precision, want.Default.Recall, want.Default.F1, 0}, want.Default.Report},
		{"strict", Strict, ClassScore{want.Strict.Precision, want.Strict.Recall, want.Strict.F1, 0}, want.Strict.Report},
	} {
		r := NewEntityReport(gold, pred, m.mode)
		nearClass(t, m.name+" micro", r.Micro, m.micro)
		if m.report == nil {
			continue
		}
		got := map[string]ClassScore{"micro avg": r.Micro, "weighted avg": r.Weighted}
		if r.Macro != nil {
			got["macro avg"] = *r.Macro
		}
		for _, x := range r.Types {
			got[x.Type] = x.ClassScore
		}
		for key, w := range m.report {
			if w["f1-score"] == nil {
				if _, ok := got[key]; ok {
					t.Errorf("%s %s is defined", m.name, key)
				}
				continue
			}
			g, ok := got[key]
			if !ok {
				t.Errorf("%s: no %s", m.name, key)
			}
			nearClass(t, m.name+" "+key, g, ClassScore{*w["precision"], *w["recall"], *w["f1-score"], 0})
			near(t, m.name+" "+key+" support", float64(g.Support), *w["support"])
			delete(got, key)
		}
		delete(got, "macro avg")
		if len(got) > 0 {
			t.Errorf("%s: too much: %v", m.name, got)
		}
	}
}

func nearClass(t *testing.T, what string, got, want ClassScore) {
	t.Helper()
	near(t, what+" precision", got.Precision, want.Precision)
	near(t, what+" recall", got.Recall, want.Recall)
	near(t, what+" F1", got.F1, want.F1)
}

type goldenTests struct {
	McNemar []struct {
		Gold, A, B []int
		Expected   struct {
			OnlyA      int                             `json:"only_a_right"`
			OnlyB      int                             `json:"only_b_right"`
			Exact      float64                         `json:"exact_p"`
			Asymptotic *struct{ Statistic, P float64 } `json:"asymptotic_corrected"`
		}
	}
	Wilson []struct {
		K, N      int
		Low, High float64
	} `json:"wilson_95"`
	Bootstrap []struct {
		Metric     Name
		Classes    int
		Gold, Pred json.RawMessage
		Interval   [2]float64
	} `json:"bootstrap_95"`
}

func TestGoldenTests(t *testing.T) {
	for _, dir := range golden.Dirs(t, "metrics") {
		all := golden.JSON[goldenTests](t, filepath.Join(dir, "tests.json"))
		for i, c := range all.McNemar {
			right := func(pred []int) []bool { return NewLabels(c.Gold, pred, 10).right() }
			m := NewMcNemar(right(c.A), right(c.B))
			if m.OnlyARight != c.Expected.OnlyA || m.OnlyBRight != c.Expected.OnlyB {
				t.Errorf("%d: only %d, %d right, want %d, %d", i, m.OnlyARight, m.OnlyBRight, c.Expected.OnlyA, c.Expected.OnlyB)
			}
			if !relative.Near(m.Exact, c.Expected.Exact) {
				t.Errorf("%d: exact p %v, want %v", i, m.Exact, c.Expected.Exact)
			}
			if w := c.Expected.Asymptotic; w != nil {
				statistic, p := m.corrected()
				near(t, "statistic", statistic, w.Statistic)
				if m.Chi2 == nil || *m.Chi2 != p || !relative.Near(p, w.P) {
					t.Errorf("%d: chi-squared p %v, want %v", i, p, w.P)
				}
			}
		}
		for _, c := range all.Wilson {
			got := Wilson(c.K, c.N)
			near(t, fmt.Sprintf("Wilson(%d, %d) low", c.K, c.N), got.Low, c.Low)
			near(t, fmt.Sprintf("Wilson(%d, %d) high", c.K, c.N), got.High, c.High)
		}
		for _, c := range all.Bootstrap {
			var s Sample
			switch {
			case c.Classes > 0:
				s = NewLabels(parse[[]int](t, c.Gold), parse[[]int](t, c.Pred), c.Classes)
			case c.Gold[1] == '[':
				s = NewTags(parse[[][]string](t, c.Gold), parse[[][]string](t, c.Pred), nil)
			default:
				s = NewValues(parse[[]float64](t, c.Gold), parse[[]float64](t, c.Pred))
			}
			got, ok := Interval95(s, c.Metric)
			if !ok {
				t.Errorf("%s: no interval", c.Metric)
			}
			near(t, fmt.Sprintf("%s of %d, low", c.Metric, s.Len()), got.Low, c.Interval[0])
			near(t, fmt.Sprintf("%s of %d, high", c.Metric, s.Len()), got.High, c.Interval[1])
		}
	}
}
