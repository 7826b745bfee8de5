package perf

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func TestWaitedOf(t *testing.T) {
	for text, want := range map[string]time.Duration{"1200 34 5\n": 34, "": 0, "7": 0, "1 x 2": 0, "1 -2 3": 0} {
		if got := waitedOf(text); got != want {
			t.Errorf("%q: waited %v, want %v", text, got, want)
		}
	}
}

func TestStolenOf(t *testing.T) {
	for text, want := range map[string]time.Duration{"cpu  9 9 9 9 9 9 9 250 0 0\ncpu0 1 1 1 1 1 1 1 70\ncpu1 1 1 1 1 1 1 1 180\nintr 5": 1250 * time.Millisecond,
		"": 0, "cpu 1 2 3 4\n": 0, "cpu0 9 9 9 9 9 9 9 250": 0, "cpu 9 9 9 9 9 9 9 x": 0, "cpu 9 9 9 9 9 9 9 -2": 0} {
		if got := stolenOf(text); got != want {
			t.Errorf("%q: stolen %v, want %v", text, got, want)
		}
	}
}

func TestWatch(t *testing.T) {
	w := newWatch()
	w.started = w.started.Add(-10 * time.Second)
	w.waited -= 4 * time.Second
	w.stolen -= time.Second
	w.peaks = []float64{100, 60, 120}
	d := w.disturbed(2)
	took := time.Since(w.started).Seconds() // more than 10 where the machine was disturbed just now
	if d.Waited < 1.9/took || d.Waited > 0.5 || d.Stolen < 0.95/took || d.Stolen > 0.5 || d.LowestPeak != 0.5 {
		t.Errorf("%+v in %v s, want some 0.2, 0.1 and 0.5", d, took)
	}
}

func TestABusyMachineIsTold(t *testing.T) {
	for d, want := range map[Disturbed]bool{{}: false, {Waited: 0.04, Stolen: 0.04, LowestPeak: 0.85}: false, {Waited: 0.2}: true,
		{Stolen: 0.2}: true, {LowestPeak: 0.5}: true} {
		r := &Report{Step: Step{Model: "m"}, Disturbed: d}
		var b bytes.Buffer
		if err := r.Write(&b, nil, ""); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), "busy:"); got != want {
			t.Errorf("%+v: told %v, want %v\n%s", d, got, want, b.String())
		}
	}
}
