package vulkan

import (
	"context"
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
			head, err := models.HeadOf(&c.Config)
			if err != nil {
				t.Fatal(err)
			}
			m, err := models.New(c.Config, head, 5)
			if err != nil {
				t.Fatal(err)
			}
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
			train := func(b device.Backend, in device.Precision) (steps []trainers.StepEvent, weights []float32) {
				head, err := models.HeadOf(&c.Config)
				if err != nil {
					t.Fatal(err)
				}
				m, err := models.New(c.Config, head, 5)
				if err != nil {
					t.Fatal(err)
				}
				events := &told{}
				tr, err := trainers.New(newDrawn(m, 60), trainers.Options{BatchSize: 3, Epochs: 1, MaxSteps: 10, LearningRate: 1e-3,
					WeightDecay: 0.01, MaxGradNorm: 0.5, AdamBeta1: 0.9, AdamBeta2: 0.999, AdamEpsilon: 1e-4, Accumulation: 2,
					Seed: 9, Backend: b, Precision: in}, events, nil)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := tr.Fit(context.Background(), nil); err != nil {
					t.Fatal(err)
				}
				for _, p := range m.Params() {
					weights = append(weights, p.Floats()...)
				}
				m.Place(new(device.CPU)) // gives the device's memory back
				b.Reset()
				return events.steps, weights
			}
			want, wantWeights := train(new(device.CPU), device.Float32)
			got, weights := train(forward, device.Float16)
			_, again := train(reversed, device.Float16)
			if len(got) != 10 || len(want) != 10 {
				t.Fatalf("%d and %d steps", len(got), len(want))
			}
			for i := range got {
				golden.NearNumber(t, fmt.Sprintf("step %d: loss", i+1), got[i].Loss, want[i].Loss, golden.Tolerance{Rel: 5e-3})
				golden.NearNumber(t, fmt.Sprintf("step %d: norm", i+1), got[i].GradNorm, want[i].GradNorm, golden.Tolerance{Rel: 2e-2})
			}
			golden.Near(t, "weights", weights, wantWeights, golden.Within(2e-3))
			if at := differ(weights, again); at >= 0 {
				t.Error("other bytes with the launches between barriers in reverse order")
			}
			if differ(weights, wantWeights) < 0 {
				t.Error("the weights are those of float32")
			}
		})
	}
}
