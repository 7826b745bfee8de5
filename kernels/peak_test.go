package kernels

import "testing"

func TestPeakOfEverySet(t *testing.T) {
	defer func(s set) { chosen = s }(chosen)
	for _, s := range append(available(), plain) {
		chosen = s
		if testing.Short() { // under emulation a million turns take a minute
			s.peak.turns(1000)
			continue
		}
		if p := PeakFMA(nil); p <= 0.05 {
			t.Errorf("%s: %v GFLOP/s", s.name, p)
		} else {
			t.Logf("%s: %.1f GFLOP/s", s.name, p)
		}
	}
}
