package runs

import (
	"os"
	"runtime/debug"
	"runtime/metrics"
	"sync"
)

// A training's heap is weights, moments and activations, which stay, and what
// scoring and saving leave behind them. The runtime lets garbage grow to the size
// of all that stays; here it may have a tenth of it, or what a small training has
// anyway. A collection that marks arrays of floats takes milliseconds.
const (
	garbageShare = 10       // of the heap, its inverse
	leastGarbage = 64 << 20 // bytes
)

// garbage is the process's bound while trainings run in it: the first sets it, the
// last restores what was there before.
var garbage struct {
	sync.Mutex
	trainings int
	before    int // per cent
}

// boundGarbage sets how much garbage may gather beside a heap of the present size,
// until unboundGarbage. Who has set GOGC has decided otherwise.
func boundGarbage() {
	if os.Getenv("GOGC") != "" {
		return
	}
	garbage.Lock()
	defer garbage.Unlock()
	before := limitGarbage()
	if garbage.trainings++; garbage.trainings == 1 {
		garbage.before = before
	}
}

// LimitGarbage bounds how much garbage may gather beside the heap as it is now: in a
// training, and in a server whose models are open.
func LimitGarbage() {
	if os.Getenv("GOGC") == "" {
		limitGarbage()
	}
}

// limitGarbage sets the bound for the present heap and returns what it was.
func limitGarbage() (before int) {
	s := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(s)
	heap := max(1, s[0].Value.Uint64())
	percent := 100 * max(leastGarbage, heap/garbageShare) / heap
	return debug.SetGCPercent(int(max(1, min(100, percent))))
}

// unboundGarbage ends what a call of boundGarbage began.
func unboundGarbage() {
	if os.Getenv("GOGC") != "" {
		return
	}
	garbage.Lock()
	defer garbage.Unlock()
	if garbage.trainings--; garbage.trainings == 0 {
		debug.SetGCPercent(garbage.before)
	}
}
