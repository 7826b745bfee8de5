//go:build unix

package results

import (
	"math"
	"syscall"
)

// filesAllowed is how many files the process may have open.
func filesAllowed() uint64 {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) != nil {
		return math.MaxUint64
	}
	return uint64(l.Cur)
}
