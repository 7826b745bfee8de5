package perf_test

import (
	"cmp"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels/parallel"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

// cost is what a step would take on a machine of many processors, by the turns of
// its loops as one processor takes them.
type cost struct {
	serial time.Duration // outside of loops
	loops  int           // and so barriers
	turns  time.Duration // all loops' together
	spans  time.Duration // until the last thread is done, loop by loop
	bytes  float64       // of operands and results, the optimizer's among them
}

// What starting a loop's threads and hearing of their end takes a thread: a cache
// line from another chip each way.
const barrier = 200 * time.Nanosecond

// mostBarriers is how many loops a step of the small model may have: 28 a layer and
// some around them. Loops are counted, so that this holds on any machine.
const mostBarriers = 120

// on returns how long the step would take on so many threads.
func (c *cost) on(threads int) time.Duration {
	return c.serial + c.spans + time.Duration(c.loops*threads)*barrier
}

// timesOver is how often each step is measured.
const timesOver = 4

// measured is a training step cut for a number of threads, of which every turn is the
// fastest of several: what else runs on the machine makes a turn longer, never shorter.
type measured struct {
	pool    *parallel.Pool
	trainer *trainers.Trainer
	serial  time.Duration
	loops   [][]time.Duration // their turns
	bytes   float64
}

// stepsOn measures steps cut for these numbers of threads, turn by turn, one after the
// other and again from the first: a machine that is slow for a while is so for all.
func stepsOn(t *testing.T, model string, threads []int) (all []*cost) {
	t.Helper()
	var steps []*measured
	for _, n := range threads {
		pool := parallel.New(n)
		steps = append(steps, &measured{pool: pool, trainer: trainerOf(t, model, pool)})
	}
	for range timesOver {
		for _, m := range steps {
			m.measure(t)
		}
	}
	for _, m := range steps {
		c := &cost{serial: m.serial, loops: len(m.loops), bytes: m.bytes}
		for _, turns := range m.loops {
			for _, d := range turns {
				c.turns += d
			}
			c.spans += parallel.Makespan(turns, m.pool.Threads())
		}
		all = append(all, c)
	}
	return all
}

// measure measures the step once more.
func (m *measured) measure(t *testing.T) {
	t.Helper()
	var loops [][]time.Duration
	var inLoops time.Duration
	stop := m.pool.Watch(func(turns []time.Duration) {
		loops = append(loops, turns)
		for _, d := range turns {
			inLoops += d
		}
	})
	defer stop()
	trace, start := &ops.Trace{}, time.Duration(0)
	_, err := m.trainer.Measure(1, 1, trace, func() { loops, inLoops, start = nil, 0, parallel.Computed() })
	if err != nil {
		t.Fatal(err)
	}
	serial := parallel.Computed() - start - inLoops
	if m.loops == nil {
		m.loops, m.serial = loops, serial
		for _, o := range trace.Costs() {
			m.bytes += o.Bytes
		}
		return
	}
	if len(loops) != len(m.loops) {
		t.Fatalf("a step of %d loops, and of %d before", len(loops), len(m.loops))
	}
	m.serial = min(m.serial, serial)
	for i, turns := range loops {
		for k := range min(len(turns), len(m.loops[i])) {
			m.loops[i][k] = min(m.loops[i][k], turns[k])
		}
	}
}

// TestStepOnManyCores predicts what a step gains from 8, 16 and 64 processors:
// what is serial, how evenly loops are dealt, and a barrier a loop. It does not
// know memory's limit: BYTES over the machine's rate is the least that a step can
// take. BENCH_CORES_MODEL names a model other than the small one that is held to
// bounds here.
func TestStepOnManyCores(t *testing.T) {
	if testing.Short() {
		t.Skip("times several training steps")
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	name := os.Getenv("BENCH_CORES_MODEL")
	model := cmp.Or(name, "bert-small-scratch")
	cut := []int{1, 2, 8, 16, 64}
	var all []*cost
	if name == "" {
		all = stepsOn(t, model, cut)
	} else { // which may be large: one training at a time
		for _, n := range cut {
			all = append(all, stepsOn(t, model, []int{n})...)
		}
	}
	one := all[0]
	for i, threads := range cut[1:] {
		c := all[i+1]
		gain := float64(one.on(1)) / float64(c.on(threads))
		t.Logf("%d threads: %.1f times one's %v: %v, of it serial %v, %d barriers %v, loops %v (evenly dealt %v); bytes %.2f GB",
			threads, gain, one.on(1).Round(time.Microsecond), c.on(threads).Round(time.Microsecond), c.serial.Round(time.Microsecond),
			c.loops, time.Duration(c.loops*threads)*barrier, c.spans.Round(time.Microsecond),
			(c.turns / time.Duration(threads)).Round(time.Microsecond), c.bytes/1e9)
		if name != "" {
			continue
		}
		if c.loops > mostBarriers {
			t.Errorf("%d threads: a step has %d barriers, want at most %d", threads, c.loops, mostBarriers)
		}
		// The bounds are far from what is measured (0.05 to 0.11; 1.9, 4.6 and 5.1):
		// they see a loop that is split no more, not a busy machine.
		if share := float64(c.serial) / float64(one.on(1)); share > 0.25 {
			t.Errorf("%d threads: %.3f of a step is serial, want at most 0.25", threads, share)
		}
		if least := map[int]float64{2: 1.2, 8: 1.8, 16: 2}[threads]; gain < least {
			t.Errorf("%d threads: %.1f times as fast, want %.1f or more", threads, gain, least)
		}
	}
}

func trainerOf(t *testing.T, model string, pool *parallel.Pool) *trainers.Trainer {
	t.Helper()
	task, err := tasks.Find("nsmc")
	if err != nil {
		t.Fatal(err)
	}
	recipe, err := (&configs.Suite{}).RecipeFor(task.Name)
	if err != nil {
		t.Fatal(err)
	}
	m, err := checkpoints.Find(model)
	if err != nil {
		t.Fatal(err)
	}
	set, err := runs.DataSource{Dir: runs.Samples}.Open(task, tasks.Train)
	if err != nil {
		t.Fatal(err)
	}
	l, err := m.Load(task, recipe.Seed, runs.Texts(set, 1024))
	if err != nil {
		t.Fatal(err)
	}
	d, err := objectives.NewLabelled(l.Model, l.Tokenizer, task, set.Examples, runs.Reading(recipe, 1024))
	if err != nil {
		t.Fatal(err)
	}
	opt := runs.Options(recipe)
	opt.Backend = device.NewCPU(pool)
	trainer, err := trainers.New(d, opt, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return trainer
}
