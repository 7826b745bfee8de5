package plans

import (
	"testing"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/results"
)

// Saving takes its time where save_steps asks for it, at most its share of the time
// by the clock, and none where a state takes longer than that share.
func TestSaveSeconds(t *testing.T) {
	const second = writeBytes // bytes of a state that takes one to save
	for _, c := range []struct {
		name            string
		saveSteps       int
		training, bytes float64
		want            float64
	}{
		{"every ten steps and after two epochs", 10, 50, second, 12},
		{"a short training", 0, 10, second, 0},
		{"by the clock", 0, 1000, second, 2 + 1000.0/120},
		{"no more than its share", 0, 100, 2 * second, 3},
	} {
		cell := &Cell{Steps: 100}
		got := saveSeconds(cell, configs.Recipe{SaveSteps: c.saveSteps, Epochs: 2}, c.training, c.bytes)
		if !golden.Within(1e-9).Near(got, c.want) {
			t.Errorf("%s: %v s, want %v", c.name, got, c.want)
		}
	}
}

// What lies between two measured lengths is on their line, what lies beyond on the
// line of the nearest two, and nothing is less than nothing.
func TestPointsBetween(t *testing.T) {
	p := Points{{Tokens: 100, StepSeconds: 1}, {Tokens: 200, StepSeconds: 3}, {Tokens: 400, StepSeconds: 4}}
	for tokens, want := range map[int]float64{100: 1, 150: 2, 300: 3.5, 600: 5, 20: 0} {
		if got := p.at(tokens, func(p Point) float64 { return p.StepSeconds }); !golden.Within(1e-9).Near(got, want) {
			t.Errorf("%d tokens: %v s, want %v", tokens, got, want)
		}
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
