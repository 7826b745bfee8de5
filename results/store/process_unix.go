//go:build unix

package store

import (
	"errors"
	"syscall"
)

// processRuns reports whether there is a process of that number.
func processRuns(pid int) bool { return !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }
