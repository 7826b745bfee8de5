//go:build !linux

package parallel

import "time"

var begun = time.Now()

// processor returns none: there is no way to ask.
func processor() int { return none }

// avoid does nothing.
func avoid([]int) {}

// Computed returns how long the process has run: there is no way to ask for a thread.
func Computed() time.Duration { return time.Since(begun) }
