package trainers

import (
	"cmp"
	"context"
	"runtime/metrics"
	"time"

	"github.com/lmkor/bench/ops"
)

// StepTime is what one training step took.
type StepTime struct {
	Sequences, Tokens int
	FLOPs             float64 // of its matrix products, if it was traced
	Elapsed           time.Duration
	Allocated         uint64 // bytes, of the collector's heap, by the whole program
}

// Measure runs training steps of one batch each on the examples in file order,
// again from the start where they end, and returns what each took. The trace,
// which may be nil, adds up the operators of all steps behind the first warm
// ones, the optimizer included. between, which may be nil, is called before each
// of these.
func (t *Trainer) Measure(warm, steps int, trace *ops.Trace, between func()) ([]StepTime, error) {
	t.restart()
	defer func() { t.pass.Trace = nil }()
	var all []StepTime
	next := 0
	for step := range warm + steps {
		examples := make([]int, min(t.opt.BatchSize, t.objective.Len()))
		for i := range examples {
			examples[i] = next
			next = (next + 1) % t.objective.Len()
		}
		if step < warm {
			if _, err := t.measureStep(examples); err != nil {
				return nil, err
			}
			continue
		}
		t.pass.Trace = trace
		if between != nil {
			between()
		}
		took, err := t.measureStep(examples)
		if err != nil {
			return nil, err
		}
		all = append(all, took)
	}
	return all, nil
}

// Rounds is what MeasureRounds saw of each batch.
type Rounds struct {
	Seconds [][]float64 // of its steps, in order
	Held    []int       // bytes of the activations' arena, once it has gone through all batches up to this one
}

// MeasureRounds runs training steps of batches of examples in turn, round after
// round while more says so, which is asked before each with the number of those
// that are done. Each batch warms up with two steps, the shortest first. used are the
// ids that the training data have, ascending: a table's rows of these are updated
// in every step, as in a training that has seen them all.
func (t *Trainer) MeasureRounds(batches [][]int, used []int32, more func(rounds int) bool) (*Rounds, error) {
	t.restart()
	r := &Rounds{Seconds: make([][]float64, len(batches))}
	for i, examples := range batches {
		for range 2 { // what a record batch held in several pieces is one from the next on
			if _, err := t.measureStep(examples); err != nil {
				return nil, err
			}
			if i == 0 {
				t.touch(used)
			}
		}
		held, _ := t.Memory()
		r.Held = append(r.Held, held)
	}
	for n := 0; more(n); n++ {
		for i, examples := range batches {
			took, err := t.measureStep(examples)
			if err != nil {
				return nil, err
			}
			r.Seconds[i] = append(r.Seconds[i], took.Elapsed.Seconds())
		}
	}
	return r, nil
}

// touch counts the rows of ids as having moments, in all tables that have such rows.
func (t *Trainer) touch(ids []int32) {
	if len(ids) == 0 {
		return
	}
	for _, p := range t.weights {
		if m, ok := p.State.(*ops.Moments); ok && ops.Of(p).Rows() > int(ids[len(ids)-1]) {
			m.Touch(ids)
		}
	}
}

// updatedBytes is what an update reads, parameters, moments and gradients, and writes,
// all but these: of a table in the rows that have moments. The norm's reading is not
// counted, for products and the rows of a batch leave little of it.
func (t *Trainer) updatedBytes() float64 {
	n := 0
	for _, p := range t.weights {
		m, ok := p.State.(*ops.Moments)
		switch {
		case !ok:
		case m.All:
			n += ops.Of(p).Size()
		default:
			n += len(m.Live) * ops.Of(p).Cols()
		}
	}
	return 4 * 7 * float64(n)
}

// measureStep makes one step and returns what it took.
func (t *Trainer) measureStep(examples []int) (StepTime, error) {
	trace := t.pass.Trace
	flops, before, start := trace.FLOPs(), allocated(), time.Now()
	if err := t.accumulate(context.Background(), examples); err != nil {
		return StepTime{}, err
	}
	if trace != nil {
		trace.Begin("optimizer", false)
	}
	updating := time.Now()
	t.at.Step++
	if wait := t.update(t.opt.LearningRate, t.at.Step); wait != nil {
		wait()
	}
	_, _, err := t.scaler.hear(t.norm.Value())
	if err = cmp.Or(err, t.optimizer.Err()); err != nil {
		return StepTime{}, err
	}
	t.addLosses()
	if trace != nil {
		trace.Add("optimizer", false, time.Since(updating), 0, t.updatedBytes())
	}
	took := StepTime{Sequences: t.at.Sequences, Tokens: t.at.Tokens, FLOPs: trace.FLOPs() - flops,
		Elapsed: time.Since(start), Allocated: allocated() - before}
	t.at.part = part{}
	return took, nil
}

// allocated returns how many bytes the program has allocated so far, a few spans more or
// less: an exact count stops all threads, and those that had just parted from each other
// would begin the step that is timed on any processor.
func allocated() uint64 {
	sample := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
