package perf

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// waited returns how long the process's threads have waited, together, for a core
// that others had: Linux's count of each, elsewhere 0.
func waited() time.Duration {
	files, _ := filepath.Glob("/proc/self/task/*/schedstat")
	var total time.Duration
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // the thread has ended
		}
		total += waitedOf(string(b))
	}
	return total
}

// waitedOf reads a thread's line: the time it ran, that it waited, and its turns.
func waitedOf(schedstat string) time.Duration {
	fields := strings.Fields(schedstat)
	if len(fields) < 2 {
		return 0
	}
	ns, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil || ns < 0 {
		return 0
	}
	return time.Duration(ns)
}
