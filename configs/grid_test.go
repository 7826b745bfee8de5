package configs

import (
	"slices"
	"strings"
	"testing"
)

func grid(t *testing.T, axes ...string) (g Grid) {
	t.Helper()
	for _, arg := range axes {
		a, err := ParseAxis(arg)
		if err == nil {
			g, err = g.With(a)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return g
}

func joinAll(points [][]string) (all []string) {
	for _, p := range points {
		all = append(all, strings.Join(p, ","))
	}
	return all
}

func TestGridPoints(t *testing.T) {
	got := joinAll(grid(t, "learning_rate=1e-5, 0.00003", "batch_size=16,32").Points())
	want := []string{"batch_size=16,learning_rate=1e-05", "batch_size=32,learning_rate=1e-05",
		"batch_size=16,learning_rate=3e-05", "batch_size=32,learning_rate=3e-05"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	got = joinAll(grid(t, "class_weights=none,balanced,[1, 2]", "freeze=none,2", "dropout=config,0.1").Points())
	if len(got) != 12 || got[11] != "class_weights=[1,2],dropout=0.1,freeze=2" {
		t.Errorf("%q", got)
	}
	if got := Grid(nil).Points(); got != nil {
		t.Errorf("no grid: %q", got)
	}
}

// A larger budget adds points to those of a smaller one; another seed draws others.
func TestGridSample(t *testing.T) {
	g := grid(t, "learning_rate=1e-5,2e-5,3e-5,4e-5,5e-5", "batch_size=8,16,32,64")
	all := joinAll(g.Points())
	var before []string
	for n := 1; n <= 20; n++ {
		got := joinAll(g.Sample(n, 7))
		if len(got) != n || !slices.IsSortedFunc(got, func(a, b string) int { return slices.Index(all, a) - slices.Index(all, b) }) {
			t.Errorf("%d points: %q", n, got)
		}
		for _, p := range before {
			if !slices.Contains(got, p) {
				t.Errorf("%d points: %s is gone", n, p)
			}
		}
		before = got
	}
	if slices.Equal(joinAll(g.Sample(6, 7)), joinAll(g.Sample(6, 8))) {
		t.Error("two seeds draw the same points")
	}
}

func TestGridOfASuite(t *testing.T) {
	s, err := FindSuite(write(t, "my.yaml", "grid: {learning_rate: [1e-5, 3e-5], class_weights: [none, [1, 2]]}\nbudget: 3\nrandom: 9\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := joinAll(s.Grid.Points()); len(got) != 4 || got[3] != "class_weights=[1,2],learning_rate=3e-05" || s.Budget != 3 || s.Random != 9 {
		t.Errorf("%q, %d of them by %d", got, s.Budget, s.Random)
	}
}

func TestGridMistakes(t *testing.T) {
	for yaml, want := range map[string]string{
		"grid: {learning_rat: [1]}\n":               `my.yaml:1:8: unknown field "learning_rat": did you mean "learning_rate"?`,
		"grid: {epochs: [1, 2.5]}\n":                `epochs "2.5": want a whole number`,
		"grid: {epochs: 3}\n":                       "epochs: want a list of values",
		"grid: {epochs: []}\n":                      "epochs: want a list of values",
		"grid: [epochs]\n":                          "grid: want recipe fields",
		"grid:\n  learning_rate: [1e-5, 0.00001]\n": "my.yaml:2:3: learning_rate: 1e-05 twice",
		"grid: {seed: [1, 2]}\n":                    "seed can't be in a grid",
		"budget: 3\n":                               "my.yaml:1:9: budget: there is no grid",
		"grid: {epochs: [1, 2]}\nbudget: -1\n":      "budget -1: want a number of points",
	} {
		if _, err := FindSuite(write(t, "my.yaml", yaml)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", yaml, err, want)
		}
	}
	for _, arg := range []string{"epochs", "epoch=1,2", "epochs=1,,2", "epochs=", "keep=last,both"} {
		if a, err := ParseAxis(arg); err == nil {
			t.Errorf("%s: %v", arg, a)
		}
	}
	g := grid(t, "epochs=1,2")
	if _, err := g.With(g[0]); err == nil {
		t.Error("a field twice")
	}
}
