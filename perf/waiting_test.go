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

func TestABusyMachineIsTold(t *testing.T) {
	for waited, want := range map[float64]bool{0: false, 0.04: false, 0.2: true} {
		r := &Report{Step: Step{Model: "m", Waited: waited}}
		var b bytes.Buffer
		if err := r.Write(&b, nil, ""); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), "busy:"); got != want {
			t.Errorf("waited %v: told %v, want %v\n%s", waited, got, want, b.String())
		}
	}
}
