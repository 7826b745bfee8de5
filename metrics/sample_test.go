package metrics

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/lmkor/bench/internal/golden"
)

// draw gives the tests numbers that depend on nothing but i.
func draw(i, n int) int { return newStream(7, 0).below(uint64(i), n) }

func randomLabels(n, classes, from int) (gold, pred []int) {
	for i := range n {
		g := draw(from+3*i, classes)
		p := g
		if draw(from+3*i+1, 10) < 3 {
			p = draw(from+3*i+2, classes)
		}
		gold, pred = append(gold, g), append(pred, p)
	}
	return gold, pred
}

func TestScoresOfOtherKindsAreNull(t *testing.T) {
	for _, c := range []struct {
		name string
		s    Sample
		want string
	}{
		{"labels", NewLabels([]int{0, 1}, []int{0, 1}, 2),
			`{"accuracy":1,"macro_f1":1,"matthews":1,"precision":null,"recall":null,"f1":null,"f1_full_gold":null,"spearman":null,"pearson":null}`},
		{"no labels", NewLabels[int](nil, nil, 2),
			`{"accuracy":null,"macro_f1":null,"matthews":null,"precision":null,"recall":null,"f1":null,"f1_full_gold":null,"spearman":null,"pearson":null}`},
		{"values", NewValues([]float64{1, 2, 3}, []float64{1, 3, 5}),
			`{"accuracy":null,"macro_f1":null,"matthews":null,"precision":null,"recall":null,"f1":null,"f1_full_gold":null,"spearman":1,"pearson":1}`},
		{"one value", NewValues([]float64{1}, []float64{1}),
			`{"accuracy":null,"macro_f1":null,"matthews":null,"precision":null,"recall":null,"f1":null,"f1_full_gold":null,"spearman":null,"pearson":null}`},
		{"tags", NewTags([][]string{{"PER-B", "O"}}, [][]string{{"PER-B", "O"}}, nil),
			`{"accuracy":null,"macro_f1":null,"matthews":null,"precision":1,"recall":1,"f1":1,"f1_full_gold":1,"spearman":null,"pearson":null}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := json.Marshal(c.s.Scores())
			if err != nil || string(got) != c.want {
				t.Errorf("got %s, %v\nwant %s", got, err, c.want)
			}
		})
	}
}

// Words cut away leave the gold of F1 and count as O in the full one, even in
// the middle of an entity.
func TestKeptWords(t *testing.T) {
	gold := [][]string{{"PER-B", "PER-I", "O", "LOC-B"}, {"ORG-B", "ORG-I"}}
	pred := [][]string{{"PER-B", "PER-I", "O", "LOC-B"}, {"ORG-B", "ORG-I"}}
	s := NewTags(gold, pred, []int{3, 1}).Scores()
	for _, c := range []struct {
		n    Name
		want float64
	}{{Precision, 1}, {Recall, 1}, {F1, 1}, {F1FullGold, 2.0 * 1 / (2 + 3)}} {
		got, _ := s.Get(c.n)
		near(t, string(c.n), got, c.want)
	}
	if pred[0][3] != "LOC-B" {
		t.Error("NewTags wrote into the caller's predictions")
	}
}

// As scipy's pearsonr: scaled before it squares, and of two points the sign.
func TestPearsonOfExtremes(t *testing.T) {
	for _, c := range []struct {
		name string
		x, y []float64
		want float64
	}{
		{"squares underflow", []float64{1, 5, 1, 3, 2, 4}, []float64{1e-160, 5e-160, 1e-160, 3e-160, 2e-160, 4e-160}, 1},
		{"squares overflow", []float64{1.8, 2.9, 0.1}, []float64{1.8e303, 2.9e303, 1e302}, 1},
		{"the sum overflows", []float64{1, 2, 3}, []float64{-1.5e308, -1.6e308, -1.7e308}, -1},
		{"denormal", []float64{1, 2, 3}, []float64{5e-324, 1e-323, 1.5e-323}, 1},
		{"one unit in the last place", []float64{3, 4}, []float64{1, math.Nextafter(1, 2)}, 1},
		{"down", []float64{3, 4}, []float64{math.Nextafter(1, 2), 1}, -1},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := NewValues(c.x, c.y)
			near(t, "r", *s.Scores().Pearson, c.want)
			ones := make([]uint32, len(c.x))
			for i := range ones {
				ones[i] = 2
			}
			if len(c.x) > 2 {
				r, _ := s.weighted(Pearson)(ones)
				near(t, "weighted", r, c.want)
			}
		})
	}
}

func TestPrefixTags(t *testing.T) {
	got := Entities(strings.Fields("B-PER I-PER O I-LOC B-LOC B X-"), Lenient)
	want := []Entity{{"PER", 0, 1}, {"LOC", 3, 3}, {"LOC", 4, 4}}
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// expand returns the rows that the weights stand for.
func expand[T any](x []T, w []uint32) (out []T) {
	for i, k := range w {
		for range k {
			out = append(out, x[i])
		}
	}
	return out
}

// A weighted score is the score of the sample written out, row by row.
func TestWeightedIsWrittenOut(t *testing.T) {
	gold, pred := randomLabels(30, 3, 0)
	var x, y []float64
	var gt, pt [][]string
	for i := range gold {
		x, y = append(x, float64(draw(1000+i, 6))), append(y, float64(draw(2000+i, 9)))
		tag := func(k int) string { return []string{"O", "PER-B", "PER-I"}[k] }
		gt, pt = append(gt, []string{tag(gold[i]), tag(draw(i, 3))}), append(pt, []string{tag(pred[i]), tag(draw(i, 3))})
	}
	w := make([]uint32, len(gold))
	for round := range 20 {
		newStream(1, round).resample(w)
		for _, c := range []struct{ s, plain Sample }{
			{NewLabels(gold, pred, 3), NewLabels(expand(gold, w), expand(pred, w), 3)},
			{NewValues(x, y), NewValues(expand(x, w), expand(y, w))},
			{NewTags(gt, pt, nil), NewTags(expand(gt, w), expand(pt, w), nil)},
		} {
			for _, n := range c.s.names() {
				got, ok := c.s.weighted(n)(w)
				want, okWant := c.plain.Scores().Get(n)
				if ok != okWant || ok && !golden.Within(1e-12).Near(got, want) {
					t.Errorf("%s: got %v %v, want %v %v", n, got, ok, want, okWant)
				}
			}
		}
	}
}

// Exchanging answers row by row and scoring anew gives what swapped gives.
func TestSwappedIsWrittenOut(t *testing.T) {
	const n = 200 // more than the 64 coins of one draw
	gold, a := randomLabels(n, 3, 0)
	_, b := randomLabels(n, 3, 0)
	var x, va, vb []float64
	for i := range gold {
		b[i] = (b[i] + draw(500+i, 2)) % 3
		x = append(x, float64(draw(1000+i, 6)))
		va, vb = append(va, float64(draw(2000+i, 9))), append(vb, 100+x[i]+float64(draw(3000+i, 4)))
	}
	for round := range 10 {
		st := newStream(3, round)

		// labels: the coins count the rows that differ
		pa, pb := slices.Clone(a), slices.Clone(b)
		c, k := coins{stream: st}, 0
		for i := range pa {
			if pa[i] != pb[i] {
				if c.at(k) {
					pa[i], pb[i] = pb[i], pa[i]
				}
				k++
			}
		}
		if k < 65 {
			t.Fatalf("only %d rows differ", k)
		}
		for _, name := range []Name{Accuracy, MacroF1, Matthews} {
			gotA, gotB, _ := NewLabels(gold, a, 3).swapped(NewLabels(gold, b, 3), name)(st)
			wantA, _ := NewLabels(gold, pa, 3).Scores().Get(name)
			wantB, _ := NewLabels(gold, pb, 3).Scores().Get(name)
			near(t, string(name), gotA, wantA)
			near(t, string(name), gotB, wantB)
		}

		// values: ranks change hands
		ra, rb := Ranks(va), Ranks(vb)
		c = coins{stream: st}
		for i := range ra {
			if c.at(i) {
				ra[i], rb[i] = rb[i], ra[i]
			}
		}
		gotA, gotB, _ := NewValues(x, va).swapped(NewValues(x, vb), Spearman)(st)
		wantA, _ := SpearmanRho(x, ra)
		wantB, _ := SpearmanRho(x, rb)
		near(t, "spearman of a", gotA, wantA)
		near(t, "spearman of b", gotB, wantB)

		// a score without unit does not see another unit
		scaled := slices.Clone(vb)
		for i := range scaled {
			scaled[i] = 20*scaled[i] - 7
		}
		for _, name := range []Name{Spearman, Pearson} {
			a1, b1, _ := NewValues(x, va).swapped(NewValues(x, vb), name)(st)
			a2, b2, _ := NewValues(x, va).swapped(NewValues(x, scaled), name)(st)
			near(t, string(name), a1, a2)
			near(t, string(name), b1, b2)
		}
	}
}

func TestSwappedTags(t *testing.T) {
	gold := [][]string{{"PER-B"}, {"PER-B"}, {"O"}}
	a, b := [][]string{{"PER-B"}, {"O"}, {"O"}}, [][]string{{"O"}, {"O"}, {"PER-B"}}
	seen := map[[2]float64]bool{}
	for round := range 64 {
		x, y, _ := NewTags(gold, a, nil).swapped(NewTags(gold, b, nil), F1)(newStream(3, round))
		seen[[2]float64{x, y}] = true
	}
	// rows 0 and 2 differ: 4 ways
	half, twoFifths := 2.0/4, 2.0/3
	want := map[[2]float64]bool{{twoFifths, 0}: true, {0, twoFifths}: true, {half, 0}: true, {0, half}: true}
	for k := range seen {
		if !want[k] {
			t.Errorf("%v cannot be", k)
		}
	}
	if len(seen) != 4 {
		t.Errorf("%d of 4 outcomes seen", len(seen))
	}
}

// one is a side of one run.
func one(s Sample) []Sample { return []Sample{s} }

func TestCompare(t *testing.T) {
	gold, a := randomLabels(300, 2, 0)
	worse := slices.Clone(a)
	for i := range worse {
		if draw(9000+i, 5) == 0 {
			worse[i] = 1 - worse[i]
		}
	}
	A, B := NewLabels(gold, a, 2), NewLabels(gold, worse, 2)
	c, err := Compare(one(A), one(B), false, Accuracy)
	if err != nil {
		t.Fatal(err)
	}
	if *c.Difference >= 0 || c.Interval.High >= 0 || *c.BootstrapP > 0.001 || *c.PermutationP > 0.001 || c.McNemar.Exact > 0.001 {
		t.Errorf("the worse model is not seen: %+v %+v", c, c.McNemar)
	}
	back, _ := Compare(one(B), one(A), false, Accuracy)
	near(t, "difference the other way", *back.Difference, -*c.Difference)
	near(t, "its interval", back.Interval.Low, -c.Interval.High)
	near(t, "its p", *back.BootstrapP, *c.BootstrapP)
	near(t, "its permutation p", *back.PermutationP, *c.PermutationP)

	self, _ := Compare(one(A), one(A), false, MacroF1)
	if *self.Difference != 0 || *self.BootstrapP != 1 || *self.PermutationP != 1 || self.McNemar.Exact != 1 || self.McNemar.Chi2 != nil {
		t.Errorf("a model differs from itself: %+v", self)
	}
	if _, err := Compare(one(A), one(B), false, Spearman); err == nil || !strings.Contains(err.Error(), `score "spearman": want one of ["accuracy"`) {
		t.Errorf("error %v", err)
	}
	flat, _ := Compare(one(NewValues([]float64{1, 2, 3}, []float64{5, 5, 5})), one(NewValues([]float64{1, 2, 3}, []float64{1, 2, 2})), false, Spearman)
	if flat.A != nil || flat.B == nil || flat.Difference != nil || flat.McNemar != nil {
		t.Errorf("an undefined score is compared: %+v", flat)
	}

	same, _ := Compare([]Sample{A, A}, []Sample{A, A}, true, Accuracy)
	if *same.Difference != 0 || *same.P != 1 || *same.Interval != (Interval{}) {
		t.Errorf("runs differ from themselves: %+v", same)
	}
	few, _ := Compare([]Sample{A, B}, []Sample{B, A}, false, Accuracy)
	if few.Interval.Low > -0.1 || *few.P < 0.9 || few.PermutationP != nil {
		t.Errorf("two runs a side, of other scores each, say more than they can: %+v %+v", few, few.Interval)
	}
}

// Examples that all runs answer alike are drawn together: the same distribution
// as drawing one by one.
func TestProfilesAreExamples(t *testing.T) {
	gold, p := randomLabels(400, 3, 0)
	_, q := randomLabels(400, 3, 5000)
	for i := range q {
		q[i] = (gold[i] + (q[i]-gold[i]+3)*draw(i, 2)) % 3
	}
	runs := []Sample{NewLabels(gold, p, 3), NewLabels(gold, q, 3)}
	for _, n := range []Name{Accuracy, MacroF1} {
		whole := newPanel(runs, n)
		apart := &panel{score: n, runs: runs, counts: make([]int, 400), n: 400, rows: make([]int32, 400)}
		for i := range apart.rows {
			apart.rows[i] = int32(i)
		}
		if len(whole.counts) > 27 {
			t.Fatalf("%d profiles", len(whole.counts))
		}
		x, y := whole.replicates(20000), apart.replicates(20000)
		for r := range runs {
			mx, vx := stat.MeanVariance(x[r], nil)
			my, vy := stat.MeanVariance(y[r], nil)
			if !golden.Within(5*math.Sqrt((vx+vy)/20000)).Near(mx, my) || !golden.Within(0.05).Near(vx/vy, 1) {
				t.Errorf("%s: mean %v and %v, variance %v and %v", n, mx, my, vx, vy)
			}
		}
		if c, d := stat.Correlation(x[0], x[1], nil), stat.Correlation(y[0], y[1], nil); !golden.Within(0.03).Near(c, d) {
			t.Errorf("%s: correlation of both runs %v, want %v", n, c, d)
		}
	}
}

func TestBinomial(t *testing.T) {
	for _, c := range []struct {
		n int
		p float64
	}{{1, 0.3}, {7, 0.5}, {40, 0.02}, {40, 0.5}, {300, 0.9}, {5000, 0.4}, {50000, 0.999}, {3, 1}, {0, 0.5}, {9, 0}} {
		const times = 40000
		want := distuv.Binomial{N: float64(c.n), P: c.p}
		d := draws{stream: newStream(11, c.n)}
		below := make([]int, c.n+1)
		for range times {
			k := d.binomial(c.n, c.p)
			if k < 0 || k > c.n {
				t.Fatalf("%d of %d", k, c.n)
			}
			below[k]++
		}
		worst, sum := 0.0, 0
		for k, m := range below {
			sum += m
			if c.p > 0 && c.p < 1 && c.n > 0 {
				worst = max(worst, math.Abs(float64(sum)/times-want.CDF(float64(k))))
			}
		}
		if worst > 1.95/math.Sqrt(times) { // Kolmogorov's test at one in a thousand
			t.Errorf("n %d, p %v: distribution off by %v", c.n, c.p, worst)
		}
		if c.p == 1 && below[c.n] != times || c.p == 0 && below[0] != times {
			t.Errorf("n %d, p %v: %v", c.n, c.p, below)
		}
	}
}

func BenchmarkInterval95(b *testing.B) {
	const n = 50000
	gold, pred := randomLabels(n, 2, 0)
	x, y := make([]float64, n), make([]float64, n)
	gt, pt := make([][]string, n), make([][]string, n)
	for i := range n {
		x[i], y[i] = float64(draw(i, 26))/5, float64(draw(i, 26))/5+float64(draw(n+i, 1000))/300
		gt[i], pt[i] = []string{"PER-B", "O"}, []string{[]string{"PER-B", "O"}[pred[i]], "O"}
	}
	for _, c := range []struct {
		n Name
		s Sample
	}{{MacroF1, NewLabels(gold, pred, 2)}, {F1, NewTags(gt, pt, nil)}, {Spearman, NewValues(x, y)}} {
		b.Run("score="+string(c.n)+"/rows=50000/samples=2000", func(b *testing.B) {
			for b.Loop() {
				Interval95(c.s, c.n)
			}
		})
	}
}

func BenchmarkCompare(b *testing.B) {
	gold, p := randomLabels(50000, 2, 0)
	q := slices.Clone(p)
	for i := range q {
		if draw(i, 20) == 0 {
			q[i] = 1 - q[i]
		}
	}
	x, y := NewLabels(gold, p, 2), NewLabels(gold, q, 2)
	for _, n := range []Name{Accuracy, MacroF1} {
		b.Run("score="+string(n)+"/rows=50000", func(b *testing.B) {
			for b.Loop() {
				Compare(one(x), one(y), false, n)
			}
		})
	}
	v, w := taggedSample(9000, 0), taggedSample(9000, 1)
	b.Run("score=f1/rows=9000", func(b *testing.B) {
		for b.Loop() {
			Compare(one(v), one(w), false, F1)
		}
	})
}

// taggedSample has up to five entities a sentence, four of five found.
func taggedSample(n, which int) *Tags {
	s := &Tags{}
	for i := range n {
		c := entityCounts{gold: int32(draw(i, 6))}
		for k := range c.gold {
			if draw(which*1_000_003+i*8+int(k), 5) > 0 {
				c.hit++
			}
		}
		c.pred = c.hit + int32(draw(which*999_983+i, 2))
		s.kept, s.full, s.exact = append(s.kept, c), append(s.full, c), append(s.exact, c.hit == c.gold)
	}
	return s
}
