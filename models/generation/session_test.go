package generation_test

import (
	"slices"
	"testing"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/generation"
)

// Texts of a session that join and leave at any time, drawn, greedy or of beams, are
// those that Generate makes alone, to the last token and the last bit of the score.
func TestSessionsTextsAreThoseAlone(t *testing.T) {
	gpt := models.Config{ModelType: "gpt2", VocabSize: 60, NPositions: 48, NEmbd: 32, NLayer: 2,
		NHead: 4, NInner: 64,
		ActivationFunction: "gelu_new", InitializerRange: 0.4, LayerNormEpsilon: 1e-5, ScaleAttnWeights: true, PadTokenID: -1,
		TieWordEmbeddings: true}
	part := models.Config{ModelType: "bert", VocabSize: 60, HiddenSize: 32, NumHiddenLayers: 2, NumAttentionHeads: 4,
		IntermediateSize: 64, HiddenAct: "gelu", MaxPositionEmbeddings: 48, TypeVocabSize: 2, LayerNormEps: 1e-12,
		InitializerRange: 0.4, TieWordEmbeddings: true, PadTokenID: -1}
	decoder := part
	decoder.IsDecoder, decoder.AddCrossAttention = true, true
	for name, c := range map[string]models.Config{"gpt2": gpt,
		"encoder-decoder": {ModelType: "encoder-decoder", Encoder: &part, Decoder: &decoder, PadTokenID: -1}} {
		t.Run(name, func(t *testing.T) {
			m, err := models.New(c, models.Head{Kind: models.CausalLMHead}, 7)
			if err != nil {
				t.Fatal(err)
			}
			sessionIsAlone(t, m)
		})
	}
}

func sessionIsAlone(t *testing.T, m *models.Model) {
	t.Helper()
	s, err := generation.NewSession(m)
	if err != nil {
		t.Fatal(err)
	}
	type asked struct {
		prompt []int32
		o      generation.Options
		got    *generation.Continuation
	}
	var all []*asked
	for i := range 12 {
		a := &asked{o: generation.Defaults()}
		for k := range i*5%7 + 1 {
			a.prompt = append(a.prompt, int32((i*13+k*7)%60))
		}
		a.o.MaxLength, a.o.Seed, a.o.Sample = len(a.prompt)+3+i*7%20, uint64(i), i%2 == 0
		a.o.End = []int32{int32(i)}
		if i%4 == 1 {
			a.o.Beams, a.o.EarlyStopping = 2+i%3, generation.StopFull
		}
		all = append(all, a)
	}
	steps := 0
	for next := 0; next < len(all) || s.Len() > 0; steps++ {
		for n := 0; n <= steps%3 && next < len(all); n++ {
			a := all[next]
			if a.got, err = s.Join(a.prompt, a.o); err != nil {
				t.Fatal(err)
			}
			next++
		}
		s.Step()
	}
	for i, a := range all {
		want, err := generation.Generate(t.Context(), m, a.prompt, a.o)
		if err != nil || a.got.Err != nil {
			t.Fatal(err, a.got.Err)
		}
		if !slices.Equal(a.got.IDs, want.IDs) || a.got.Score != want.Score || !a.got.Done {
			t.Errorf("text %d: %v %v among others, %v %v alone", i, a.got.IDs, a.got.Score, want.IDs, want.Score)
		}
	}
	c, err := s.Join([]int32{1, 2}, all[0].o)
	if err != nil {
		t.Fatal(err)
	}
	if s.Leave(c); s.Len() != 0 || !c.Done {
		t.Error("a text that left goes on")
	}
}
