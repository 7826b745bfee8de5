package runs

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
)

// A training's heap is weights, moments and activations, which stay, and what
// scoring and saving leave behind them. The runtime lets garbage grow to the size
// of all that stays; here it may have a tenth of it, or what a small training has
// anyway. A collection that marks arrays of floats takes milliseconds.
const (
	garbageShare = 10       // of the heap, its inverse
	leastGarbage = 64 << 20 // bytes
)

// boundGarbage sets how much garbage may gather beside a heap of the present size.
// Who has set GOGC has decided otherwise.
func boundGarbage() {
	if os.Getenv("GOGC") != "" {
		return
	}
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	heap := max(1, s[0].Value.Uint64())
	percent := 100 * max(leastGarbage, heap/garbageShare) / heap
	debug.SetGCPercent(int(max(1, min(100, percent))))
}

// unboundGarbage is as the program began.
func unboundGarbage() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(100)
	}
}
