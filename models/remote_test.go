package models_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/internal/remote"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
)

// TestEveryModelNeedsNoFloats runs every configuration, with dropout, forward and
// backward, twice with gradients that add up, on a backend whose memory is out of
// reach, and holds logits, losses and gradients to the CPU's, to the byte.
func TestEveryModelNeedsNoFloats(t *testing.T) {
	onRandom(t, func(t *testing.T, m *models.Model, ref gradBatch) {
		rate := 0.3
		m.SetDropout(&rate)
		in, labels := ref.inputs(t, m)
		var params []*nn.Param
		for _, p := range m.Params() {
			params = append(params, p.Param)
		}
		var want []float32
		far := remote.New()
		for _, backend := range []ops.Backend{ops.NewCPU(), far} {
			m.Place(backend)
			ops.LayOutGradients(params)
			pass := &ops.Pass{Backend: backend, Grad: true, Train: true, Seed: 5}
			var got []float32
			for step := range uint64(2) {
				backend.Reset()
				pass.Begin(step)
				y := m.Forward(pass, in)
				got = append(got, ops.Of(y).Floats()...)
				l := loss(pass, m, y, labels)
				late := ops.Fetch(l)
				if err := ops.Backward(l, 1); err != nil {
					t.Fatal(err)
				}
				got = append(got, late.Value())
			}
			for _, p := range params {
				got = append(got, ops.GradientOf(p).Values...)
				p.ZeroGrad()
			}
			if want == nil {
				want = got
			} else if !slices.Equal(got, want) {
				t.Error("a backend whose memory is out of reach gives others than the CPU")
			}
		}
		m.Place(ops.NewCPU())
		if n, floats := far.Kept(); n > 0 {
			t.Errorf("%d buffers of %d floats stay behind", n, floats)
		}
	})
}

// TestDecoderNeedsNoFloats reads texts token by token on such a backend, beams that
// change places among them, and holds the scores to the CPU's.
func TestDecoderNeedsNoFloats(t *testing.T) {
	seen := map[string]bool{}
	onRandom(t, func(t *testing.T, m *models.Model, ref gradBatch) {
		if m.Head.Kind != models.CausalLMHead {
			return
		}
		in, _ := ref.inputs(t, m)
		var source *models.Batch
		if in.Target != nil {
			source = &models.Batch{}
			source.Append(in.IDs[:in.Offsets[1]], nil)
		}
		var want []float32
		far := remote.New()
		for _, backend := range []ops.Backend{ops.NewCPU(), far} {
			m.Place(backend)
			weights, _ := far.Kept()
			d, err := m.NewDecoder(1, 5, source)
			if err != nil {
				if !strings.Contains(err.Error(), "position_embedding_type") && !strings.Contains(err.Error(), "is_decoder") {
					t.Fatal(err)
				}
				return
			}
			seen[m.Config.ModelType] = true
			var got []float32
			read := func(tokens ...[]int32) {
				var b models.Batch
				for _, ids := range tokens {
					b.Append(ids, nil)
				}
				got = append(got, d.Next(&b).Floats()...)
			}
			read([]int32{3, 1})
			d.Reorder([]int{0, 0, 0})
			read([]int32{2}, []int32{1}, []int32{3})
			d.Reorder([]int{2, 0, 0})
			read([]int32{1}, []int32{2}, []int32{2})
			d.Reorder([]int{1})
			read([]int32{3})
			d.Close()
			if n, _ := far.Kept(); n != weights {
				t.Errorf("%d buffers stay behind a decoder", n-weights)
			}
			if want == nil {
				want = got
			} else if !slices.Equal(got, want) {
				t.Error("a backend whose memory is out of reach gives others than the CPU")
			}
		}
		m.Place(ops.NewCPU())
	})
	for _, name := range []string{"gpt2", "bert", "electra", "roberta", "encoder-decoder"} {
		if !seen[name] {
			t.Errorf("no decoder of %s", name)
		}
	}
}
