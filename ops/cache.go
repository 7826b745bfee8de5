package ops

import (
	"fmt"
	"slices"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/kernels"
)

// Cache keeps one layer's keys and values of B sequences while they grow token
// by token, so that a step of a generation costs one token and not all.
type Cache struct {
	h, room int
	lens    []int32
	data    [][]float32 // of each sequence, [room, 2H], keys and values side by side
}

// NewCache returns room for up to the given number of tokens in each sequence,
// with keys and values of width h.
func NewCache(sequences, room, h int) *Cache {
	c := &Cache{h: h, room: room}
	for range sequences {
		c.lens, c.data = append(c.lens, 0), append(c.data, make([]float32, room*2*h))
	}
	return c
}

// Lens returns the number of tokens of each sequence. The caller must not change it.
func (c *Cache) Lens() []int32 { return c.lens }

// Reorder makes sequence i what sequence from[i] was; their number may change.
// A sequence that goes on once is not copied.
func (c *Cache) Reorder(from []int) {
	lens, data := make([]int32, len(from)), make([][]float32, len(from))
	taken := make([]bool, len(c.data))
	for i, f := range from {
		if lens[i] = c.lens[f]; !taken[f] {
			data[i], taken[f] = c.data[f], true
		}
	}
	var spare [][]float32
	for f, t := range taken {
		if !t {
			spare = append(spare, c.data[f])
		}
	}
	for i, f := range from {
		if data[i] != nil {
			continue
		}
		if len(spare) == 0 {
			spare = append(spare, make([]float32, c.room*2*c.h))
		}
		data[i], spare = spare[0], spare[1:]
		copy(data[i], c.data[f][:int(lens[i])*2*c.h])
	}
	c.lens, c.data = lens, data
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
	pairs int
}

func (o *cachedAttention) Forward() (mat.Tensor, error) {
	x, c, h := Of(o.ins[0]), o.c, o.c.h
	o.append(x)
	y := o.p.alloc(x.rows, h)
	d, scale := h/o.spec.Heads, o.spec.scale(h)
	kernels.Parallel(len(c.lens)*o.spec.Heads, func(i int) {
		s, head := i/o.spec.Heads, i%o.spec.Heads
		q0, nq, nk := int(o.spec.Offsets[s]), int(o.spec.Offsets[s+1]-o.spec.Offsets[s]), int(c.lens[s])
		if nq == 0 {
			return
		}
		kv := c.data[s]
		scores := o.p.Mem.Get(nq * nk)
		defer o.p.Mem.Put(scores)
		kernels.GemmSeq(false, true, nq, nk, d, x.data[q0*3*h+head*d:], 3*h, kv[head*d:], 2*h, false, scores, nk)
		kernels.ScaleSeq(scores, scale)
		maskFuture(scores, nq, nk)
		kernels.SoftmaxSeq(scores, nq, nk, nk)
		kernels.GemmSeq(false, false, nq, d, nk, scores, nk, kv[h+head*d:], 2*h, false, y.data[q0*h+head*d:], h)
	})
	return o.forwarded(y)
}

// append copies the new keys and values behind the old ones.
func (o *cachedAttention) append(x *Tensor) {
	c, h := o.c, o.c.h
	for s := range c.lens {
		for t := o.spec.Offsets[s]; t < o.spec.Offsets[s+1]; t++ {
			if int(c.lens[s]) == c.room {
				panic(fmt.Sprintf("ops: cached attention: more than %d tokens", c.room))
			}
			at := int(c.lens[s]) * 2 * h
			copy(c.data[s][at:at+2*h], x.data[int(t)*3*h+h:int(t+1)*3*h])
			c.lens[s]++
		}
		o.pairs += int(c.lens[s] * (o.spec.Offsets[s+1] - o.spec.Offsets[s]))
	}
}

func (o *cachedAttention) Backward(mat.Tensor) error { panic("ops: cached attention has no gradient") }

// Detached returns a copy of x outside of the pass's memory.
func Detached(x mat.Tensor) *Tensor {
	t := Of(x)
	return NewTensor(slices.Clone(t.data), t.rows, t.cols)
}
