package parallel

import (
	"runtime"
	"testing"

	"golang.org/x/sys/unix"
)

// twoProcessors returns two that this process may use, and what it may use in all.
func twoProcessors(t *testing.T) (first, second int, all unix.CPUSet) {
	t.Helper()
	if err := unix.SchedGetaffinity(0, &all); err != nil {
		t.Fatal(err)
	}
	if all.Count() < 2 {
		t.Skip("one processor: there is no other to be on")
	}
	for !all.IsSet(first) {
		first++
	}
	for second = first + 1; !all.IsSet(second); second++ {
	}
	return first, second, all
}

// A sleeper may use all but the waker's processor and the taken ones until it is awake,
// and then what it might use before.
func TestBed(t *testing.T) {
	first, second, all := twoProcessors(t)
	for _, own := range []int{first, second} {
		var b bed
		after := make(chan unix.CPUSet)
		go func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			b.sleep()
			var now unix.CPUSet
			_ = unix.SchedGetaffinity(0, &now)
			after <- now
		}()
		for b.thread.Load() == 0 {
			runtime.Gosched()
		}
		b.turn(own, nil)
		var narrowed unix.CPUSet
		if err := unix.SchedGetaffinity(int(b.thread.Load()), &narrowed); err != nil {
			t.Fatal(err)
		}
		want := all
		want.Clear(own)
		if narrowed != want {
			t.Errorf("roused from processor %d the sleeper may use %v, want %v", own, narrowed, want)
		}
		b.give()
		if now := <-after; now != all {
			t.Errorf("awake it may use %v, want %v", now, all)
		}
	}
}

// With all processors taken a sleeper wakes where it may.
func TestBedWithAllTaken(t *testing.T) {
	first, second, all := twoProcessors(t)
	var taken []int
	for cpu := range 64 * len(all) {
		if all.IsSet(cpu) && cpu != second {
			taken = append(taken, cpu)
		}
	}
	before, ok := narrow(0, second, taken)
	if ok {
		_ = unix.SchedSetaffinity(0, &before)
		t.Errorf("took all %d processors", all.Count())
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	before, ok = narrow(0, first, []int{none})
	if !ok || before != all || processor() == first {
		t.Errorf("%v, and on processor %d without %d", ok, processor(), first)
	}
	_ = unix.SchedSetaffinity(0, &before)
}
