//go:build !unix

package store

import "os"

// processRuns reports whether there is a process of that number.
func processRuns(pid int) bool {
	p, err := os.FindProcess(pid) // fails on Windows without such a process
	if err != nil {
		return false
	}
	p.Release()
	return true
}
