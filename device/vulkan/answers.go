package vulkan

import (
	"unsafe"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/vulkan"
)

// answers is a ring of memory that the device writes and the host reads later: what
// calls leave on the host, and what Fetch fetches.
type answers struct {
	memory *vulkan.Memory
	next   int     // where the next one may begin
	asked  []asked // the oldest first
}

// asked is an answer on its way.
type asked struct {
	at, bytes int
	call      int    // whose it is
	until     uint64 // the timeline's value when it is there; 0: not submitted yet
	then      func()
}

const answerBytes = 64 << 10

// answer returns a buffer of n words that a launch of this call writes, and that
// then is called with when it has been computed: in the next Read, in a Fetch's
// wait, or before. The words are not zero before. Launches that write it in part, or
// read it again, name it among what they write or read.
func (b *Backend) answer(n int, then func(words []uint32)) device.Buffer {
	a := &b.answers
	if a.memory == nil {
		a.memory = b.allocate(answerBytes, vulkan.Readback, forAnswers)
	}
	bytes := (4*n + align - 1) / align * align
	at, ok := a.room(bytes)
	if !ok {
		b.finish()
		if at, ok = a.room(bytes); !ok {
			panic("vulkan: an answer of too many words")
		}
	}
	a.next = at + bytes
	a.asked = append(a.asked, asked{at: at, bytes: bytes, call: b.queue.calls, then: func() {
		then(unsafe.Slice((*uint32)(unsafe.Pointer(&a.memory.Host[at])), n))
	}})
	return device.At(a.memory.Address+uint64(at), n)
}

// room finds a place for so many bytes behind the newest answer and, around the
// ring, before the oldest.
func (a *answers) room(bytes int) (at int, ok bool) {
	switch {
	case len(a.asked) == 0:
		return 0, bytes <= answerBytes
	case a.next > a.asked[0].at && a.next+bytes <= answerBytes:
		return a.next, true
	case a.next > a.asked[0].at:
		return 0, bytes <= a.asked[0].at
	}
	return a.next, a.next+bytes <= a.asked[0].at
}

// submitted says that what was asked for is there at a value of the timeline, but for
// a call's whose launches are not all recorded.
func (a *answers) submitted(value uint64, recording int) {
	for i := len(a.asked) - 1; i >= 0 && a.asked[i].until == 0; i-- {
		if a.asked[i].call != recording {
			a.asked[i].until = value
		}
	}
}

// resolve gives the answers that are there to who asked.
func (b *Backend) resolve() {
	a := &b.answers
	n := 0
	for n < len(a.asked) && a.asked[n].until != 0 && a.asked[n].until <= b.queue.done {
		n++
	}
	if n == 0 {
		return
	}
	b.refresh(a.memory)
	for _, q := range a.asked[:n] {
		q.then()
	}
	a.asked = append(a.asked[:0], a.asked[n:]...)
}

func (a *answers) close(d *vulkan.Device) {
	if a.memory != nil {
		d.Free(a.memory)
	}
	*a = answers{}
}

// Fetch begins to copy src to dst, and returns what waits for it.
func (b *Backend) Fetch(dst []float32, src device.Buffer) (wait func()) {
	n := min(len(dst), src.Len())
	if 4*n > answerBytes/8 { // no few losses
		b.Read(dst, src)
		return nil
	}
	b.enter()
	defer b.leave()
	if n > 0 {
		part := src.Slice(0, n)
		to := b.answer(n, func(words []uint32) {
			copy(dst, unsafe.Slice((*float32)(unsafe.Pointer(&words[0])), n))
		})
		m, at := b.place(part)
		into, offset := b.answers.memory, int(to.Addr()-b.answers.memory.Address)
		b.record(op{Name: "fetch", Move: true, Reads: over(part), Writes: over(to),
			Do: func(c *vulkan.Commands) { c.Copy(into, offset, m, at, 4*n) }})
		b.counts.Downloaded += int64(4 * n)
	}
	b.submit()
	value := b.queue.begun()
	return func() {
		b.enter()
		defer b.leave()
		b.wait(value)
		b.resolve()
	}
}

// refresh lets the host see what the device has written.
func (b *Backend) refresh(m *vulkan.Memory) {
	if b.paper == nil {
		b.must(b.device.Refresh(m))
	}
}

// Read copies src to dst once all calls before have been computed.
func (b *Backend) Read(dst []float32, src device.Buffer) {
	b.enter()
	defer b.leave()
	if len(dst) == 0 || src.Len() == 0 {
		b.finish()
		return
	}
	if b.queue.readback == nil {
		b.queue.readback = b.allocate(chunkBytes, vulkan.Readback, forAnswers)
	}
	into := b.queue.readback
	for n := 0; n < min(len(dst), src.Len()); {
		part := src.Slice(n, min(n+chunkBytes/4, len(dst), src.Len()))
		m, at := b.place(part)
		b.record(op{Name: "read", Move: true, Reads: over(part), Writes: over(device.At(into.Address, part.Len())),
			Do: func(c *vulkan.Commands) { c.Copy(into, 0, m, at, 4*part.Len()) }})
		b.finish()
		b.refresh(into)
		copy(dst[n:], unsafe.Slice((*float32)(unsafe.Pointer(&into.Host[0])), part.Len()))
		b.counts.Downloaded += int64(4 * part.Len())
		n += part.Len()
	}
}
