package models_test

import (
	"math/rand/v2"
	"testing"

	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
)

// smallConfigs are models of 4 layers, 256 wide, and a vocabulary of 8,000, as
// near to each other as their architectures allow.
func smallConfigs() map[string]models.Config {
	bert := models.Config{ModelType: "bert", VocabSize: 8000, HiddenSize: 256, NumHiddenLayers: 4, NumAttentionHeads: 4, IntermediateSize: 1024,
		HiddenAct: "gelu", MaxPositionEmbeddings: 128, TypeVocabSize: 2, LayerNormEps: 1e-12, InitializerRange: 0.02, HiddenDropout: 0.1, AttentionDropout: 0.1}
	albert, electra := bert, bert
	albert.ModelType, albert.EmbeddingSize, albert.NumHiddenGroups, albert.InnerGroupNum = "albert", 128, 1, 1
	electra.ModelType, electra.EmbeddingSize = "electra", 128
	return map[string]models.Config{
		"bert": bert, "albert": albert, "electra": electra,
		"gpt2": {ModelType: "gpt2", VocabSize: 8000, NEmbd: 256, NLayer: 4, NHead: 4, NPositions: 128, ActivationFunction: "gelu_new",
			ScaleAttnWeights: true, InitializerRange: 0.02, PadTokenID: -1, ResidPdrop: 0.1, EmbdPdrop: 0.1, AttnPdrop: 0.1},
		"funnel": {ModelType: "funnel", VocabSize: 8000, DModel: 256, BlockSizes: []int{2, 1, 1}, NHead: 4, DHead: 64, DInner: 1024, HiddenAct: "gelu_new",
			LayerNormEps: 1e-9, InitializerRange: 0.1, PoolingType: "mean", AttentionType: "relative_shift", SeparateCls: true, TruncateSeq: true,
			PoolQOnly: true, FunnelHiddenDropout: 0.1, FunnelAttentionDropout: 0.1},
	}
}

// reviews are 32 sequences of some 20 tokens.
func reviews() *models.Batch {
	r := rand.New(rand.NewPCG(1, 2))
	b := &models.Batch{}
	for range 32 {
		ids := make([]int32, 8+r.IntN(24))
		for i := range ids {
			ids[i] = int32(1 + r.IntN(7999))
		}
		b.Append(ids, nil)
	}
	return b
}

// BenchmarkStep runs forward and backward, without the optimizer.
func BenchmarkStep(b *testing.B) {
	for _, name := range []string{"bert", "albert", "electra", "funnel", "gpt2"} {
		for _, padTo := range []int{0, 128} {
			if padTo > 0 && name != "funnel" {
				continue
			}
			c := smallConfigs()[name]
			suffix := ""
			if padTo > 0 {
				suffix = "/padding=128"
			}
			b.Run("model="+name+suffix, func(b *testing.B) {
				m, err := models.New(c, models.Head{Kind: models.SequenceHead, Labels: 2}, 1)
				if err != nil {
					b.Fatal(err)
				}
				var params []*nn.Param
				for _, p := range m.Params() {
					params = append(params, p.Param)
				}
				ops.LayOutGradients(params)
				in := reviews()
				in.PadTo = padTo
				pass := &ops.Pass{Backend: ops.NewCPU(), Grad: true, Train: true}
				labels := make([]int32, in.Sequences())
				b.ReportAllocs()
				for b.Loop() {
					pass.Backend.Reset()
					pass.Begin(0)
					if err := ops.Backward(ops.CrossEntropy(pass, m.Forward(pass, in), labels), 1); err != nil {
						b.Fatal(err)
					}
					for _, p := range params {
						p.ZeroGrad()
					}
				}
				b.ReportMetric(float64(in.Tokens()*b.N)/b.Elapsed().Seconds(), "tokens/s")
			})
		}
	}
}
