package models

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/ops"
)

// oddConfig draws sizes of which some make no model.
func oddConfig(r *rand.Rand, modelType string) Config {
	pick := func(of ...int) int { return of[r.IntN(len(of))] }
	a, err := ArchitectureOf(modelType)
	if err != nil {
		panic(err)
	}
	c := a.NewConfig()
	heads := pick(1, 2, 3)
	hidden := heads * pick(2, 4)
	c.VocabSize, c.HiddenSize, c.NumHiddenLayers, c.NumAttentionHeads, c.IntermediateSize = pick(1, 7, 12), hidden, pick(1, 2), heads, pick(1, 5)
	c.MaxPositionEmbeddings, c.TypeVocabSize, c.PadTokenID = pick(1, 4, 9), pick(0, 1, 2, 3), pick(-2, -1, 0, 0, 0, 1, 1, 1, 6, 11, 30)
	c.EmbeddingSize, c.TieWordEmbeddings = pick(0, 3, hidden), r.IntN(2) == 0
	c.PositionEmbeddingType = []string{"absolute", "relative_key", "relative_key_query"}[r.IntN(3)]
	c.NumHiddenGroups, c.InnerGroupNum = pick(1, 2, 3), pick(1, 2)
	c.DModel, c.NHead, c.DHead, c.DInner = 2*pick(1, 3), heads, pick(1, 3), pick(1, 4)
	c.BlockSizes, c.NumDecoderLayers = [][]int{{1}, {1, 2}, {1, 1, 1}, {2, 1, 1, 1}, {}}[r.IntN(5)], pick(0, 1)
	c.SeparateCls, c.TruncateSeq, c.PoolQOnly = r.IntN(2) == 0, r.IntN(2) == 0, r.IntN(2) == 0
	if modelType == "funnel" && r.IntN(2) == 0 {
		c.MaxPositionEmbeddings = 0
	}
	if modelType == "gpt2" {
		c.NPositions, c.NEmbd, c.NLayer, c.NHead = pick(1, 4, 9), hidden, pick(1, 2), heads
	} else if modelType == "distilbert" {
		c.Dim, c.NHeads, c.NLayers, c.HiddenDim, c.SinusoidalPositions = hidden, heads, pick(1, 2), pick(1, 5), r.IntN(2) == 0
	}
	c.RelativeAttention, c.ShareAttKey, c.PositionBiasedInput = r.IntN(3) > 0, r.IntN(2) == 0, r.IntN(2) == 0
	c.PosAttType = [][]string{nil, {"c2p"}, {"p2c"}, {"c2p", "p2c"}}[r.IntN(4)]
	c.PositionBuckets, c.MaxRelativePositions = pick(-1, 1, 2, 4), pick(-1, 1, 3, 20)
	c.ConvKernelSize, c.ConvGroups = pick(0, 0, 2, 3), pick(0, 1, 2)
	if modelType == "encoder-decoder" {
		kinds := []string{"bert", "roberta"}
		e, d := oddConfig(r, kinds[r.IntN(2)]), oddConfig(r, kinds[r.IntN(2)])
		c.Encoder, c.Decoder, c.TieEncoderDecoder = &e, &d, r.IntN(4) == 0
	}
	return c
}

// oddBatch draws sequences of which some are no input of the model.
func oddBatch(r *rand.Rand, sequences, vocab int) *Batch {
	b := &Batch{}
	for range sequences {
		n := r.IntN(7)
		ids, types := make([]int32, n), make([]int32, n)
		for i := range ids {
			ids[i], types[i] = int32(r.IntN(vocab)), int32(r.IntN(3))
			if r.IntN(200) == 0 {
				ids[i] = int32(r.IntN(40) - 2)
			}
		}
		b.Append(ids, types)
	}
	return b
}

// TestWhatIsCheckedRuns runs forward and backward whatever New and Check let
// through.
func TestWhatIsCheckedRuns(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	ran := map[string]int{}
	for i := range 6000 {
		types := ModelTypes()
		c := oddConfig(r, types[i%len(types)])
		heads := c.arch().Heads
		head := Head{Kind: heads[r.IntN(len(heads))].Kind, Labels: 1 + r.IntN(3)}
		m, err := New(c, head, 1)
		if err != nil {
			continue
		}
		n := 1 + r.IntN(3)
		in := oddBatch(r, n, c.Vocabulary())
		if r.IntN(2) == 0 {
			in.PadTo = r.IntN(12)
		}
		if c.Decoder != nil {
			in.Target = oddBatch(r, n, c.Outputs())
		}
		if m.Check(in) != nil {
			continue
		}
		runChecked(t, m, in)
		ran[c.ModelType]++
	}
	for _, name := range ModelTypes() {
		if ran[name] < 4 {
			t.Errorf("%s ran %d times", name, ran[name])
		}
	}
}

func runChecked(t *testing.T, m *Model, in *Batch) {
	t.Helper()
	defer func() {
		if r := recover(); r != nil {
			t.Fatal(fmt.Sprintf("%v: %+v with %+v, batch %+v", r, m.Config, m.Head, in))
		}
	}()
	m.Forward(&ops.Pass{Backend: new(device.CPU)}, in)
	p := &ops.Pass{Backend: new(device.CPU), Grad: true, Train: true}
	y := ops.Of(m.Forward(p, in))
	l := ops.MSE(p, y, make([]float32, y.Size()))
	if err := ops.Backward(l, 1); err != nil {
		t.Fatal(err)
	}
}
