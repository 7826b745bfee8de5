//go:build (!amd64 && !arm64) || purego

package parallel

import "runtime"

// pause lets others run.
func pause(int) { runtime.Gosched() }
