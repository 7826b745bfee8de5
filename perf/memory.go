package perf

import (
	"os"
	"runtime/metrics"
	"strconv"
	"strings"
)

// MemoryMB is the memory that the program has from the system now, in 10^6 bytes.
func MemoryMB() float64 {
	s := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(s)
	return float64(s[0].Value.Uint64()-s[1].Value.Uint64()) / 1e6
}

// peakMB is the most memory that the process has had, in 10^6 bytes: Linux's
// count of resident pages, elsewhere what the runtime has now.
func peakMB() float64 {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return MemoryMB()
	}
	for line := range strings.Lines(string(b)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			if kb, err := strconv.Atoi(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB"))); err == nil {
				return float64(kb) * 1024 / 1e6
			}
		}
	}
	return MemoryMB()
}
