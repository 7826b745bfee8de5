package vulkan

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/internal/vulkan"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/trainers"
)

// drawn is an objective whose examples are drawn: random ids, random labels.
type drawn struct {
	model    *models.Model
	examples []drawnExample
}

type drawnExample struct{ ids, target, labels []int32 }

func newDrawn(m *models.Model, n int) *drawn {
	rng := rand.New(rand.NewPCG(3, 4))
	vocab := m.VocabSize()
	some := func(n, below int) []int32 {
		x := make([]int32, n)
		for i := range x {
			x[i] = int32(rng.IntN(below))
		}
		return x
	}
	ids := func(n int) []int32 {
		x := some(n, vocab-4)
		for i := range x {
			x[i] += 4 // no padding
		}
		return x
	}
	d := &drawn{model: m}
	for i := range n {
		e := drawnExample{ids: ids(2 + i*3%7)}
		answers := len(e.ids)
		if m.Config.ModelType == "encoder-decoder" {
			e.target = ids(1 + i%4)
			answers = len(e.target)
		}
		switch m.Head.Kind {
		case models.SequenceHead:
			e.labels = some(1, max(2, m.Head.Labels))
		case models.TokenHead:
			e.labels = some(answers, m.Head.Labels)
		case models.DiscriminatorHead:
			e.labels = some(answers, 2)
		default:
			e.labels = some(answers, vocab)
		}
		d.examples = append(d.examples, e)
	}
	return d
}

func (d *drawn) Models() []*models.Model { return []*models.Model{d.model} }

func (d *drawn) Len() int { return len(d.examples) }

func (d *drawn) Batch(examples []int, _ uint64) trainers.Batch {
	b := &drawnBatch{model: d.model}
	for _, i := range examples {
		e := d.examples[i]
		b.Append(e.ids, nil)
		if e.target != nil {
			if b.Target == nil {
				b.Target = &models.Batch{}
			}
			b.Target.Append(e.target, nil)
		}
		b.labels = append(b.labels, e.labels...)
	}
	return b
}

type drawnBatch struct {
	models.Batch
	model  *models.Model
	labels []int32
}

func (b *drawnBatch) Size() (sequences, tokens int) { return b.Sequences(), b.Tokens() }

func (b *drawnBatch) Losses(p *ops.Pass) []ops.Root {
	logits := b.model.Forward(p, &b.Batch)
	var loss mat.Tensor
	switch {
	case b.model.Head.Kind == models.SequenceHead && b.model.Head.Labels == 1:
		gold := make([]float32, len(b.labels))
		for i, l := range b.labels {
			gold[i] = float32(l)
		}
		loss = ops.MSE(p, logits, gold)
	case b.model.Head.Kind == models.DiscriminatorHead:
		loss = ops.BinaryCrossEntropy(p, logits, b.labels)
	default:
		loss = ops.CrossEntropy(p, logits, b.labels)
	}
	return []ops.Root{{Loss: loss, Weight: 1}}
}

// told keeps what a training tells of its steps.
type told struct{ steps []trainers.StepEvent }

func (r *told) Step(e trainers.StepEvent) { r.steps = append(r.steps, e) }
func (r *told) Eval(trainers.EvalEvent)   {}

// configurations returns the first of the random configurations of each architecture.
func configurations(t *testing.T) (dirs []string) {
	t.Helper()
	found, err := filepath.Glob("../../models/testdata/random/*")
	if err != nil || len(found) == 0 {
		t.Fatal("no configurations", err)
	}
	seen := map[string]bool{}
	for _, dir := range found {
		c, err := hf.ReadConfig(dir)
		if err != nil {
			t.Fatal(err)
		}
		if !seen[c.ModelType] {
			seen[c.ModelType] = true
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// TestTenStepsOfEachArchitecture trains ten steps, with dropout, two batches a step and a
// clipped gradient, on the CPU and on the device: losses and gradients' norms stay
// near, and weights do. With the launches between barriers in reverse order the
// device ends with the same bytes.
func TestTenStepsOfEachArchitecture(t *testing.T) {
	forward, reversed := opened(t)
	for _, dir := range smallest(configurations(t)) {
		c, err := hf.ReadConfig(dir)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(c.ModelType, func(t *testing.T) {
			want, wantWeights := tenSteps(t, c, new(device.CPU), device.Float32)
			got, weights := tenSteps(t, c, forward, device.Float32)
			_, again := tenSteps(t, c, reversed, device.Float32)
			if len(got) != 10 || len(want) != 10 {
				t.Fatalf("%d and %d steps", len(got), len(want))
			}
			tol := golden.Tolerance{Abs: 1e-5, Rel: 1e-4}
			for i := range got {
				golden.NearNumber(t, fmt.Sprintf("step %d: loss", i+1), got[i].Loss, want[i].Loss, tol)
				golden.NearNumber(t, fmt.Sprintf("step %d: norm", i+1), got[i].GradNorm, want[i].GradNorm, golden.Tolerance{Abs: 1e-5, Rel: 1e-3})
			}
			for name, w := range wantWeights {
				golden.Near(t, name, weights[name], w, golden.Within(1e-4))
				if at := differ(weights[name], again[name]); at >= 0 {
					t.Errorf("%s: other bytes with the launches between barriers in reverse order", name)
				}
			}
		})
	}
}

// drawnModel returns a model of that configuration, the same one each time.
func drawnModel(t *testing.T, c *hf.Config) *models.Model {
	t.Helper()
	head, err := models.HeadOf(&c.Config)
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.New(c.Config, head, 5)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// tenSteps trains a drawn model, and returns its weights by name.
func tenSteps(t *testing.T, c *hf.Config, on device.Backend, in device.Precision) ([]trainers.StepEvent, map[string][]float32) {
	t.Helper()
	m, events := drawnModel(t, c), &told{}
	tr, err := trainers.New(newDrawn(m, 60), trainers.Options{BatchSize: 3, Epochs: 1, MaxSteps: 10, LearningRate: 1e-3,
		WeightDecay: 0.01, MaxGradNorm: 0.5, AdamBeta1: 0.9, AdamBeta2: 0.999, AdamEpsilon: 1e-4, Accumulation: 2,
		Seed: 9, Backend: on, Precision: in}, events, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Fit(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	weights := map[string][]float32{}
	for _, p := range m.Params() {
		weights[p.Name] = slices.Clone(p.Floats())
	}
	m.Place(new(device.CPU)) // gives the device's memory back
	on.Reset()
	return events.steps, weights
}

// mostLaunches is more than a layer may have.
const mostLaunches = 25

// TestLaunchesOfALayer counts on paper what a step launches, which shapes decide and not
// the device: fewer than 25 launches for a layer's way forward and back.
func TestLaunchesOfALayer(t *testing.T) {
	for _, c := range []models.Config{
		{ModelType: "bert", VocabSize: 24, HiddenSize: 16, NumAttentionHeads: 2, IntermediateSize: 32, HiddenAct: "gelu",
			MaxPositionEmbeddings: 16, TypeVocabSize: 2, LayerNormEps: 1e-12, InitializerRange: 0.1, HiddenDropout: 0.1,
			AttentionDropout: 0.1},
		{ModelType: "gpt2", VocabSize: 24, NEmbd: 16, NHead: 2, NPositions: 16, ActivationFunction: "gelu_new",
			LayerNormEpsilon: 1e-5, InitializerRange: 0.1, ResidPdrop: 0.1, EmbdPdrop: 0.1, AttnPdrop: 0.1, ScaleAttnWeights: true},
	} {
		t.Run(c.ModelType, func(t *testing.T) {
			launchesOfALayer(t, c, mostLaunches)
		})
	}
}

func launchesOfALayer(t *testing.T, config models.Config, most int) {
	count := func(layers, steps int) Counts {
		of := config
		if of.NumHiddenLayers = layers; of.ModelType == "gpt2" {
			of.NumHiddenLayers, of.NLayer = 0, layers
		}
		m, err := models.New(of, models.Head{Kind: models.SequenceHead, Labels: 2}, 5)
		if err != nil {
			t.Fatal(err)
		}
		plain := Paper(offered.Info{})
		tr, err := trainers.New(newDrawn(m, 4), trainers.Options{BatchSize: 4, Epochs: 1, MaxSteps: steps, LearningRate: 1e-3,
			MaxGradNorm: 1, AdamBeta1: 0.9, AdamBeta2: 0.999, AdamEpsilon: 1e-8, Accumulation: 1, Seed: 9, Backend: plain}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Fit(context.Background(), nil); err != nil {
			t.Fatal(err)
		}
		c := plain.Counts()
		m.Place(new(device.CPU))
		return c
	}
	var a, b, c, d = count(1, 1), count(1, 3), count(3, 1), count(3, 3)
	each := func(of func(Counts) int) float64 { return float64(of(d)-of(c)-of(b)+of(a)) / 4 } // two layers, two steps
	launches := each(func(c Counts) int { return c.Launches })
	var names []string
	for name := range d.Kernels {
		if n := each(func(c Counts) int { return c.Kernels[name].Launches }); n > 0 {
			names = append(names, fmt.Sprintf("%s %.1f", name, n))
		}
	}
	slices.Sort(names)
	t.Logf("a layer, forward, backward and updated: %.1f launches, %.1f copies and fills, %.1f barriers: %s", launches,
		each(func(c Counts) int { return c.Moves }), each(func(c Counts) int { return c.Barriers }), strings.Join(names, ", "))
	if !(launches > 5 && launches < float64(most)) {
		t.Errorf("%v launches a layer, want fewer than %d", launches, most)
	}
}

// TestALostDeviceLosesNoState loses the device in the middle of a training: Fit
// returns the failure, and a new start goes on from the saved state to the bytes of a
// training that nothing happened to.
func TestALostDeviceLosesNoState(t *testing.T) {
	opened(t)
	train := func(b *Backend, store trainers.Store, said trainers.Events) ([]float32, error) {
		m, err := models.New(models.Config{ModelType: "bert", VocabSize: 24, HiddenSize: 16, NumHiddenLayers: 1,
			NumAttentionHeads: 2, IntermediateSize: 32, HiddenAct: "gelu", MaxPositionEmbeddings: 16, TypeVocabSize: 2,
			LayerNormEps: 1e-12, InitializerRange: 0.1, HiddenDropout: 0.1, AttentionDropout: 0.1},
			models.Head{Kind: models.SequenceHead, Labels: 2}, 5)
		if err != nil {
			t.Fatal(err)
		}
		tr, err := trainers.New(newDrawn(m, 40), trainers.Options{BatchSize: 4, Epochs: 1, LearningRate: 1e-3, MaxGradNorm: 1,
			AdamBeta1: 0.9, AdamBeta2: 0.999, AdamEpsilon: 1e-8, Accumulation: 1, Seed: 9, SaveSteps: 3, Backend: b}, said, store)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tr.Fit(context.Background(), nil); err != nil {
			return nil, err
		}
		var all []float32
		for _, p := range m.Params() {
			all = append(all, p.Floats()...)
		}
		return all, nil
	}
	want, err := train(alone(t, options{}), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	store := &trainers.FileStore{Path: filepath.Join(t.TempDir(), "state")}
	first, second := &told{}, &told{}
	_, err = train(alone(t, options{fail: func(string) error {
		if len(first.steps) == 7 {
			return &vulkan.Error{Function: "vkQueueSubmit", Result: vulkan.DeviceLost}
		}
		return nil
	}}), store, first)
	var failed *device.Failure
	if !errors.As(err, &failed) || !errors.Is(err, vulkan.DeviceLost) {
		t.Fatalf("error %v, want the device's failure", err)
	}
	got, err := train(alone(t, options{}), store, second)
	if err != nil {
		t.Fatal(err)
	}
	if len(second.steps) != 4 {
		t.Errorf("%d steps after the device was lost behind 7 of 10, saved at 6: want 4", len(second.steps))
	}
	if at := differ(got, want); at >= 0 {
		t.Error("the resumed training ends with other bytes")
	}
}
