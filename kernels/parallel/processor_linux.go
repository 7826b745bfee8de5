package parallel

import (
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// processor returns the number of the processor that the caller runs on now, or
// -1.
func processor() int {
	var cpu uint32
	if _, _, e := unix.RawSyscall(unix.SYS_GETCPU, uintptr(unsafe.Pointer(&cpu)), 0, 0); e != 0 {
		return -1
	}
	return int(cpu)
}

// avoid moves the calling goroutine's thread to a processor that is not among
// taken, if there is one it may use. What it may use stays as it was.
func avoid(taken []int) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	var all unix.CPUSet
	if unix.SchedGetaffinity(0, &all) != nil {
		return
	}
	rest := all
	for _, cpu := range taken {
		rest.Clear(cpu)
	}
	if rest.Count() > 0 && unix.SchedSetaffinity(0, &rest) == nil {
		_ = unix.SchedSetaffinity(0, &all)
	}
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
