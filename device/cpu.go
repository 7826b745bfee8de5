package device

import (
	"fmt"
	"time"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/losses"
	"github.com/lmkor/bench/kernels/parallel"
)

// CPU is the backend of the machine's own processor, by package kernels. Its
// buffers are slices, calls have been computed when Run returns, and results do
// not depend on the number of threads. Its zero value computes on its caller's
// goroutine alone. Memory may be lent by several goroutines at once.
type CPU struct {
	pool  *parallel.Pool
	arena arena
	seen  func(Call, time.Duration)
}

// NewCPU returns a CPU that computes on a pool, which others may have, too.
func NewCPU(pool *parallel.Pool) *CPU { return &CPU{pool: pool} }

// Another returns a CPU with memory of its own on the same pool.
func (c *CPU) Another() *CPU { return NewCPU(c.pool) }

// Get lends a buffer.
func (c *CPU) Get(n int) Buffer { return Host(c.arena.get(n)) }

// Put takes a buffer back.
func (c *CPU) Put(b Buffer) { c.arena.put(b.Floats()) }

// Reset takes every buffer back.
func (c *CPU) Reset() { c.arena.reset() }

// New returns zeros of their own.
func (c *CPU) New(n int) Buffer { return Host(make([]float32, n)) }

// Free leaves the buffer to the collector.
func (c *CPU) Free(Buffer) {}

// Bytes returns the most that was held, and lent.
func (c *CPU) Bytes() (held, peak int) { return c.arena.bytes() }

// Lent returns how many buffers are lent now.
func (c *CPU) Lent() int { return c.arena.count() }

// Read copies src to dst.
func (c *CPU) Read(dst []float32, src Buffer) { copy(dst, src.Floats()) }

// Fetch copies src to dst.
func (c *CPU) Fetch(dst []float32, src Buffer) (wait func()) {
	c.Read(dst, src)
	return nil
}

// Write copies src to dst.
func (c *CPU) Write(dst Buffer, src []float32) { copy(dst.Floats(), src) }

// Observe lets seen hear of each call that was computed, and how long it took; nil ends
// it. It is for one goroutine at a time.
func (c *CPU) Observe(seen func(Call, time.Duration)) { c.seen = seen }

// Run computes the calls, one after the other.
func (c *CPU) Run(calls ...Call) {
	for _, call := range calls {
		if c.seen == nil {
			c.run(call)
			continue
		}
		start := time.Now()
		c.run(call)
		c.seen(call, time.Since(start))
	}
}

func (c *CPU) run(call Call) {
	switch o := call.(type) {
	case *Products:
		products(c.pool, o)
	case *SlopeBiasGrad:
		slopeBiasGrad(c.pool, o)
	case *Norm:
		norm(c.pool, o)
	case *NormGrad:
		c.normGrad(o)
	case *Attention:
		c.attention(o)
	case *AttentionGrad:
		c.attentionGrad(o)
	case *CachedAttention:
		c.cachedAttention(o)
	case *RelativeAttention:
		(&relative{o, c}).forward()
	case *RelativeGrad:
		(&relative{o.Of, c}).backward(o)
	case *DistanceAttention:
		(&distance{o, c}).forward()
	case *DistanceGrad:
		(&distance{o.Of, c}).backward(o)
	case *AdamW:
		update(c.pool, o)
	case *Squares:
		squares(c.pool, o)
	case *LossScale:
		o.run()
	case *Finite:
		o.OK = finite(c.pool, o.X.Floats())
	default:
		moved(c.pool, call)
	}
}

// moved runs the calls that move, add or compare elements.
func moved(pool *parallel.Pool, call Call) {
	switch o := call.(type) {
	case *Drop:
		o.Drop.Drop(pool, o.Y.Floats(), o.X.Floats())
		if !o.Residual.None() {
			kernels.Add(pool, o.Y.Floats(), o.Residual.Floats())
		}
	case *Add:
		kernels.Add(pool, o.Y.Floats(), o.X.Floats())
	case *Copy:
		kernels.Copy(pool, o.Y.Floats(), o.X.Floats())
	case *Clear:
		kernels.Clear(pool, o.X.Floats())
	case *ClearRows:
		for _, r := range o.Rows {
			clear(o.X.Floats()[int(r)*o.Cols : (int(r)+1)*o.Cols])
		}
	case *ScaleBy:
		if s := o.S.Floats()[0]; s != 1 {
			kernels.Scale(pool, o.X.Floats(), s)
		}
	case *Gather:
		lookups := make([]kernels.Lookup, len(o.Lookups))
		for i, l := range o.Lookups {
			lookups[i] = kernels.Lookup{Table: l.Table.Floats(), IDs: l.IDs}
		}
		kernels.Gather(pool, o.Y.Floats(), o.Cols, lookups...)
	case *Scatter:
		kernels.Scatter(pool, o.Dst.Floats(), o.IDs, o.Src.Floats(), o.Cols)
	case *ScatterAdd:
		kernels.ScatterAdd(pool, o.Dst.Floats(), o.IDs, o.Skip, o.Src.Floats(), o.Cols)
	case *PoolPairs:
		kernels.PoolPairs(pool, o.Y.Floats(), o.X.Floats(), o.Pairs, o.Cols, o.Largest)
	case *PoolPairsGrad:
		kernels.PoolPairsGrad(pool, o.DX.Floats(), o.DY.Floats(), o.X.Floats(), o.Pairs, o.Cols, o.Largest)
	case *Windows:
		kernels.Windows(pool, o.Y.Floats(), o.X.Floats(), o.Offsets, o.Cols, o.Width)
	case *WindowsGrad:
		kernels.WindowsGrad(pool, o.DX.Floats(), o.DY.Floats(), o.Offsets, o.Cols, o.Width)
	case *Activation:
		kernels.Activation(pool, o.Act, o.Y.Floats(), o.X.Floats(), o.Slope)
	case *CrossEntropy:
		o.Loss.Floats()[0] = losses.CrossEntropy(pool, o.DX.Floats(), o.X.Floats(), o.Labels, o.Cols)
	case *WeightedCrossEntropy:
		o.Loss.Floats()[0] = losses.WeightedCrossEntropy(pool, o.DX.Floats(), o.X.Floats(), o.Labels, o.Weights, o.Smoothing)
	case *BinaryCrossEntropy:
		o.Loss.Floats()[0] = losses.BinaryCrossEntropy(o.DX.Floats(), o.X.Floats(), o.Labels)
	case *MSE:
		o.Loss.Floats()[0] = losses.MSE(o.DX.Floats(), o.X.Floats(), o.Gold)
	default:
		panic(fmt.Sprintf("device: the CPU knows no %T", call))
	}
}

func slopeBiasGrad(pool *parallel.Pool, o *SlopeBiasGrad) {
	db := o.DB.Floats()
	if !o.Acc {
		clear(db)
	}
	kernels.SlopeBiasGrad(pool, db, o.DY.Floats(), o.Slope.Floats(), o.Rows, o.Cols, o.DY.LD)
}

func norm(pool *parallel.Pool, o *Norm) {
	y, mean, rstd, x, w, b := o.Y.Floats(), o.Mean.Floats(), o.RStd.Floats(), o.X.Floats(), o.W.Floats(), o.B.Floats()
	if o.Residual.None() {
		kernels.LayerNorm(pool, y, mean, rstd, x, w, b, o.Rows, o.Cols, o.Eps)
		return
	}
	kernels.AddNorm(pool, o.Drop, y, o.S.Floats(), mean, rstd, x, o.Residual.Floats(), w, b, o.Rows, o.Cols, o.Eps)
}

// normGrad's kernels write both parameters' gradients: one that is not wanted goes
// to a scratch row.
func (c *CPU) normGrad(o *NormGrad) {
	scratch := c.arena.get(2 * o.Cols)
	defer c.arena.put(scratch)
	target := func(b Buffer, acc bool, spare []float32) []float32 {
		d := b.Floats()
		if d == nil {
			d = spare
		}
		if !acc || b.None() {
			clear(d)
		}
		return d
	}
	dw, db := target(o.DW, o.AccW, scratch[:o.Cols]), target(o.DB, o.AccB, scratch[o.Cols:])
	dx, dy, s, mean, rstd, w := o.DX.Floats(), o.DY.Floats(), o.S.Floats(), o.Mean.Floats(), o.RStd.Floats(), o.W.Floats()
	switch {
	case o.DResidual.None():
		kernels.LayerNormGrad(c.pool, dx, dw, db, dy, s, mean, rstd, w, o.Rows, o.Cols)
	case o.AccResidual:
		kernels.SumNormGrad(c.pool, o.Drop, dx, o.DResidual.Floats(), dw, db, dy, s, mean, rstd, w, o.Rows, o.Cols)
	default:
		kernels.AddNormGrad(c.pool, o.Drop, dx, o.DResidual.Floats(), dw, db, dy, s, mean, rstd, w, o.Rows, o.Cols)
	}
}
