package parallel

import (
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// processor returns the number of the processor that the caller runs on now, or
// none.
func processor() int {
	var cpu uint32
	if _, _, e := unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&cpu)), 0, 0); e != 0 {
		return none
	}
	return int(cpu)
}

// avoid moves the calling goroutine's thread to a processor that is not among
// taken, if there is one it may use. What it may use stays as it was.
func avoid(taken []int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if before, ok := narrow(0, none, taken); ok {
		_ = unix.SchedSetaffinity(0, &before)
	}
}

// narrow takes the processors own and taken from those that a thread may use, 0 being
// the calling one, if others are left, and returns what it may use without that.
func narrow(thread, own int, taken []int) (before unix.CPUSet, ok bool) {
	if unix.SchedGetaffinity(thread, &before) != nil {
		return before, false
	}
	rest := before
	for _, cpu := range append(taken, own) {
		if cpu != none {
			rest.Clear(cpu)
		}
	}
	return before, rest != before && rest.Count() > 0 && unix.SchedSetaffinity(thread, &rest) == nil
}

// Computed returns how long the calling thread has computed: what others do on the
// machine does not count. The goroutine is to be locked to its thread.
func Computed() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
