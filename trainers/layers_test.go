package trainers

import (
	"testing"

	"github.com/lmkor/bench/models"
)

// depthsOf returns the depths of a model's parameters by name.
func depthsOf(t *testing.T, c models.Config) (map[string]int, int) {
	t.Helper()
	m, err := models.New(c, models.Head{Kind: models.SequenceHead, Labels: 2}, 1)
	if err != nil {
		t.Fatal(err)
	}
	tr := &Trainer{params: m.Params()}
	depths, layers := tr.depths()
	all := map[string]int{}
	for i, p := range m.Params() {
		all[p.Name] = depths[i]
	}
	return all, layers
}

// Every architecture's embeddings lie below its first layer, its layers in their
// order, and its head on top.
func TestDepths(t *testing.T) {
	bert := models.Config{VocabSize: 24, HiddenSize: 16, EmbeddingSize: 12, NumHiddenLayers: 3, NumAttentionHeads: 2,
		IntermediateSize: 32, HiddenAct: "gelu", MaxPositionEmbeddings: 16, TypeVocabSize: 2, LayerNormEps: 1e-12,
		NumHiddenGroups: 1, InnerGroupNum: 1,
		Dim: 16, NHeads: 2, NLayers: 3, HiddenDim: 32, Activation: "gelu"}
	deberta := bert
	deberta.PoolerHiddenAct, deberta.PoolerHiddenSize, deberta.EmbeddingSize = "gelu", 16, 0
	deberta.RelativeAttention, deberta.PositionBuckets, deberta.NormRelEbd = true, 8, "layer_norm"
	for _, c := range []struct {
		kind   string
		config models.Config
		layers int
		want   map[string]int
	}{
		{"bert", bert, 3, map[string]int{
			"bert.embeddings.LayerNorm.bias": 0, "bert.encoder.layer.0.output.dense.weight": 1,
			"bert.encoder.layer.2.output.dense.weight": 3, "bert.pooler.dense.weight": 4, "classifier.weight": 4}},
		{"electra", bert, 3, map[string]int{
			"electra.embeddings_project.weight": 0, "electra.encoder.layer.1.attention.self.key.bias": 2,
			"classifier.out_proj.bias": 4}},
		{"albert", bert, 1, map[string]int{
			"albert.embeddings.word_embeddings.weight": 0, "albert.encoder.embedding_hidden_mapping_in.weight": 0,
			"albert.encoder.albert_layer_groups.0.albert_layers.0.ffn.weight": 1, "albert.pooler.weight": 2}},
		{"distilbert", bert, 3, map[string]int{
			"distilbert.embeddings.LayerNorm.weight": 0, "distilbert.transformer.layer.2.ffn.lin1.weight": 3,
			"pre_classifier.weight": 4}},
		{"deberta-v2", deberta, 3, map[string]int{"deberta.embeddings.LayerNorm.weight": 0, "deberta.encoder.rel_embeddings.weight": 0,
			"deberta.encoder.layer.1.intermediate.dense.bias": 2, "classifier.bias": 4}},
		{"gpt2", models.Config{VocabSize: 24, NEmbd: 16, NLayer: 2, NHead: 2, NPositions: 16, ActivationFunction: "gelu_new"}, 2,
			map[string]int{"transformer.wpe.weight": 0, "transformer.h.1.ln_1.weight": 2, "transformer.ln_f.weight": 3,
				"score.weight": 3}},
	} {
		c.config.ModelType = c.kind
		t.Run(c.config.ModelType, func(t *testing.T) {
			got, layers := depthsOf(t, c.config)
			if layers != c.layers {
				t.Errorf("%d layers, want %d", layers, c.layers)
			}
			for n, want := range c.want {
				if d, ok := got[n]; !ok || d != want {
					t.Errorf("%s lies at %d (there: %t), want %d", n, d, ok, want)
				}
			}
		})
	}
}
