// Package models holds the architectures as spago modules on packed batches,
// each parameter under its Hugging Face name, and the heads of the tasks.
// There are no loops over floats here: operators are package ops'.
package models

import "fmt"

// Config is a Hugging Face config.json as far as the models read it, under its
// own names. Each architecture's defaults are those of transformers.
type Config struct {
	ModelType     string   `json:"model_type"`
	Architectures []string `json:"architectures"`

	VocabSize             int     `json:"vocab_size"`
	HiddenSize            int     `json:"hidden_size"`
	EmbeddingSize         int     `json:"embedding_size"`
	NumHiddenLayers       int     `json:"num_hidden_layers"`
	NumAttentionHeads     int     `json:"num_attention_heads"`
	IntermediateSize      int     `json:"intermediate_size"`
	HiddenAct             string  `json:"hidden_act"`
	MaxPositionEmbeddings int     `json:"max_position_embeddings"`
	TypeVocabSize         int     `json:"type_vocab_size"`
	PadTokenID            int     `json:"pad_token_id"` // -1: none
	LayerNormEps          float64 `json:"layer_norm_eps"`
	PositionEmbeddingType string  `json:"position_embedding_type"` // "": absolute
	InitializerRange      float64 `json:"initializer_range"`
	TieWordEmbeddings     bool    `json:"tie_word_embeddings"`

	HiddenDropout     float64  `json:"hidden_dropout_prob"`
	AttentionDropout  float64  `json:"attention_probs_dropout_prob"`
	ClassifierDropout *float64 `json:"classifier_dropout"` // nil: the architecture's own
	ProblemType       string   `json:"problem_type"`

	// Labels are id2label in order; none: LABEL_0, LABEL_1.
	Labels []string `json:"-"`

	// Threads are how many draw or read the parameters; below 1 as many as there are
	// cores. No value depends on it.
	Threads int `json:"-"`

	// ALBERT.
	NumHiddenGroups       int     `json:"num_hidden_groups"`
	InnerGroupNum         int     `json:"inner_group_num"`
	ClassifierDropoutProb float64 `json:"classifier_dropout_prob"`

	// Funnel.
	BlockSizes             []int   `json:"block_sizes"`
	BlockRepeats           []int   `json:"block_repeats"`
	NumDecoderLayers       int     `json:"num_decoder_layers"`
	DModel                 int     `json:"d_model"`
	NHead                  int     `json:"n_head"`
	DHead                  int     `json:"d_head"`
	DInner                 int     `json:"d_inner"`
	FunnelHiddenDropout    float64 `json:"hidden_dropout"`
	FunnelAttentionDropout float64 `json:"attention_dropout"`
	ActivationDropout      float64 `json:"activation_dropout"`
	PoolingType            string  `json:"pooling_type"`
	AttentionType          string  `json:"attention_type"`
	SeparateCls            bool    `json:"separate_cls"`
	TruncateSeq            bool    `json:"truncate_seq"`
	PoolQOnly              bool    `json:"pool_q_only"`
	InitializerStd         float64 `json:"initializer_std"`

	// GPT-2.
	NPositions         int     `json:"n_positions"`
	NEmbd              int     `json:"n_embd"`
	NLayer             int     `json:"n_layer"`
	NInner             int     `json:"n_inner"`
	ActivationFunction string  `json:"activation_function"`
	ResidPdrop         float64 `json:"resid_pdrop"`
	EmbdPdrop          float64 `json:"embd_pdrop"`
	AttnPdrop          float64 `json:"attn_pdrop"`
	LayerNormEpsilon   float64 `json:"layer_norm_epsilon"`
	ScaleAttnWeights   bool    `json:"scale_attn_weights"`
	ScaleAttnByLayer   bool    `json:"scale_attn_by_inverse_layer_idx"`
	EOSTokenID         int     `json:"eos_token_id"`

	// DistilBERT, which shares attention_dropout with Funnel.
	Activation          string  `json:"activation"` // "": gelu
	Dim                 int     `json:"dim"`
	HiddenDim           int     `json:"hidden_dim"`
	NLayers             int     `json:"n_layers"`
	NHeads              int     `json:"n_heads"`
	Dropout             float64 `json:"dropout"`
	SeqClassifDropout   float64 `json:"seq_classif_dropout"`
	SinusoidalPositions bool    `json:"sinusoidal_pos_embds"`

	DebertaConfig

	// Encoder-decoder.
	Encoder             *Config `json:"encoder"`
	Decoder             *Config `json:"decoder"`
	TieEncoderDecoder   bool    `json:"tie_encoder_decoder"`
	DecoderStartTokenID int     `json:"decoder_start_token_id"`
	IsDecoder           bool    `json:"is_decoder"`
	AddCrossAttention   bool    `json:"add_cross_attention"`
}

// Head says what stands on top of an architecture.
type Head struct {
	Kind   HeadKind
	Labels int // outputs of a classifier; 1 of a regression
}

// HeadKind names a head.
type HeadKind string

// The heads, each as the architecture's own class in transformers.
const (
	SequenceHead      HeadKind = "sequence-classification" // regression too, with one label
	TokenHead         HeadKind = "token-classification"
	MaskedLMHead      HeadKind = "masked-lm"
	CausalLMHead      HeadKind = "causal-lm"
	DiscriminatorHead HeadKind = "replaced-token-detection"
)

// Error says what of a config the models can't run.
type Error struct {
	Field string
	Msg   string
}

func (e *Error) Error() string { return fmt.Sprintf("config.json: %s: %s", e.Field, e.Msg) }
