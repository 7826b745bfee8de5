package vulkan

import "github.com/lmkor/bench/internal/vulkan"

// queue is what has been submitted, and the commands that are recorded now.
type queue struct {
	now      *vulkan.Commands // nil: none are being recorded
	running  []running        // the oldest first
	ops      int              // since the last submission
	calls    int              // that were run
	inCall   bool             // the launches of the last one are being recorded
	done     uint64           // of the timeline, when last asked
	readback *vulkan.Memory
	clock    clock
	tick     float64 // nanoseconds of a timestamp's unit; 0: there are none
}

type running struct {
	commands *vulkan.Commands
	until    uint64
}

const (
	pieceOps   = 64 // ops of a submission: a long one keeps the device waiting for its first launch
	manyPieces = 16 // submissions on their way
)

// record adds an op.
func (b *Backend) record(o op) {
	o.Operator = b.operator
	b.recorder.Add(o)
	b.queue.ops++
	b.counts.add(o)
}

// commands returns those that are recorded now, begun.
func (b *Backend) commands() *vulkan.Commands {
	q := &b.queue
	if q.now != nil {
		return q.now
	}
	if len(q.running) > 0 && (q.running[0].until <= q.done || len(q.running) >= manyPieces) {
		b.wait(q.running[0].until)
		q.now = q.running[0].commands
		q.running = append(q.running[:0], q.running[1:]...)
	} else {
		c, err := b.device.NewCommands()
		b.must(err)
		q.now = c
	}
	b.must(q.now.Begin())
	q.clock.begin(b, q.now)
	return q.now
}

// emit and emitBarrier are where the recorder's ops end.
func (b *Backend) emit(o op) {
	if b.options.idle {
		return
	}
	c := b.commands()
	o.Do(c)
	b.queue.clock.stamp(b, c, o)
}

func (b *Backend) emitBarrier() {
	if b.counts.Barriers++; !b.options.idle {
		b.commands().Barrier()
	}
}

// submit hands over what is recorded. Between the launches of a call it must not be
// called but by finish: what they read of the host's would be taken for used.
func (b *Backend) submit() {
	b.recorder.Flush()
	q := &b.queue
	some := q.ops > 0
	q.ops = 0
	if b.paper != nil && some {
		b.paper.begun++
		b.handedOver(b.paper.begun)
		q.done = b.paper.begun
		return
	}
	if q.now == nil {
		return
	}
	b.must(q.now.End())
	if b.options.fail != nil {
		b.must(b.options.fail("submit"))
	}
	value, err := b.device.Submit(q.now)
	b.must(err)
	q.running = append(q.running, running{q.now, value})
	q.clock.submitted()
	q.now = nil
	b.handedOver(value)
	if q.done, err = b.device.Done(); err != nil {
		b.must(err)
	}
}

// handedOver notes what is there, and free again, at a value of the timeline.
func (b *Backend) handedOver(value uint64) {
	if b.queue.inCall {
		b.answers.submitted(value, b.queue.calls)
	} else {
		b.answers.submitted(value, -1)
		b.stage.submitted(value)
	}
	b.counts.Submissions++
}

// begun is the timeline's value when all that was submitted is done.
func (q *queue) begun() uint64 {
	if n := len(q.running); n > 0 {
		return q.running[n-1].until
	}
	return q.done
}

// finish submits what is recorded, and waits for all that was.
func (b *Backend) finish() {
	b.submit()
	q := &b.queue
	b.wait(q.begun())
	b.resolve()
	q.clock.read(b)
	switch {
	case q.inCall:
	case b.options.apart:
		b.stage.close(b.device)
	default:
		b.stage.rewind()
	}
}

func (q *queue) close(d *vulkan.Device) {
	q.clock.close()
	if q.readback != nil {
		d.Free(q.readback)
		q.readback = nil
	}
	q.running, q.now = nil, nil // freed with their pool
}
