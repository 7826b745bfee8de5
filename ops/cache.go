package ops

import (
	"fmt"
	"slices"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
)

// Cache keeps one layer's keys and values of B sequences while they grow token
// by token, so that a step of a generation costs one token and not all.
type Cache struct {
	h       int
	backend device.Backend
	lens    []int32
	rooms   []int           // of each sequence, in tokens
	data    []device.Buffer // of each sequence, [room, 2H], keys and values side by side
}

// NewCache returns room for up to the given number of tokens in each sequence,
// with keys and values of width h.
func NewCache(p *Pass, sequences, room, h int) *Cache {
	c := &Cache{h: h, backend: p.Backend}
	for range sequences {
		c.Join(room)
	}
	return c
}

// Join adds a sequence without tokens, with room for that many, behind the others.
func (c *Cache) Join(room int) {
	c.lens, c.rooms, c.data = append(c.lens, 0), append(c.rooms, room), append(c.data, c.backend.New(room*2*c.h))
}

// Lens returns the number of tokens of each sequence. The caller must not change it.
func (c *Cache) Lens() []int32 { return c.lens }

// Reorder makes sequence i what sequence from[i] was; their number may change.
// A sequence that goes on once is not copied.
func (c *Cache) Reorder(from []int) {
	lens, rooms, data := make([]int32, len(from)), make([]int, len(from)), make([]device.Buffer, len(from))
	taken := make([]bool, len(c.data))
	for i, f := range from {
		lens[i], rooms[i] = c.lens[f], c.rooms[f]
		if !taken[f] {
			data[i], taken[f] = c.data[f], true
		}
	}
	spare := map[int][]device.Buffer{} // by room
	for f, t := range taken {
		if !t {
			spare[c.rooms[f]] = append(spare[c.rooms[f]], c.data[f])
		}
	}
	for i, f := range from {
		if !data[i].None() {
			continue
		}
		if left := spare[rooms[i]]; len(left) > 0 {
			data[i], spare[rooms[i]] = left[0], left[1:]
		} else {
			data[i] = c.backend.New(rooms[i] * 2 * c.h)
		}
		if n := int(lens[i]) * 2 * c.h; n > 0 {
			c.backend.Run(&device.Copy{Y: data[i].Slice(0, n), X: c.data[f].Slice(0, n)})
		}
	}
	for _, left := range spare {
		for _, b := range left {
			c.backend.Free(b)
		}
	}
	c.lens, c.rooms, c.data = lens, rooms, data
}

// Free gives the memory of all sequences back. The cache has none then.
func (c *Cache) Free() {
	for _, b := range c.data {
		c.backend.Free(b)
	}
	c.lens, c.rooms, c.data = nil, nil, nil
}

// CachedAttention appends the keys and values of qkv, [T, 3H], to the cache and
// lets each query see the keys of its sequence up to its own: causal
// SelfAttention of a sequence in parts. It has no gradient. It panics in a pass
// with Grad, if spec's sequences are not the cache's, and if one has no room.
func CachedAttention(p *Pass, qkv mat.Tensor, c *Cache, spec AttentionSpec) mat.Tensor {
	t := Of(qkv)
	if p.Grad || t.cols != 3*c.h || len(spec.Offsets)-1 != len(c.lens) || c.h%spec.Heads != 0 {
		panic(fmt.Sprintf("ops: cached attention: %v, %d sequences, %d heads for a cache of %d sequences of width %d",
			t.Shape(), len(spec.Offsets)-1, spec.Heads, len(c.lens), c.h))
	}
	return p.run(&cachedAttention{base: base{p: p, ins: []mat.Tensor{qkv}}, c: c, spec: spec})
}

type cachedAttention struct {
	base
	c     *Cache
	spec  AttentionSpec
	pairs int // of queries and keys
}

func (o *cachedAttention) Forward() (mat.Tensor, error) {
	x, c := Of(o.ins[0]), o.c
	before := slices.Clone(c.lens)
	for s := range c.lens {
		n := o.spec.Offsets[s+1] - o.spec.Offsets[s]
		if c.lens[s] += n; int(c.lens[s]) > c.rooms[s] {
			panic(fmt.Sprintf("ops: cached attention: more than %d tokens", c.rooms[s]))
		}
		o.pairs += int(c.lens[s] * n)
	}
	y := o.p.alloc(x.rows, c.h)
	o.p.Backend.Run(&device.CachedAttention{Y: y.buf, QKV: x.buf, Heads: o.spec.Heads, Width: c.h, Offsets: o.spec.Offsets,
		Scale: o.spec.scale(c.h), Cache: c.data, Lens: before})
	return o.forwarded(y)
}

func (o *cachedAttention) Backward(mat.Tensor) error { panic("ops: cached attention has no gradient") }

// Detached returns a copy of x outside of what the pass lends, which Free gives back.
func Detached(p *Pass, x mat.Tensor) *Tensor {
	t := Of(x)
	y := &Tensor{rows: t.rows, cols: t.cols, buf: p.Backend.New(t.Size()), pass: p}
	p.Backend.Run(&device.Copy{Y: y.buf, X: t.buf})
	return y
}

// Span is the rows [From, To) of a tensor.
type Span struct {
	X        *Tensor
	From, To int
}

// Stacked returns a copy of the rows of spans, one below the other, outside of what
// the pass lends, which Free gives back. All are cols wide; there may be none.
func Stacked(p *Pass, cols int, spans ...Span) *Tensor {
	rows := 0
	for _, s := range spans {
		if s.X.cols != cols {
			panic(fmt.Sprintf("ops: stacked: %v among those of %d columns", s.X.Shape(), cols))
		}
		rows += s.To - s.From
	}
	y := &Tensor{rows: rows, cols: cols, buf: p.Backend.New(rows * cols), pass: p}
	at := 0
	for _, s := range spans {
		if n := (s.To - s.From) * cols; n > 0 {
			p.Backend.Run(&device.Copy{Y: y.buf.Slice(at, at+n), X: s.X.buf.Slice(s.From*cols, s.To*cols)})
			at += n
		}
	}
	return y
}

// Free gives back the memory of a Detached or Stacked tensor.
func (t *Tensor) Free() {
	t.pass.Backend.Free(t.buf)
	t.buf = device.Buffer{}
}
