package plans

import (
	"testing"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/results"
)

// States are saved as the trainer does: every save_steps and after epochs; by the
// clock only as often as its share of the time allows.
func TestSaves(t *testing.T) {
	const second = writeBytes // bytes of a state that takes one to save, and two at first
	for _, c := range []struct {
		name            string
		saveSteps       int
		training, bytes float64
		want            int
	}{
		{"every ten steps and after two epochs", 10, 50, second, 12},
		{"a short training", 0, 10, second, 0},
		{"after its two epochs", 0, 200, second, 2},
		{"after the second alone", 0, 100, second, 1},
		{"by the clock, and after epochs that end later than it allows", 0, 1000, second, 9},
	} {
		cell := &Cell{Steps: 100}
		if got := saves(cell, configs.Recipe{SaveSteps: c.saveSteps}, 2, c.training, c.bytes); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

// What lies between two measured sizes is on their line, what lies beyond on the
// line of the nearest two, and nothing is less than nothing. A single one tells by
// proportion.
func TestPointsBetween(t *testing.T) {
	p := Points{{At: 100, Seconds: 1}, {At: 200, Seconds: 3}, {At: 400, Seconds: 4}}
	for at, want := range map[float64]float64{100: 1, 150: 2, 300: 3.5, 600: 5, 20: 0} {
		if got := p.seconds(at); !golden.Within(1e-9).Near(got, want) {
			t.Errorf("%v: %v s, want %v", at, got, want)
		}
	}
	if got := p[:1].seconds(250); got != 2.5 {
		t.Errorf("of one point %v s, want 2.5", got)
	}
	if got := p[:1].rate(250); got != 1 {
		t.Errorf("of one point %v s a token, want 1", got)
	}
}

// Neither a disturbed step nor a lucky one counts.
func TestMiddle(t *testing.T) {
	if got := middle([]float64{9, 2, 3, 1}); got != 2.5 {
		t.Errorf("%v, want 2.5", got)
	}
	if got := middle([]float64{5}); got != 5 {
		t.Errorf("%v, want 5", got)
	}
}

// A plan's cell runs with the threads that it was measured with.
func TestRunnableKeepsThreads(t *testing.T) {
	c := &Cell{Model: "m", ModelFrom: "bert-tiny-scratch", TaskFrom: "nsmc", Recipe: []byte(`{"batch_size": 4}`), Threads: 3}
	got, err := c.Runnable(results.Program{})
	if err != nil || got.Recipe.Threads != 3 || got.Recipe.BatchSize != 4 {
		t.Errorf("%+v, %v", got.Recipe, err)
	}
}
