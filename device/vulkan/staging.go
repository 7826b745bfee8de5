package vulkan

import (
	"unsafe"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/vulkan"
)

// staging is memory that the host writes: data of a call, read by its kernels
// where it lies, and values on their way into the device's memory. Chunks are
// filled from their beginning and used anew once the device is done with them.
type staging struct {
	now  *chunk
	full []*chunk // the oldest first
}

type chunk struct {
	memory *vulkan.Memory
	used   int
	until  uint64 // the timeline's value when it is free; 0: not submitted yet
}

const (
	chunkBytes = 4 << 20
	manyChunks = 8 // from as many on a full one is waited for
	align      = 16
)

// room returns bytes of staging memory, as the host and as the device sees it.
func (b *Backend) room(bytes int) (host []byte, m *vulkan.Memory, at int) {
	s := &b.stage
	if b.options.apart {
		c := &chunk{memory: b.allocate(bytes, vulkan.Upload, forData)}
		s.full = append(s.full, c)
		return c.memory.Host, c.memory, 0
	}
	if s.now == nil || s.now.used+bytes > s.now.memory.Bytes {
		if s.now != nil {
			s.full = append(s.full, s.now)
		}
		s.now = b.chunk(max(bytes, chunkBytes))
	}
	at = s.now.used
	s.now.used += (bytes + align - 1) / align * align
	return s.now.memory.Host[at : at+bytes], s.now.memory, at
}

// chunk returns an empty one: the oldest, if the device is done with it or there
// are many, or a new one.
func (b *Backend) chunk(bytes int) *chunk {
	s := &b.stage
	for i, c := range s.full {
		if c.until == 0 || c.memory.Bytes < bytes {
			continue
		}
		if c.until > b.queue.done {
			if len(s.full) < manyChunks {
				break
			}
			b.wait(c.until)
		}
		s.full = append(s.full[:i], s.full[i+1:]...)
		c.used, c.until = 0, 0
		return c
	}
	return &chunk{memory: b.allocate(bytes, vulkan.Upload, forData)}
}

// submitted says that what was staged is used up to a value of the timeline.
func (s *staging) submitted(value uint64) {
	for _, c := range s.full {
		if c.until == 0 {
			c.until = value
		}
	}
}

// rewind begins the chunk in use anew, when the device is done with all.
func (s *staging) rewind() {
	if s.now != nil {
		s.now.used = 0
	}
}

func (s *staging) close(d *vulkan.Device) {
	if s.now != nil {
		s.full = append(s.full, s.now)
	}
	for _, c := range s.full {
		d.Free(c.memory)
	}
	*s = staging{}
}

// words are the host's numbers as a buffer that the launches of this call may read:
// only these, for its memory is used anew. The slice may change afterwards.
func (b *Backend) words(data []int32) device.Buffer { return upload(b, data) }

// upload is words for any type of four bytes; 2 floats stand for one of eight.
func upload[T int32 | uint32 | float32 | float64](b *Backend, data []T) device.Buffer {
	if len(data) == 0 {
		return device.Buffer{}
	}
	n := len(data) * int(unsafe.Sizeof(data[0]))
	host, m, at := b.room(n)
	copy(host, unsafe.Slice((*byte)(unsafe.Pointer(&data[0])), n))
	b.counts.Uploaded += int64(n)
	return device.At(m.Address+uint64(at), n/4)
}

// Write copies src to dst before any later call.
func (b *Backend) Write(dst device.Buffer, src []float32) {
	b.enter()
	defer b.leave()
	for len(src) > 0 {
		n := min(len(src), chunkBytes/4)
		host, from, at := b.room(4 * n)
		copy(host, unsafe.Slice((*byte)(unsafe.Pointer(&src[0])), 4*n))
		b.counts.Uploaded += int64(4 * n)
		part := dst.Slice(0, n)
		m, to := b.place(part)
		b.record(op{Name: "write", Move: true, Writes: over(part), Do: func(c *vulkan.Commands) { c.Copy(m, to, from, at, 4*n) }})
		dst, src = dst.From(n), src[n:]
		if len(src) > 0 {
			b.submit()
		}
	}
}

// fill records that a buffer is filled with a word.
func (b *Backend) fill(x device.Buffer, word uint32) {
	m, at := b.place(x)
	n := 4 * x.Len()
	b.record(op{Name: "fill", Move: true, Writes: over(x), Do: func(c *vulkan.Commands) { c.Fill(m, at, n, word) }})
}
