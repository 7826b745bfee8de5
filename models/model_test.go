package models_test

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/kernels/parallel"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
)

// onRandom runs a test on every random configuration.
func onRandom(t *testing.T, f func(t *testing.T, m *models.Model, ref gradBatch)) {
	for _, dir := range golden.Dirs(t, "random/*") {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			f(t, open(t, dir), golden.JSON[gradBatch](t, filepath.Join(dir, "batch.json")))
		})
	}
}

func logits(m *models.Model, in *models.Batch) *ops.Tensor {
	return ops.Of(m.Forward(&ops.Pass{Backend: ops.NewCPU()}, in))
}

// TestModulesKnowAllParameters holds spago's traversal of the modules to the
// list of parameters.
func TestModulesKnowAllParameters(t *testing.T) {
	onRandom(t, func(t *testing.T, m *models.Model, _ gradBatch) {
		seen := map[*nn.Param]bool{}
		nn.ForEachParam(m.Net, func(p *nn.Param) { seen[p] = true })
		for _, p := range m.Params() {
			if !seen[p.Param] {
				t.Errorf("%s is in no module", p.Name)
			}
			delete(seen, p.Param)
		}
		if len(seen) > 0 {
			t.Errorf("%d parameters of modules have no name", len(seen))
		}
	})
}

// TestOnlyIsAShortcut asks for some rows of token and language model heads.
func TestOnlyIsAShortcut(t *testing.T) {
	onRandom(t, func(t *testing.T, m *models.Model, ref gradBatch) {
		if m.Head.Kind == models.SequenceHead {
			return
		}
		in, _ := ref.inputs(t, m)
		whole := logits(m, in)
		answered := in
		if in.Target != nil {
			answered = in.Target
		}
		last := int32(answered.Tokens() - 1)
		for _, rows := range [][]int32{{0, last / 2, last}, {last, 0}, {last}} {
			answered.Only = slices.Compact(rows)
			some := logits(m, in)
			for i, r := range answered.Only {
				cols := some.Cols()
				golden.Near(t, fmt.Sprintf("rows %v: row %d", rows, r), some.Floats()[i*cols:(i+1)*cols],
					whole.Floats()[int(r)*cols:(int(r)+1)*cols], golden.Within(1e-5))
			}
		}
	})
}

// TestDecoderEqualsForward feeds causal models token by token.
func TestDecoderEqualsForward(t *testing.T) {
	seen := map[string]bool{}
	onRandom(t, func(t *testing.T, m *models.Model, ref gradBatch) {
		if m.Head.Kind != models.CausalLMHead {
			return
		}
		in, _ := ref.inputs(t, m)
		c, refused := m.Config, ""
		if c.Decoder != nil {
			c = *c.Decoder
			c.IsDecoder = true
		}
		switch {
		case c.ModelType != "gpt2" && !c.IsDecoder:
			refused = "is_decoder"
		case strings.HasPrefix(c.PositionEmbeddingType, "relative"):
			refused = "position_embedding_type"
		}
		clear(in.TypeIDs) // a decoder is told of none
		whole := logits(m, in)
		read, source := in, (*models.Batch)(nil)
		if in.Target != nil {
			read, source = in.Target, &models.Batch{IDs: in.IDs, TypeIDs: in.TypeIDs, Offsets: in.Offsets}
		}
		longest := 0
		for s := range read.Sequences() {
			longest = max(longest, read.Len(s))
		}
		d, err := m.NewDecoder(read.Sequences(), longest, source)
		if refused != "" {
			if err == nil || !strings.Contains(err.Error(), refused) {
				t.Errorf("error %v, want one about %s", err, refused)
			}
			return
		}
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(c.ModelType, "roberta") && slices.Contains(read.IDs, int32(c.PadTokenID)) {
			return // padding that was read before counts as a position, as in the reference
		}
		seen[m.Config.ModelType] = true
		for at := 0; at < longest; {
			step := 1 + at%2 // one token, then two, …
			var b models.Batch
			for s := range read.Sequences() {
				first := min(at, read.Len(s))
				b.Append(read.IDs[int(read.Offsets[s])+first:int(read.Offsets[s])+min(at+step, read.Len(s))], nil)
			}
			at += step
			for s := range read.Sequences() {
				if b.Len(s) == 0 {
					return // Next answers every sequence: all must go on
				}
			}
			got := d.Next(&b)
			for s := range read.Sequences() {
				row := int(read.Offsets[s]) + min(at, read.Len(s)) - 1
				cols := got.Cols()
				golden.Near(t, fmt.Sprintf("scores of sequence %d, %d tokens", s, at), got.Floats()[s*cols:(s+1)*cols],
					whole.Floats()[row*cols:(row+1)*cols], golden.Within(1e-4))
			}
		}
	})
	for _, name := range []string{"gpt2", "bert", "electra", "roberta", "encoder-decoder"} {
		if !seen[name] {
			t.Errorf("no decoder of %s", name)
		}
	}
}

// TestThreadsDoNotChangeGradients runs every configuration with dropout on
// several numbers of threads.
func TestThreadsDoNotChangeGradients(t *testing.T) {
	onRandom(t, func(t *testing.T, m *models.Model, ref gradBatch) {
		rate := 0.3
		var params []*nn.Param
		for _, p := range m.Params() {
			params = append(params, p.Param)
		}
		ops.LayOutGradients(params)
		in, labels := ref.inputs(t, m)
		var want []float32
		for _, threads := range []int{1, 3} {
			m.SetDropout(&rate)
			pass := &ops.Pass{Backend: device.NewCPU(parallel.New(threads)), Grad: true, Train: true, Seed: 5}
			pass.Begin(1)
			if err := ops.Backward(loss(pass, m, m.Forward(pass, in), labels), 1); err != nil {
				t.Fatal(err)
			}
			var got []float32
			for _, p := range params {
				got = append(got, ops.GradientOf(p).Values...)
				p.ZeroGrad()
			}
			if want == nil {
				want = got
			} else if !slices.Equal(got, want) {
				t.Errorf("%d threads give other gradients than one", threads)
			}
		}
	})
}

// TestReleaseKeepsNothing runs passes without gradients: they must return what
// they borrowed.
func TestReleaseKeepsNothing(t *testing.T) {
	onRandom(t, func(t *testing.T, m *models.Model, ref gradBatch) {
		in, _ := ref.inputs(t, m)
		pass := &ops.Pass{Backend: ops.NewCPU()}
		var first []float32
		for range 3 {
			pass.Begin(0)
			y := ops.Of(m.Forward(pass, in))
			if first == nil {
				first = slices.Clone(y.Floats())
			} else if !slices.Equal(first, y.Floats()) {
				t.Error("the second pass answers otherwise")
			}
			pass.Release()
		}
		if held, _ := pass.Backend.Bytes(); held > 64<<20 {
			t.Errorf("%d bytes held", held)
		}
	})
}

func TestCheckRefusesWhatForwardCannotRead(t *testing.T) {
	bert := open(t, "testdata/models/bert-classify")
	pair := open(t, "testdata/models/bertshared")
	long := make([]int32, 49)
	for _, c := range []struct {
		m          *models.Model
		ids, types []int32
		target     []int32
		want       string
	}{
		{bert, []int32{2, 3}, []int32{0, 1}, nil, ""},
		{bert, nil, nil, nil, "0 tokens: the model takes 1 to 48"},
		{bert, long, nil, nil, "49 tokens: the model takes 1 to 48"},
		{bert, []int32{-1}, nil, nil, "token id -1"},
		{bert, []int32{30000}, nil, nil, "token id 30000: the model has"},
		{bert, []int32{2}, []int32{2}, nil, "token type 2: the model has 2"},
		{pair, []int32{2}, nil, long, "49 tokens"},
		{pair, []int32{2}, []int32{7}, []int32{2}, ""},
	} {
		in := &models.Batch{}
		in.Append(c.ids, c.types)
		if c.target != nil {
			in.Target = &models.Batch{}
			in.Target.Append(c.target, nil)
		}
		err := c.m.Check(in)
		if c.want == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		var e *models.InputError
		if !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

func TestNewRefusesBadConfigs(t *testing.T) {
	small := smallConfigs()
	sentence := models.Head{Kind: models.SequenceHead, Labels: 2}
	for _, c := range []struct {
		model  string
		head   models.Head
		change func(*models.Config)
		field  string
	}{
		{"bert", sentence, func(c *models.Config) { c.ModelType = "bart" }, "model_type"},
		{"bert", sentence, func(c *models.Config) { c.HiddenSize = 0 }, "hidden_size"},
		{"bert", sentence, func(c *models.Config) { c.NumAttentionHeads = 3 }, "num_attention_heads"},
		{"bert", sentence, func(c *models.Config) { c.HiddenAct = "prelu" }, "hidden_act"},
		{"bert", sentence, func(c *models.Config) { c.PositionEmbeddingType = "relative" }, "position_embedding_type"},
		{"bert", models.Head{Kind: models.SequenceHead}, func(*models.Config) {}, "id2label"},
		{"bert", models.Head{Kind: models.DiscriminatorHead}, func(*models.Config) {}, "model_type"},
		{"bert", sentence, func(c *models.Config) { c.ModelType, c.PadTokenID = "roberta", -1 }, "pad_token_id"},
		{"albert", sentence, func(c *models.Config) { c.InnerGroupNum = 0 }, "inner_group_num"},
		{"electra", sentence, func(c *models.Config) { c.EmbeddingSize = 0 }, "embedding_size"},
		{"gpt2", sentence, func(c *models.Config) { c.NHead = 7 }, "n_head"},
		{"funnel", sentence, func(c *models.Config) { c.BlockSizes = nil }, "block_sizes"},
		{"funnel", sentence, func(c *models.Config) { c.BlockRepeats = []int{1} }, "block_repeats"},
		{"funnel", sentence, func(c *models.Config) { c.PoolingType = "min" }, "pooling_type"},
		{"funnel", sentence, func(c *models.Config) { c.AttentionType = "" }, "attention_type"},
		{"funnel", sentence, func(c *models.Config) { c.DModel = 255 }, "d_model"},
		{"bert", models.Head{Kind: models.CausalLMHead}, func(c *models.Config) { c.ModelType = "encoder-decoder" }, "encoder"},
		{"bert", sentence, func(c *models.Config) { c.NumHiddenLayers = 2e9 }, "num_hidden_layers"},
		{"bert", sentence, func(c *models.Config) { c.PadTokenID = c.VocabSize }, "pad_token_id"},
		{"albert", sentence, func(c *models.Config) { c.NumHiddenLayers = 2e9 }, "num_hidden_layers"},
		{"gpt2", sentence, func(c *models.Config) { c.NLayer = 2e9 }, "n_layer"},
		{"funnel", sentence, func(c *models.Config) { c.PadTokenID = c.VocabSize }, "pad_token_id"},
		{"funnel", sentence, func(c *models.Config) { c.NumDecoderLayers = 2e9 }, "num_decoder_layers"},
		{"funnel", sentence, func(c *models.Config) { c.BlockRepeats = []int{2e9, 1, 1}[:len(c.BlockSizes)] }, "block_repeats"},
	} {
		config := small[c.model]
		c.change(&config)
		_, err := models.New(config, c.head, 1)
		var e *models.Error
		if !errors.As(err, &e) || e.Field != c.field {
			t.Errorf("%s: error %v, want one about %s", c.model, err, c.field)
		}
	}
}

// TestNewDrawsAsTransformers checks the spread of what is drawn.
func TestNewDrawsAsTransformers(t *testing.T) {
	small := smallConfigs()
	spread := func(x []float32) (mean, std float64) {
		for _, v := range x {
			mean += float64(v) / float64(len(x))
		}
		for _, v := range x {
			std += (float64(v) - mean) * (float64(v) - mean) / float64(len(x))
		}
		return mean, math.Sqrt(std)
	}
	for _, c := range []struct {
		model, name string
		mean, std   float64
	}{
		{"bert", "bert.encoder.layer.0.attention.self.query.weight", 0, 0.02},
		{"bert", "bert.encoder.layer.0.attention.self.query.bias", 0, 0},
		{"bert", "bert.embeddings.LayerNorm.weight", 1, 0},
		{"gpt2", "transformer.h.0.attn.c_attn.weight", 0, 0.02},
		{"gpt2", "transformer.h.0.mlp.c_proj.weight", 0, 0.02 / math.Sqrt(8)},
		{"funnel", "funnel.embeddings.word_embeddings.weight", 0, 1},
		{"funnel", "funnel.encoder.blocks.0.0.ffn.linear_1.weight", 0, math.Sqrt(1.0 / 1280)},
		{"funnel", "funnel.encoder.blocks.0.0.attention.r_kernel", 0.05, 0.1 / math.Sqrt(12)},
	} {
		m, err := models.New(small[c.model], models.Head{Kind: models.SequenceHead, Labels: 2}, 3)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(m.Params(), func(p models.Param) bool { return p.Name == c.name })
		if i < 0 {
			t.Fatalf("no %s", c.name)
		}
		mean, std := spread(m.Params()[i].Floats())
		golden.NearNumber(t, c.name+": mean", mean, c.mean, golden.Within(0.03*(c.std+0.01)))
		golden.NearNumber(t, c.name+": deviation", std, c.std, golden.Tolerance{Rel: 0.03})
	}
}
