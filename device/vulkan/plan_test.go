package vulkan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
)

// planned is a model whose step is counted.
type planned struct {
	of, name             string
	hidden, inner, heads int
}

func (s planned) config(layers int) models.Config {
	if s.of == "gpt2" {
		return models.Config{ModelType: "gpt2", VocabSize: 100, NEmbd: s.hidden, NLayer: layers, NHead: s.heads, NInner: s.inner,
			NPositions: 32, ActivationFunction: "gelu_new", LayerNormEpsilon: 1e-5, InitializerRange: 0.02, ResidPdrop: 0.1,
			EmbdPdrop: 0.1, AttnPdrop: 0.1, ScaleAttnWeights: true, PadTokenID: -1}
	}
	return models.Config{ModelType: s.of, VocabSize: 100, HiddenSize: s.hidden, NumHiddenLayers: layers,
		NumAttentionHeads: s.heads, IntermediateSize: s.inner, HiddenAct: "gelu", MaxPositionEmbeddings: 32,
		TypeVocabSize: 2, LayerNormEps: 1e-12, InitializerRange: 0.02, HiddenDropout: 0.1, AttentionDropout: 0.1}
}

// TestPlanOfALayer holds what is recorded at the sizes of base, small and tiny models,
// 32 texts of 20 tokens, to what the shapes need: fewer than 25 launches for a layer's
// way forward and back, and at most 1.3 times the bytes that its operators have to read
// and write, each operand once. What is more is the output's gradient, which the products
// for the weight and for the input read apart, and parts of split sums. It is recorded on
// paper: shapes decide, not the device.
func TestPlanOfALayer(t *testing.T) {
	for _, s := range []planned{{"bert", "tiny", 128, 512, 2}, {"bert", "small", 256, 1024, 4}, {"bert", "base", 768, 3072, 12},
		{"gpt2", "tiny", 128, 512, 2}, {"gpt2", "small", 256, 1024, 4}, {"gpt2", "base", 768, 3072, 12}} {
		t.Run(s.of+"/"+s.name, func(t *testing.T) {
			count := func(layers int) (Counts, float64) {
				m, err := models.New(s.config(layers), models.Head{Kind: models.SequenceHead, Labels: 2}, 5)
				if err != nil {
					t.Fatal(err)
				}
				b := Paper(offered.Info{})
				var weights []*nn.Param
				for _, p := range m.Params() {
					weights = append(weights, p.Param)
				}
				m.Place(b)
				ops.LayOutGradients(weights)
				batch := &drawnBatch{model: m}
				for range 32 {
					batch.Append(slices.Repeat([]int32{5}, 20), nil)
					batch.labels = append(batch.labels, 1)
				}
				b.ResetCounts()
				p := &ops.Pass{Backend: b, Grad: true, Train: true, Trace: &ops.Trace{}}
				if err := ops.BackwardFrom(batch.Losses(p)...); err != nil {
					t.Fatal(err)
				}
				c, least := b.Counts(), 0.0
				for _, o := range p.Trace.Costs() {
					least += o.Bytes
				}
				m.Place(new(device.CPU))
				return c, least
			}
			one, leastOne := count(1)
			three, leastThree := count(3)
			launches := float64(three.Launches-one.Launches) / 2
			bytes := float64(three.Read+three.Written-one.Read-one.Written) / 2
			least := (leastThree - leastOne) / 2
			var names []string
			for name, k := range three.Kernels {
				was := one.Kernels[name]
				if n := k.Launches - was.Launches; n > 0 {
					names = append(names, fmt.Sprintf("%s %.1f (%.1f MB)", name, float64(n)/2,
						float64(k.Read+k.Written-was.Read-was.Written)/2e6))
				}
			}
			slices.Sort(names)
			t.Logf("a layer: %.1f launches, %.1f moves, %.1f barriers, %.1f MB, %.2f times the least; %s", launches,
				float64(three.Moves-one.Moves)/2, float64(three.Barriers-one.Barriers)/2, bytes/1e6, bytes/least,
				strings.Join(names, ", "))
			if !(launches > 15 && launches < 25) {
				t.Errorf("%v launches, want fewer than 25", launches)
			}
			if !(bytes > 0.5*least && bytes < 1.3*least) {
				t.Errorf("%.0f bytes, want at most 1.3 times %.0f", bytes, least)
			}
		})
	}
}
