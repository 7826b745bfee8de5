package trainers_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/internal/remote"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/trainers"
)

// asFloat32 computes in float32 what is asked for in float16, so that nothing but the
// scaling is other than in float32. In steps that are named a gradient becomes infinite.
type asFloat32 struct {
	device.Backend
	spoilt []int // steps, from 1
	step   int   // norms so far
	huge   device.Buffer
}

func (b *asFloat32) Run(calls ...device.Call) {
	for _, c := range calls {
		switch o := c.(type) {
		case *device.Products:
			c = &device.Products{List: o.List}
		case *device.RelativeAttention:
			o.Precision = device.Float32
		case *device.Squares:
			if b.step++; slices.Contains(b.spoilt, b.step) {
				if b.huge.None() {
					b.huge = b.New(1)
					b.Write(b.huge, []float32{float32(math.Inf(1))})
				}
				b.Backend.Run(&device.ScaleBy{X: o.Parts[len(o.Parts)-1].X, S: b.huge})
			}
		}
		b.Backend.Run(c)
	}
}

// always has every norm from a step on spoilt.
func always(from int) (steps []int) {
	for i := range 200 {
		steps = append(steps, from+i)
	}
	return steps
}

// The scale as torch's scaler has it, over thousands of steps that are good or not.
func TestScaleEqualsTorchs(t *testing.T) {
	want := golden.JSON[struct {
		Steps     int
		Overflows []int
		Changes   []struct {
			Step  int
			Scale float32
		}
	}](t, filepath.Join("testdata", "scaling", "scales.json"))
	s, next := device.Scale{Value: device.FirstScale}, 0
	for step := 1; step <= want.Steps; step++ {
		if next < len(want.Changes) && want.Changes[next].Step == step {
			next++
		}
		if c := want.Changes[next-1]; s.Value != c.Scale {
			t.Fatalf("step %d: scale %g, want %g since step %d", step, s.Value, c.Scale, c.Step)
		}
		s = s.After(!slices.Contains(want.Overflows, step))
	}
	if next != len(want.Changes) || next < 8 {
		t.Errorf("%d of %d changes", next, len(want.Changes))
	}
}

// scalingTrace is a training under torch's scaler.
type scalingTrace struct {
	Good      int // steps that the first scale has had
	Overflows []int
	Steps     []struct {
		traceStep
		LossScale float64 `json:"loss_scale"`
		Skipped   bool
	}
	Logits [][]float64
	End    trainers.Scaling
}

// TestScalingEqualsReference holds a training whose scale grows once, and of which three
// steps are left out, to torch's, from the first step on and taken up from states
// in the middle of all that.
func TestScalingEqualsReference(t *testing.T) {
	want := golden.JSON[scalingTrace](t, filepath.Join("testdata", "scaling", "trace.json"))
	stops := []int{0, 3, 5, 6, 7, 8, 9, 11, 12}
	if testing.Short() {
		stops = stops[:4]
	}
	var whole []float32
	for _, late := range []bool{false, true} {
		for _, stop := range stops {
			rec, end, logits, all := fitScaled(t, want, late, stop)
			compareScaled(t, rec.steps, want)
			if end.Scaling == nil || *end.Scaling != want.End {
				t.Errorf("stopped at %d: the state ends with %+v, want %+v", stop, end.Scaling, want.End)
			}
			for i, w := range want.Logits {
				for k, v := range w {
					if !golden.Within(1e-3).Near(float64(logits[i].Logits[k]), v) {
						t.Errorf("row %d: logits %v, want %v", i, logits[i].Logits, w)
						break
					}
				}
			}
			if whole == nil {
				whole = all
			}
			if !slices.Equal(all, whole) {
				t.Errorf("late %t, stopped at %d: other weights than those of the unbroken training", late, stop)
			}
		}
	}
}

func compareScaled(t *testing.T, got []trainers.StepEvent, want scalingTrace) {
	t.Helper()
	if len(got) != len(want.Steps) {
		t.Fatalf("%d steps, want %d", len(got), len(want.Steps))
	}
	var plain []traceStep
	for i, w := range want.Steps {
		g := &got[i]
		if g.LossScale != w.LossScale || g.Skipped != w.Skipped {
			t.Errorf("step %d: scale %g, skipped %t, want %g, %t", w.Step, g.LossScale, g.Skipped, w.LossScale, w.Skipped)
		}
		if g.Skipped {
			if !math.IsInf(g.GradNorm, 1) && !math.IsNaN(g.GradNorm) {
				t.Errorf("step %d was left out with a norm of %g", w.Step, g.GradNorm)
			}
			g.GradNorm = w.GradNorm
		}
		plain = append(plain, w.traceStep)
	}
	compareSteps(t, got, plain)
}

// fitScaled trains as the trace did, in a process that is stopped behind a step, if it is
// not 0, and another that goes on.
func fitScaled(t *testing.T, want scalingTrace, late bool, stop int,
) (rec breaker, end *trainers.State, answers []predictors.Answer, all []float32) {
	t.Helper()
	source, task, tok, set := hateSpeech(t)
	none, store := 0.0, &memory{}
	fit := func(ctx context.Context, done int) (*trainers.Outcome, *models.Model, error) {
		on := &asFloat32{Backend: ops.NewCPU(), spoilt: want.Overflows, step: done}
		if late {
			on.Backend = remote.New()
		}
		m := openModel(t, filepath.Join(source, "model"), task)
		d, err := objectives.NewLabelled(m, tok, task, set.Examples, objectives.Recipe{
			Recipe: predictors.Recipe{MaxLength: 40, Truncation: tokenizers.LongestFirstPython}})
		if err != nil {
			t.Fatal(err)
		}
		tr, err := trainers.New(d, trainers.Options{BatchSize: 8, Epochs: 2, LearningRate: 3e-4, MaxGradNorm: 1, AdamBeta1: 0.9,
			AdamBeta2: 0.999, AdamEpsilon: 1e-8, Accumulation: 1, Dropout: &none, SaveSteps: 1000, Precision: device.Float16,
			Backend: on}, &rec, store)
		if err != nil {
			t.Fatal(err)
		}
		out, err := tr.Fit(ctx, []trainers.Split{{Name: "train", Scorer: d}})
		return out, m, err
	}
	interrupted := func(ctx context.Context, done int) {
		t.Helper()
		var stopped *trainers.InterruptedError
		if _, _, err := fit(ctx, done); !errors.As(err, &stopped) || !stopped.Saved {
			t.Fatalf("%v, want an interruption", err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	interrupted(ctx, 0) // before the first batch
	store.last.Scaling.Good = want.Good
	if stop > 0 {
		ctx, rec.cancel = context.WithCancel(context.Background())
		rec.at = stop
		interrupted(ctx, 0)
	}
	out, m, err := fit(context.Background(), store.last.Position.Step)
	if err != nil {
		t.Fatal(err)
	}
	if out.Skipped != want.End.Skipped {
		t.Errorf("%d steps were left out, want %d", out.Skipped, want.End.Skipped)
	}
	return rec, store.last, out.Answers["train"], weights(m)
}

// scaledOptions are smallOptions in float16 without clipping, for which the norm would have to
// be the same: float32 takes it of other sums.
func scaledOptions(in device.Precision, on device.Backend) trainers.Options {
	opt := smallOptions()
	opt.MaxGradNorm, opt.Precision, opt.Backend = 0, in, on
	return opt
}

// Scaled by powers of two float32 has the same bytes: one training in float32, and one
// whose gradients are scaled.
func TestScalingKeepsTheBytes(t *testing.T) {
	run := func(in device.Precision) (*recorder, []float32) {
		m, rec := smallModel(t), &recorder{}
		d := smallData(t, m)
		tr, err := trainers.New(d, scaledOptions(in, &asFloat32{Backend: ops.NewCPU()}), rec, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Fit(context.Background(), []trainers.Split{{Name: "test", Scorer: d}}); err != nil {
			t.Fatal(err)
		}
		return rec, weights(m)
	}
	want, plain := run(device.Float32)
	got, scaled := run(device.Float16)
	if !slices.Equal(scaled, plain) {
		t.Error("other weights")
	}
	for i, w := range want.steps {
		g := got.steps[i]
		if g.Loss != w.Loss || !(golden.Tolerance{Rel: 1e-6}).Near(g.GradNorm, w.GradNorm) || g.LossScale != device.FirstScale ||
			w.LossScale != 0 {
			t.Errorf("step %d: %+v, want %+v", i+1, g, w)
		}
	}
}

// Gradients that stay infinite end the training where the scale has no more room, and the
// error says what may do.
func TestScaleEnds(t *testing.T) {
	for _, on := range []device.Backend{ops.NewCPU(), remote.New()} {
		m, rec := smallModel(t), &recorder{}
		opt := scaledOptions(device.Float16, &asFloat32{Backend: on, spoilt: always(3)})
		opt.MaxSteps = 100
		tr, err := trainers.New(smallData(t, m), opt, rec, nil)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tr.Fit(context.Background(), nil)
		var scale *trainers.ScaleError
		if !errors.As(err, &scale) || scale.Scale != device.LeastScale || !strings.Contains(err.Error(), "precision=float32") {
			t.Fatalf("%v, want the end of the scales", err)
		}
		// From 2^16 to 2^-14 are 31 scales, the last of which ends it.
		if n := len(rec.steps); n != 2+30 || !rec.steps[n-1].Skipped || rec.steps[n-1].LossScale != 2*device.LeastScale {
			t.Errorf("%d steps are told of, the last %+v", n, rec.steps[n-1])
		}
	}
}

// A state's scale that no training comes to is refused; a state without one begins with the
// first.
func TestScaleOfAState(t *testing.T) {
	for _, c := range []struct {
		s  *trainers.Scaling
		ok bool
	}{
		{nil, true}, {&trainers.Scaling{Scale: 1024, Good: 7}, true}, {&trainers.Scaling{Scale: 1000}, false},
		{&trainers.Scaling{}, false}, {&trainers.Scaling{Scale: -2}, false}, {&trainers.Scaling{Scale: math.NaN()}, false},
		{&trainers.Scaling{Scale: 1e-6}, false}, {&trainers.Scaling{Scale: 0x1p100}, false},
		{&trainers.Scaling{Scale: 2, Good: device.GrowthInterval}, false}, {&trainers.Scaling{Scale: 2, Skipped: -1}, false}, {&trainers.Scaling{Scale: 2, Skipped: 1}, false},
	} {
		store, rec := &memory{}, &recorder{}
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		fit := func(ctx context.Context) error {
			tr, err := trainers.New(smallData(t, smallModel(t)), scaledOptions(device.Float16, &asFloat32{Backend: ops.NewCPU()}), rec, store)
			if err != nil {
				t.Fatal(err)
			}
			_, err = tr.Fit(ctx, nil)
			return err
		}
		fit(ctx)
		store.last.Scaling = c.s
		err := fit(context.Background())
		var state *trainers.StateError
		switch {
		case c.ok && err != nil, !c.ok && !(errors.As(err, &state) && strings.Contains(err.Error(), "loss scale")):
			t.Errorf("%+v: %v", c.s, err)
		case c.ok && c.s == nil && rec.steps[0].LossScale != device.FirstScale, c.ok && c.s != nil && rec.steps[0].LossScale != c.s.Scale:
			t.Errorf("%+v: the first step has %g", c.s, rec.steps[0].LossScale)
		}
	}
}
