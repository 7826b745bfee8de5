package runs

import (
	"runtime/debug"
	"testing"
)

// Trainings side by side leave the collector as they found it.
func TestGarbageIsBoundAsLongAsOneTrains(t *testing.T) {
	t.Setenv("GOGC", "")
	before := debug.SetGCPercent(73)
	defer debug.SetGCPercent(before)
	kept := make([]byte, 256<<20) // of which a tenth is less than 73 per cent
	boundGarbage()
	LimitGarbage()
	boundGarbage()
	unboundGarbage()
	bound := debug.SetGCPercent(73)
	debug.SetGCPercent(bound)
	if bound == 73 {
		t.Error("the bound went with the first of two")
	}
	unboundGarbage()
	if after := debug.SetGCPercent(73); after != 73 {
		t.Errorf("%d per cent afterwards", after)
	}
	kept[0] = 1
	p := newPlace(t)
	mustRun(t, p.cell(t, p.path("tiny.yaml"), "runs"))
	if after := debug.SetGCPercent(73); after != 73 {
		t.Errorf("%d per cent after a training", after)
	}
}
