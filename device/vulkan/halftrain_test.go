package vulkan

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/trainers"
)

// halfModels skips where there are no products in float16, and returns the device and the
// configurations that are tried.
func halfModels(t *testing.T) (forward, reversed *Backend, dirs []string) {
	newHalfHarness(t)
	forward, reversed = opened(t)
	return forward, reversed, smallest(configurations(t))
}

// Logits in float16 are near those in float32, as far as 11 bits allow, and not the same.
func TestLogitsInFloat16(t *testing.T) {
	forward, _, dirs := halfModels(t)
	for _, dir := range dirs {
		c, err := hf.ReadConfig(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(c.ModelType, func(t *testing.T) {
			m := drawnModel(t, c)
			b := newDrawn(m, 3).Batch([]int{0, 1, 2}, 0).(*drawnBatch)
			logits := func(on device.Backend, in device.Precision) []float32 {
				m.Place(on)
				y := slices.Clone(ops.Of(m.Forward(&ops.Pass{Backend: on, Precision: in}, &b.Batch)).Floats())
				m.Place(new(device.CPU)) // gives the device's memory back
				on.Reset()
				return y
			}
			want, got := logits(new(device.CPU), device.Float32), logits(forward, device.Float16)
			size := 0.0
			for _, v := range want {
				size = max(size, math.Abs(float64(v)))
			}
			// A factor is off by 2^-12 of it on average, and some dozen layers of products lie before.
			golden.Near(t, "logits", got, want, golden.Tolerance{Abs: 5e-3 * size})
			if differ(got, want) < 0 {
				t.Error("the logits are those of float32")
			}
		})
	}
}

// TestTenStepsInFloat16 trains as TestTenStepsOfEachArchitecture does, in float16 on the device
// and in float32 on the CPU: losses stay near, and the order of launches between barriers does
// not matter.
func TestTenStepsInFloat16(t *testing.T) {
	forward, reversed, dirs := halfModels(t)
	for _, dir := range dirs {
		c, err := hf.ReadConfig(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(c.ModelType, func(t *testing.T) {
			want, wantWeights := tenSteps(t, c, new(device.CPU), device.Float32)
			got, weights := tenSteps(t, c, forward, device.Float16)
			_, again := tenSteps(t, c, reversed, device.Float16)
			if len(got) != 10 || len(want) != 10 {
				t.Fatalf("%d and %d steps", len(got), len(want))
			}
			for i := range got {
				golden.NearNumber(t, fmt.Sprintf("step %d: loss", i+1), got[i].Loss, want[i].Loss, golden.Tolerance{Rel: 5e-3})
				golden.NearNumber(t, fmt.Sprintf("step %d: norm", i+1), got[i].GradNorm, want[i].GradNorm, golden.Tolerance{Rel: 2e-2})
			}
			alike := true
			for name, w := range wantWeights {
				golden.Near(t, name, weights[name], w, golden.Within(2e-3))
				if at := differ(weights[name], again[name]); at >= 0 {
					t.Errorf("%s: other bytes with the launches between barriers in reverse order", name)
				}
				alike = alike && differ(weights[name], w) < 0
			}
			if alike {
				t.Error("the weights are those of float32")
			}
		})
	}
}

// stopping is drawn data whose training is told to stop while it computes a batch.
type stopping struct {
	*drawn
	left *int // batches until then
	stop func()
}

func (s stopping) Batch(examples []int, seed uint64) trainers.Batch {
	return stoppingBatch{s.drawn.Batch(examples, seed), s}
}

type stoppingBatch struct {
	trainers.Batch
	of stopping
}

func (b stoppingBatch) Losses(p *ops.Pass) []ops.Root {
	if *b.of.left--; *b.of.left == 0 {
		b.of.stop()
	}
	return b.Batch.Losses(p)
}

// states keeps the last state.
type states struct{ last *trainers.State }

func (s *states) Save(x *trainers.State) error {
	kept := *x
	kept.Tensors = nil
	for _, tensor := range x.Tensors {
		tensor.Data, tensor.Rows = slices.Clone(tensor.Data), slices.Clone(tensor.Rows)
		kept.Tensors = append(kept.Tensors, tensor)
	}
	s.last = &kept
	return nil
}

func (s *states) Load() (*trainers.State, error) { return s.last, nil }

// Of a scale that is too large for float16 it takes some steps to come down; a training that is
// stopped amid that, between two batches of a step, ends with the bytes of one that is not.
func TestAStopWhileTheScaleChangesInFloat16(t *testing.T) {
	forward, _, dirs := halfModels(t)
	c, err := hf.ReadConfig(dirs[0])
	if err != nil {
		t.Fatal(err)
	}
	const steps, tooLarge = 8, 1 << 26
	// fit trains from a state on, to the end or until it has computed so many batches.
	fit := func(store *states, until int) (told, []float32, error) {
		head, err := models.HeadOf(&c.Config)
		if err != nil {
			t.Fatal(err)
		}
		m, err := models.New(c.Config, head, 5)
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		defer stop()
		events := told{}
		if until == 0 {
			stop()
		}
		tr, err := trainers.New(stopping{newDrawn(m, 60), &until, stop}, trainers.Options{BatchSize: 3, Epochs: 1, MaxSteps: steps,
			LearningRate: 1e-3, WeightDecay: 0.01, MaxGradNorm: 0.5, AdamBeta1: 0.9, AdamBeta2: 0.999, AdamEpsilon: 1e-4,
			Accumulation: 2, SaveSteps: 1000, Seed: 9, Backend: forward, Precision: device.Float16}, &events, store)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tr.Fit(ctx, nil)
		var weights []float32
		for _, p := range m.Params() {
			weights = append(weights, p.Floats()...)
		}
		m.Place(new(device.CPU)) // gives the device's memory back
		forward.Reset()
		return events, weights, err
	}
	interrupted := func(store *states, until int) told {
		t.Helper()
		events, _, err := fit(store, until)
		var stopped *trainers.InterruptedError
		if !errors.As(err, &stopped) || !stopped.Saved {
			t.Fatalf("%v, want an interruption", err)
		}
		return events
	}
	first := &states{}
	interrupted(first, 0)
	first.last.Scaling = &trainers.Scaling{Scale: tooLarge}
	want, weights, err := fit(&states{first.last}, -1)
	if err != nil || len(want.steps) != steps {
		t.Fatalf("%d steps, %v", len(want.steps), err)
	}
	if end := want.steps[steps-1]; !want.steps[0].Skipped || !want.steps[1].Skipped || end.Skipped || end.LossScale >= tooLarge {
		t.Errorf("the scale does not come down to one that is good: %+v", want.steps)
	}
	cut := &states{first.last}
	got := interrupted(cut, 3) // the first batch of the second step
	if p := cut.last.Position; p.Step != 1 || p.Sequences != 3 || cut.last.Scaling.Scale != tooLarge/2 {
		t.Errorf("stopped at %+v with the scale %+v", p, cut.last.Scaling)
	}
	more, again, err := fit(cut, -1)
	if err != nil {
		t.Fatal(err)
	}
	if got.steps = append(got.steps, more.steps...); len(got.steps) != steps {
		t.Fatalf("%d steps", len(got.steps))
	}
	for i, w := range want.steps {
		if g := got.steps[i]; g.Loss != w.Loss || g.LossScale != w.LossScale || g.Skipped != w.Skipped || !w.Skipped && g.GradNorm != w.GradNorm {
			t.Errorf("step %d: %+v, want %+v", i+1, g, w)
		}
	}
	if at := differ(weights, again); at >= 0 {
		t.Errorf("other weights, from number %d on", at)
	}
}
