package parallel

import "sync/atomic"

// signal is what one goroutine sends and another awaits: a while awake, for a
// step's operators follow each other within microseconds and waking a thread
// takes longer than that, then parked, for one that waits long must cost
// nothing.
type signal struct {
	sent   atomic.Bool
	parked atomic.Bool
	wake   chan struct{} // what it parks at, or nil:
	bed    bed           // its thread sleeps
}

const (
	mostBursts = 1600 // of pauses: some 200 microseconds, about what waking a thread of an idle processor can take
	pauses     = 8    // in one
)

// Pause waits for a moment and leaves the core to its other thread.
func Pause() { pause(pauses) }

// ready makes the signal one that is awaited by a thread that sleeps, where the system
// has that and each thread a processor, for who wakes it then says which. Else
// goroutines wait, for there are more of them than threads.
func (s *signal) ready(bursts int) {
	if !beds || bursts == 0 {
		s.wake = make(chan struct{}, 1)
	}
}

// wait returns when send has been called, once for each call, and parks after so
// many bursts. It tells whether it has parked.
func (s *signal) wait(bursts int) (slept bool) {
	for {
		for range bursts {
			if s.sent.Load() {
				s.sent.Store(false)
				return slept
			}
			Pause()
		}
		// A Swap, for emulators run an arm64 Store and the Load behind it in either
		// order, and then neither side would see the other's.
		s.parked.Swap(true)
		// It may have been sent in between, with or without a wake.
		if s.sent.Load() && s.parked.CompareAndSwap(true, false) {
			s.sent.Store(false)
			return slept
		}
		slept = true
		if s.wake != nil {
			<-s.wake
		} else {
			s.bed.sleep()
		}
		// A sender that was held up behind its Store, which has long been seen,
		// wakes who has nothing to do yet.
		if s.sent.Load() {
			s.sent.Store(false)
			return slept
		}
	}
}

// send ends a wait. One whose thread sleeps wakes on another processor than the sender's
// and those that taken returns, if it may use one: systems like to wake a thread where its
// waker runs, and there it would stand behind the work that it is to share.
func (s *signal) send(taken func() []int) {
	s.sent.Store(true)
	if !s.parked.CompareAndSwap(true, false) {
		return
	}
	if s.wake != nil {
		s.wake <- struct{}{}
		return
	}
	s.bed.rouse(processor(), taken())
}

// nobody is nobody's processors.
func nobody() []int { return nil }
