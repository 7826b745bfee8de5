package perf

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/device/vulkan"
	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/trainers"
)

// onPaper measures two steps of eight examples.
func onPaper(t *testing.T, info offered.Info, examples func(*models.Model) trainers.Objective) *OnDevice {
	t.Helper()
	m, err := models.New(smallBERT(), models.Head{Kind: models.SequenceHead, Labels: 2}, 1)
	if err != nil {
		t.Fatal(err)
	}
	paper := vulkan.Paper(info)
	tr, err := trainers.New(examples(m), trainers.Options{BatchSize: 8, Epochs: 1, LearningRate: 1e-5,
		MaxGradNorm: 1, AdamBeta1: 0.9, AdamBeta2: 0.999, AdamEpsilon: 1e-8, Accumulation: 1, Backend: paper}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	r, err := MeasureDevice(Subject{Name: "small", Model: m, Trainer: tr}, paper, 2, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// longer is an objective whose examples are the longer the later they come.
type longer struct{ same }

func (l *longer) Batch(examples []int, step uint64) trainers.Batch {
	l.length = 8 + examples[0]
	return l.same.Batch(examples, step)
}

// What a device with a clock is given and what its operators need are the one timed
// batch's, whatever the others are like.
func TestOperatorsAreOfTheTimedBatch(t *testing.T) {
	got := onPaper(t, offered.Info{Clock: true}, func(m *models.Model) trainers.Objective { return &longer{same{model: m, n: 40}} })
	want := onPaper(t, offered.Info{}, func(m *models.Model) trainers.Objective { return &same{model: m, n: 8, length: 16} })
	of := func(r *OnDevice) DeviceOperator {
		return r.Operators[slices.IndexFunc(r.Operators, func(o DeviceOperator) bool { return o.Name == "linear" && o.Backward })]
	}
	if got, want := of(got), of(want); got != want {
		t.Errorf("of a batch of 8 × 16 tokens %+v, want %+v", got, want)
	}
}

// Every launch, copy and fill of a step is some operator's, both ways, and the sums are
// the step's.
func TestOperatorsOfAStepAreTheStep(t *testing.T) {
	r := onPaper(t, offered.Info{}, func(m *models.Model) trainers.Objective { return &same{model: m, n: 8, length: 16} })
	var launches, moved, flops float64
	var names []string
	for _, o := range r.Operators {
		launches, moved, flops = launches+o.Launches, moved+o.Read+o.Written, flops+o.FLOPs
		names = append(names, operator{o.Name, o.Backward}.String())
		if o.Name != noOperator && o.Least <= 0 {
			t.Errorf("%s, backward %t, needs no bytes", o.Name, o.Backward)
		}
	}
	golden.NearNumber(t, "launches and moves", launches, r.Step.Launches+r.Step.Moves, golden.Within(1e-9))
	golden.NearNumber(t, "bytes", moved, r.Step.Read+r.Step.Written, golden.Within(1e-6))
	golden.NearNumber(t, "arithmetic", flops, r.Step.FLOPs, golden.Tolerance{Rel: 1e-12})
	for _, want := range []string{"linear", "linear, backward", "attention, backward", "layer norm", "optimizer"} {
		if !slices.Contains(names, want) {
			t.Errorf("no %s among %v", want, names)
		}
	}
	var out bytes.Buffer
	if err := r.Write(&out); err != nil || !strings.Contains(out.String(), "attention, backward") {
		t.Errorf("%v: %s", err, out.String())
	}
}

// The table says which precision a step is in, and whose peak a share is of.
func TestTableSaysWhosePeak(t *testing.T) {
	r := OnDevice{Device: DeviceFacts{Product: 50, Peak: 100}, Step: DeviceStep{Model: "small", Precision: "float32", MS: 1, Needed: 2e7},
		Operators: []DeviceOperator{{Name: "linear", Share: 0.5}}, Products: []DeviceProduct{{Form: "nt", In: "float32", Share: 0.25}}}
	said := func(wants ...string) {
		t.Helper()
		var b bytes.Buffer
		if err := r.Write(&b); err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(b.String(), want) {
				t.Errorf("lacks %q:\n%s", want, b.String())
			}
		}
	}
	said("  OF PEAK\n", "(20 % of peak)", "step of small in float32,")
	r.Step.Precision, r.Device.MatrixPeak, r.Device.HalfProduct = "float16", 400, 200
	r.Products = append(r.Products, DeviceProduct{Form: "nt", In: "float16", Share: 0.125})
	said("OF FLOAT32'S PEAK\n", "(20 % of float32's peak)", "step of small in float16,", "matrices in float16: peak 400.0 GFLOP/s",
		"float16  0.0      12 %")
}
