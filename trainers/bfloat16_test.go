package trainers_test

import (
	"context"
	"slices"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels/parallel"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/trainers"
)

// fitWith trains the small model to tell long texts from short ones, and returns the
// steps, the accuracy and the weights.
func fitWith(t *testing.T, in device.Precision, epochs int) (steps []trainers.StepEvent, accuracy float64, all []float32) {
	t.Helper()
	return fitOn(t, nil, in, epochs)
}

func fitOn(t *testing.T, on device.Backend, in device.Precision, epochs int) (steps []trainers.StepEvent, accuracy float64, all []float32) {
	t.Helper()
	label := func(_ int, words []string) int {
		if len(words) > 4 {
			return 1
		}
		return 0
	}
	m, opt := smallModel(t), smallOptions()
	none := 0.0
	if on != nil {
		opt.Backend = on
	}
	opt.Precision, opt.Epochs, opt.Accumulation, opt.LearningRate, opt.Dropout = in, epochs, 1, 5e-3, &none
	d := dataLabelled(t, m, predictors.Recipe{Precision: in}, label)
	var r recorder
	tr, err := trainers.New(d, opt, &r, nil)
	if err != nil {
		t.Fatal(err)
	}
	out, err := tr.Fit(context.Background(), []trainers.Split{{Name: "train", Scorer: d}})
	if err != nil {
		t.Fatal(err)
	}
	return r.steps, *out.Epochs[len(out.Epochs)-1].Scores["train"].Accuracy, weights(m)
}

// TestBfloat16Learns trains in both precisions: the first steps are alike, and so
// is the score when both have learned.
func TestBfloat16Learns(t *testing.T) {
	const epochs = 10
	steps, want, _ := fitWith(t, device.Float32, epochs)
	near, got, _ := fitWith(t, device.Bfloat16, epochs)
	for i := range 5 {
		if a, b := near[i].Loss, steps[i].Loss; a == b || !(golden.Tolerance{Rel: 0.03}).Near(a, b) {
			t.Errorf("step %d: loss %g, in float32 %g", i+1, a, b)
		}
	}
	if want < 0.9 {
		t.Errorf("accuracy %.2f in float32: nothing was learned", want)
	}
	t.Logf("accuracy %.3f, in float32 %.3f", got, want)
	if !golden.Within(0.05).Near(got, want) {
		t.Errorf("accuracy %.2f, in float32 %.2f", got, want)
	}
}

func TestBfloat16OnAnyThreads(t *testing.T) {
	_, _, want := fitOn(t, device.NewCPU(parallel.New(1)), device.Bfloat16, 2)
	for _, n := range []int{2, 3, 8} {
		if _, _, got := fitOn(t, device.NewCPU(parallel.New(n)), device.Bfloat16, 2); !slices.Equal(got, want) {
			t.Errorf("%d threads end with other weights than one", n)
		}
	}
}
