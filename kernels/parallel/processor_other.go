//go:build !linux

package parallel

// processor returns -1: there is no way to ask.
func processor() int { return -1 }

// avoid does nothing.
func avoid([]int) {}
