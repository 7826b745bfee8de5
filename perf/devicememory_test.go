package perf

import (
	"testing"

	"github.com/lmkor/bench/device/vulkan"
	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/internal/devicetest"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/trainers"
)

func smallBERT() models.Config {
	return models.Config{ModelType: "bert", VocabSize: 3000, HiddenSize: 64, NumHiddenLayers: 2, NumAttentionHeads: 2,
		IntermediateSize: 256, HiddenAct: "gelu", MaxPositionEmbeddings: 64, TypeVocabSize: 2, LayerNormEps: 1e-12,
		InitializerRange: 0.02, HiddenDropout: 0.1, AttentionDropout: 0.1}
}

// What is held grows as it must: sixteen bytes a parameter in training, four in
// answering, and activations with the batch.
func TestHeldGrows(t *testing.T) {
	held := func(batch int) DeviceMemory {
		m, err := Held(smallBERT(), offered.Info{}, batch, 64)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	m, err := models.New(smallBERT(), models.Head{Kind: models.SequenceHead, Labels: 2}, 1)
	if err != nil {
		t.Fatal(err)
	}
	params := int64(models.Count(m.Params()))
	few, many := held(4), held(64)
	const slab = 2 << 20 // memory is asked for in slabs
	if got := few.Training.Model; got < 16*params || got > 16*params+16*params/8+3*slab {
		t.Errorf("training holds %d bytes of the model, want some %d", got, 16*params)
	}
	if got := few.Answering.Model; got < 4*params || got > 4*params+4*params/8+3*slab {
		t.Errorf("answering holds %d bytes of the model, want some %d", got, 4*params)
	}
	if few.Training.Batch*4 > many.Training.Batch {
		t.Errorf("a batch of 4 holds %d bytes, one of 64 %d", few.Training.Batch, many.Training.Batch)
	}
	// A layer keeps for backward more than a dozen times what its hidden vectors are.
	if least := int64(2 * 12 * 64 * 64 * 64 * 4); many.Training.Batch < least {
		t.Errorf("a batch of 64 holds %d bytes, want more than %d", many.Training.Batch, least)
	}
}

// The books on paper are those of a device that computes.
func TestHeldIsWhatADeviceHolds(t *testing.T) {
	if !devicetest.Asked() {
		t.Skip("NOT RUN: BENCH_DEVICE names no device, such as vulkan:0")
	}
	on := devicetest.Backend(t).(*vulkan.Backend)
	want, err := Held(smallBERT(), on.Info(), 8, 64)
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.New(smallBERT(), models.Head{Kind: models.SequenceHead, Labels: 2}, 1)
	if err != nil {
		t.Fatal(err)
	}
	tr, err := trainers.New(&same{model: m, n: 8, length: 64}, trainers.Options{BatchSize: 8, Epochs: 1, LearningRate: 1e-5,
		MaxGradNorm: 1, AdamBeta1: 0.9, AdamBeta2: 0.999, AdamEpsilon: 1e-8, Accumulation: 1, Backend: on}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Measure(1, 1, nil, nil); err != nil {
		t.Fatal(err)
	}
	got := on.Footprint()
	if got.Model != want.Training.Model || got.Batch != want.Training.Batch {
		t.Errorf("the device holds %+v, on paper %+v", got, want.Training)
	}
	if d := got.Data - want.Training.Data; d < -8<<20 || d > 8<<20 { // chunks that were not free yet
		t.Errorf("the device holds %d bytes of data, on paper %d", got.Data, want.Training.Data)
	}
}
