package trainers_test

import (
	"context"
	"slices"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/kernels/parallel"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/trainers"
)

// wideConfigs are models wide enough that their products and rows are split
// among threads.
var wideConfigs = []models.Config{
	{ModelType: "bert", VocabSize: 24, HiddenSize: 128, NumHiddenLayers: 2, NumAttentionHeads: 2, IntermediateSize: 512,
		HiddenAct: "gelu", MaxPositionEmbeddings: 16, TypeVocabSize: 2, LayerNormEps: 1e-12, InitializerRange: 0.05,
		HiddenDropout: 0.1, AttentionDropout: 0.1},
	{ModelType: "albert", VocabSize: 24, EmbeddingSize: 64, HiddenSize: 128, NumHiddenLayers: 3, NumHiddenGroups: 1, InnerGroupNum: 1,
		NumAttentionHeads: 2, IntermediateSize: 512, HiddenAct: "gelu_new", MaxPositionEmbeddings: 16, TypeVocabSize: 2,
		LayerNormEps: 1e-12, InitializerRange: 0.05, HiddenDropout: 0.1, AttentionDropout: 0.1},
	{ModelType: "funnel", VocabSize: 24, BlockSizes: []int{1, 1}, BlockRepeats: []int{1, 1}, NumDecoderLayers: 1, DModel: 128, NHead: 2,
		DHead: 64, DInner: 512, HiddenAct: "gelu_new", MaxPositionEmbeddings: 16, TypeVocabSize: 3, LayerNormEps: 1e-9,
		InitializerRange: 0.1, InitializerStd: 0.1, FunnelHiddenDropout: 0.1, FunnelAttentionDropout: 0.1, PoolingType: "mean",
		AttentionType: "relative_shift", SeparateCls: true, TruncateSeq: true, PoolQOnly: true},
	{ModelType: "gpt2", VocabSize: 24, NEmbd: 128, NLayer: 2, NHead: 2, NPositions: 16, ActivationFunction: "gelu_new", PadTokenID: 0,
		ResidPdrop: 0.1, EmbdPdrop: 0.1, AttnPdrop: 0.1, InitializerRange: 0.05, ScaleAttnWeights: true},
}

// Training ends with the same bytes on any number of threads, more than there
// are cores among them.
func TestStepsOnAnyThreads(t *testing.T) {
	configs, threads := wideConfigs, []int{1, 2, 3, 8}
	if testing.Short() {
		configs, threads = configs[:1], []int{1, 3}
	}
	for _, c := range configs {
		t.Run(c.ModelType, func(t *testing.T) {
			var want []float32
			var losses []float64
			for _, n := range threads {
				m, err := models.New(c, models.Head{Kind: models.SequenceHead, Labels: 2}, 5)
				if err != nil {
					t.Fatal(err)
				}
				opt := smallOptions()
				opt.BatchSize, opt.Accumulation, opt.LearningRate = 16, 1, 1e-3
				opt.Backend = device.NewCPU(parallel.New(n))
				var r recorder
				data := smallData(t, m)
				tr, err := trainers.New(data, opt, &r, nil)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := tr.Fit(context.Background(), []trainers.Split{{Name: "test", Scorer: data}}); err != nil {
					t.Fatal(err)
				}
				if len(r.steps) < 10 {
					t.Fatalf("%d steps, want 10 or more", len(r.steps))
				}
				got := weights(m)
				if want == nil {
					want = got
					for _, s := range r.steps {
						losses = append(losses, s.Loss)
					}
					continue
				}
				for i, s := range r.steps {
					if s.Loss != losses[i] {
						t.Fatalf("%d threads: the loss of step %d is %v, on one thread %v", n, s.Step, s.Loss, losses[i])
					}
				}
				if !slices.Equal(got, want) {
					t.Errorf("%d threads end with other weights than one", n)
				}
			}
		})
	}
}

// A step of as many operators as a base model's allocates less than a megabyte
// once it is warm: what grows with the width comes from the arena.
func TestAllocationsOfAStep(t *testing.T) {
	if testing.Short() {
		t.Skip("what a step allocates does not depend on the kernels")
	}
	c := wideConfigs[0]
	c.NumHiddenLayers = 12
	m, err := models.New(c, models.Head{Kind: models.SequenceHead, Labels: 2}, 5)
	if err != nil {
		t.Fatal(err)
	}
	opt := smallOptions()
	opt.BatchSize, opt.Backend = 32, device.NewCPU(parallel.New(2))
	tr, err := trainers.New(smallData(t, m), opt, &recorder{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	steps, err := tr.Measure(3, 5, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var most uint64
	for _, s := range steps {
		most = max(most, s.Allocated)
	}
	t.Logf("at most %d bytes a step", most)
	if most >= 1<<20 {
		t.Errorf("a step allocates %d bytes, want less than a megabyte", most)
	}
}
