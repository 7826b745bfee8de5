package parallel

import (
	"runtime"
	"sync/atomic"
	"unsafe"

	"golang.org/x/sys/unix"
)

// beds tells that threads can sleep in one.
const beds = true

// bed is where a goroutine sleeps together with its thread, so that there is a thread
// whose processor can be chosen when it is woken: Go's scheduler would take any.
type bed struct {
	token    atomic.Uint32 // 1: to wake
	thread   atomic.Int32  // that sleeps, or 0
	before   unix.CPUSet   // what it may use, while it may use less
	narrowed bool
}

// sleep returns when rouse has been called, once for each call.
func (b *bed) sleep() {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	b.thread.Store(int32(unix.Gettid()))
	for b.token.Swap(0) == 0 {
		// An error (a signal came, or the token has) is looked at by the Swap.
		_, _, _ = unix.Syscall6(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&b.token)), futexWait, 0, 0, 0, 0)
	}
	b.thread.Store(0)
	if b.narrowed {
		b.narrowed = false
		_ = unix.SchedSetaffinity(0, &b.before)
	}
}

// rouse wakes who sleeps, on another processor than own and the taken ones. One goroutine
// may call it for each sleep.
func (b *bed) rouse(own int, taken []int) {
	b.turn(own, taken)
	b.give()
}

// give gives the token.
func (b *bed) give() {
	b.token.Store(1)
	_, _, _ = unix.RawSyscall(unix.SYS_FUTEX, uintptr(unsafe.Pointer(&b.token)), futexWake, 1)
}

// turn takes processors from the thread that sleeps, until it is awake: there is no
// token yet, so that it stays.
func (b *bed) turn(own int, taken []int) {
	if thread := b.thread.Load(); thread != 0 {
		b.before, b.narrowed = narrow(int(thread), own, taken)
	}
}

// Of linux/futex.h, both of one process's threads alone.
const (
	futexWait = 0 | 128
	futexWake = 1 | 128
)
