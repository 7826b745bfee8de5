package models_test

import (
	"slices"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
)

// TestReorderOutputs: of every architecture's heads for labels, the logits are
// the same numbers in the other order.
func TestReorderOutputs(t *testing.T) {
	for _, modelType := range models.ModelTypes() {
		if modelType == "encoder-decoder" {
			continue // has no head for labels
		}
		for _, kind := range []models.HeadKind{models.SequenceHead, models.TokenHead} {
			t.Run(modelType+"/"+string(kind), func(t *testing.T) {
				c := tinyConfig(t, modelType)
				m, err := models.New(c, models.Head{Kind: kind, Labels: 3}, 5)
				if err != nil {
					t.Fatal(err)
				}
				for _, p := range m.Params() { // biases are drawn as zeros
					for i := range p.Floats() {
						p.Floats()[i] += float32(i%7) / 64
					}
				}
				in := &models.Batch{}
				in.Append([]int32{2, 5, 9, 3}, nil)
				p := &ops.Pass{Backend: ops.NewCPU()}
				logits := func() []float32 {
					p.Begin(0)
					defer p.Release()
					return slices.Clone(ops.Of(m.Forward(p, in)).Floats())
				}
				order := []int{2, 0, 1}
				before := logits()
				m.ReorderOutputs(order)
				var want []float32
				for i := range before {
					want = append(want, before[i/3*3+order[i%3]])
				}
				golden.Near(t, "logits", logits(), want, golden.Within(1e-6))
				if before[0] == before[1] || before[1] == before[2] {
					t.Errorf("logits %v tell nothing", before[:3])
				}
			})
		}
	}
}

// tinyConfig is the config of a model of one layer.
func tinyConfig(t *testing.T, modelType string) models.Config {
	t.Helper()
	a, err := models.ArchitectureOf(modelType)
	if err != nil {
		t.Fatal(err)
	}
	c := a.NewConfig()
	c.VocabSize, c.HiddenSize, c.NumHiddenLayers, c.NumAttentionHeads, c.IntermediateSize = 50, 32, 1, 2, 64
	c.EmbeddingSize, c.NumHiddenGroups, c.InnerGroupNum = 16, 1, 1
	c.DModel, c.NHead, c.DHead, c.DInner, c.BlockSizes, c.BlockRepeats = 32, 2, 16, 64, []int{1}, []int{1}
	c.NEmbd, c.NLayer, c.NPositions, c.NInner = 32, 1, 40, 64
	c.Dim, c.NLayers, c.NHeads, c.HiddenDim = 32, 1, 2, 64
	c.MaxPositionEmbeddings, c.TypeVocabSize = 40, 3
	return c
}
