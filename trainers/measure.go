package trainers

import (
	"runtime"
	"time"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
)

// StepTime is what one training step took.
type StepTime struct {
	Sequences, Tokens int
	FLOPs             float64 // of its matrix products, if it was traced
	Elapsed           time.Duration
	Allocated         uint64 // bytes, of the collector's heap, by the whole program
}

// Measure runs training steps on the data in file order, again from the start
// where it ends, and tells what each took. The trace, which may be nil, adds up
// the operators of all steps behind the first warm ones, the optimizer included.
// between, which may be nil, is called before each of these.
func (t *Trainer) Measure(d *Data, warm, steps int, trace *ops.Trace, between func()) ([]StepTime, error) {
	ops.LayOutGradients(t.params)
	t.zeroGrad()
	pass := &ops.Pass{Mem: t.mem, Grad: true, Train: true, Seed: t.opt.Seed, Bfloat16: t.opt.Bfloat16}
	var b models.Batch
	var all []StepTime
	at := 0
	for step := range warm + steps {
		if step == warm {
			pass.Trace = trace
		}
		rows := make([]int, min(t.opt.BatchSize, d.Len()))
		for i := range rows {
			rows[i] = at
			at = (at + 1) % d.Len()
		}
		if step >= warm && between != nil {
			between()
		}
		flops := pass.Trace.FLOPs()
		before := allocated()
		start := time.Now()
		d.batch(&b, rows)
		b.PadTo = t.padTo()
		if _, err := t.backward(pass, &b, d, rows, uint64(step)); err != nil {
			return nil, err
		}
		updating := time.Now()
		t.update(t.opt.LearningRate, step+1)
		if pass.Trace != nil {
			n := float64(models.Count(t.model.Params()))
			pass.Trace.Add("optimizer", false, time.Since(updating), 0, 4*8*n) // p, m, v, g read, p, m, v written, g for the norm
		}
		if step >= warm {
			took := time.Since(start)
			all = append(all, StepTime{b.Sequences(), b.Tokens(), pass.Trace.FLOPs() - flops, took, allocated() - before})
		}
	}
	return all, nil
}

// allocated returns how many bytes the program has allocated so far.
func allocated() uint64 {
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return s.TotalAlloc
}

// Memory returns how many bytes the activations' arena holds, and the most that
// was in use at once.
func (t *Trainer) Memory() (held, peak int) { return t.mem.Bytes() }
