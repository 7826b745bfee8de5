package hf

import (
	"strings"

	"github.com/lmkor/bench/models"
)

// family is a model type: the names of its classes, and its config's defaults
// in transformers 4.57.
type family struct {
	modelType, class string
	alias            map[string]string // a field's standard name to its own
	config           models.Config
}

// bertDefaults are what BERT's config and those like it have in common.
var bertDefaults = models.Config{
	VocabSize: 30522, HiddenSize: 768, NumHiddenLayers: 12, NumAttentionHeads: 12, IntermediateSize: 3072,
	HiddenAct: "gelu", MaxPositionEmbeddings: 512, TypeVocabSize: 2, LayerNormEps: 1e-12,
	PositionEmbeddingType: "absolute", HiddenDropout: 0.1, AttentionDropout: 0.1,
}

var families = []family{
	{modelType: "bert", class: "Bert", config: bertDefaults},
	{modelType: "albert", class: "Albert", config: with(bertDefaults, func(c *models.Config) {
		c.VocabSize, c.EmbeddingSize, c.HiddenSize, c.IntermediateSize = 30000, 128, 4096, 16384
		c.NumAttentionHeads, c.NumHiddenGroups, c.InnerGroupNum = 64, 1, 1
		c.HiddenAct, c.HiddenDropout, c.AttentionDropout, c.ClassifierDropoutProb = "gelu_new", 0, 0, 0.1
		c.EOSTokenID = 3
	})},
	{modelType: "electra", class: "Electra", config: with(bertDefaults, func(c *models.Config) {
		c.EmbeddingSize, c.HiddenSize, c.IntermediateSize, c.NumAttentionHeads = 128, 256, 1024, 4
	})},
	{modelType: "funnel", class: "Funnel",
		alias: map[string]string{"hidden_size": "d_model", "num_attention_heads": "n_head"},
		config: models.Config{
			VocabSize: 30522, BlockSizes: []int{4, 4, 4}, NumDecoderLayers: 2, DModel: 768, NHead: 12, DHead: 64, DInner: 3072,
			HiddenAct: "gelu_new", FunnelHiddenDropout: 0.1, FunnelAttentionDropout: 0.1, LayerNormEps: 1e-9, InitializerRange: 0.1,
			PoolingType: "mean", AttentionType: "relative_shift", SeparateCls: true, TruncateSeq: true, PoolQOnly: true,
			PadTokenID: -1,
		}},
	{modelType: "gpt2", class: "GPT2",
		alias: map[string]string{"hidden_size": "n_embd", "max_position_embeddings": "n_positions",
			"num_attention_heads": "n_head", "num_hidden_layers": "n_layer"},
		config: models.Config{
			VocabSize: 50257, NPositions: 1024, NEmbd: 768, NLayer: 12, NHead: 12, ActivationFunction: "gelu_new",
			ResidPdrop: 0.1, EmbdPdrop: 0.1, AttnPdrop: 0.1, LayerNormEpsilon: 1e-5, ScaleAttnWeights: true,
			PadTokenID: -1, EOSTokenID: 50256,
		}},
	{modelType: "roberta", class: "Roberta", config: with(bertDefaults, func(c *models.Config) {
		c.VocabSize, c.PadTokenID, c.EOSTokenID = 50265, 1, 2
	})},
	{modelType: "xlm-roberta", class: "XLMRoberta", config: with(bertDefaults, func(c *models.Config) {
		c.PadTokenID, c.EOSTokenID = 1, 2
	})},
	{modelType: "distilbert", class: "DistilBert",
		alias: map[string]string{"hidden_size": "dim", "num_attention_heads": "n_heads", "num_hidden_layers": "n_layers"},
		config: models.Config{
			VocabSize: 30522, MaxPositionEmbeddings: 512, Dim: 768, HiddenDim: 3072, NLayers: 6, NHeads: 12, Activation: "gelu",
			Dropout: 0.1, FunnelAttentionDropout: 0.1, SeqClassifDropout: 0.2,
		}},
	{modelType: "encoder-decoder", class: "EncoderDecoderModel", config: models.Config{PadTokenID: -1}},
}

// with returns the config as change leaves it.
func with(c models.Config, change func(*models.Config)) models.Config {
	change(&c)
	return c
}

// familyOf returns the row of a model type; of one that bench does not know, a
// row that knows nothing.
func familyOf(modelType string) family {
	for _, f := range families {
		if f.modelType == modelType {
			return f
		}
	}
	return family{modelType: modelType}
}

// defaults returns the family's config. What all configs have in common is set
// here: 0 in the table stands for it.
func (f family) defaults() models.Config {
	c := f.config
	c.ModelType = f.modelType
	c.BlockSizes = append([]int(nil), c.BlockSizes...)
	c.TieWordEmbeddings = true
	c.DecoderStartTokenID = -1
	if c.EOSTokenID == 0 {
		c.EOSTokenID = -1
	}
	if c.InitializerRange == 0 && f.modelType != "encoder-decoder" {
		c.InitializerRange = 0.02
	}
	return c
}

// typeOfClass tells a model type from a class: configs of 2019 have no other.
func typeOfClass(architectures []string) string {
	if len(architectures) == 0 {
		return ""
	}
	best := family{}
	for _, f := range families {
		if strings.HasPrefix(architectures[0], f.class) && len(f.class) > len(best.class) {
			best = f
		}
	}
	return best.modelType
}

// className is the class in transformers that saves a model type with a head.
func className(modelType string, head models.HeadKind) string {
	f := familyOf(modelType)
	switch head {
	case models.SequenceHead:
		return f.class + "ForSequenceClassification"
	case models.TokenHead:
		return f.class + "ForTokenClassification"
	case models.MaskedLMHead:
		return f.class + "ForMaskedLM"
	case models.DiscriminatorHead:
		return f.class + "ForPreTraining"
	case models.CausalLMHead:
		switch modelType {
		case "encoder-decoder":
			return f.class
		case "gpt2":
			return f.class + "LMHeadModel"
		}
		return f.class + "ForCausalLM"
	}
	panic("hf: no head " + string(head))
}
