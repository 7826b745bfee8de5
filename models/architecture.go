package models

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Architecture is all that is known of a model type: a row of the table, in the
// file of its own.
type Architecture struct {
	ModelType string      // of config.json
	Class     string      // what the names of its classes in transformers start with
	Heads     []HeadClass // and end with; of a kind that has several, the first is the one that is written
	Prefix    string      // of the base model's parameters in the checkpoints of these classes

	Defaults Config            // what the fields are that a config.json leaves out, in transformers 4.57
	Rename   map[string]string // standard names of fields to those that its class gives them
	Reads    []string          // fields of config.json that it computes with, beside those of all
	Dropouts []string          // and its rates of dropout
	Idle     []string          // fields of its class that change nothing here, beside those of all

	MaxTokens  func(c *Config) int   // nil: max_position_embeddings
	TokenTypes func(c *Config) int   // how many types a batch may hold, 0: it is never told; nil: type_vocab_size
	Sizes      func(c *Config) Sizes // nil: by BERT's names
	NeedsPad   bool                  // transformers asks for pad_token_id before it classifies batches

	build func(b *builder, c *Config, head Head) (network, error)

	// Of the parts of an encoder-decoder.
	fromPad bool                                                           // positions count from the padding's index
	lm      func(b *builder, prefix string, c *Config, e *encoder) *lmHead // nil: it can be no part of one
}

// HeadClass is the end of a class's name and the head that the class has.
type HeadClass struct {
	Suffix string
	Kind   HeadKind
}

// Sizes are an architecture's sizes whatever its config calls them.
type Sizes struct{ Layers, Hidden, Inner, Heads int }

// Architectures is the table of all that run. It is a function since rows lead to
// functions that look rows up.
func Architectures() []Architecture {
	return []Architecture{
		bertArchitecture(), albertArchitecture(), electraArchitecture(), funnelArchitecture(), gpt2Architecture(),
		encoderDecoderArchitecture(), robertaArchitecture(), xlmRobertaArchitecture(), distilBertArchitecture(),
		debertaArchitecture(),
	}
}

// ArchitectureOf returns the architecture of a model type, or an *Error that
// names those that there are.
func ArchitectureOf(modelType string) (*Architecture, error) {
	for _, a := range Architectures() {
		if a.ModelType == modelType {
			return &a, nil
		}
	}
	return nil, &Error{"model_type", fmt.Sprintf("%q: want one of %s", modelType, strings.Join(ModelTypes(), ", "))}
}

// ModelTypes returns the model_type of every architecture that runs.
func ModelTypes() []string {
	var all []string
	for _, a := range Architectures() {
		all = append(all, a.ModelType)
	}
	return all
}

// TypeOfClass returns the model type of a class of transformers, "" if none:
// configs of 2019 have no other.
func TypeOfClass(class string) string {
	best := Architecture{}
	for _, a := range Architectures() {
		if strings.HasPrefix(class, a.Class) && len(a.Class) > len(best.Class) {
			best = a
		}
	}
	return best.ModelType
}

// ClassOf returns the class in transformers that a model with this head is saved
// from. It panics if the architecture has no such head.
func (a *Architecture) ClassOf(kind HeadKind) string {
	for _, h := range a.Heads {
		if h.Kind == kind {
			return a.Class + h.Suffix
		}
	}
	panic(fmt.Sprintf("models: %s has no %s head", a.ModelType, kind))
}

// NewConfig returns the config of a config.json that says nothing but its
// model type.
func (a *Architecture) NewConfig() Config {
	c := a.Defaults
	c.ModelType = a.ModelType
	c.BlockSizes = slices.Clone(c.BlockSizes)
	c.TieWordEmbeddings = true
	c.DecoderStartTokenID = -1
	if c.EOSTokenID == 0 {
		c.EOSTokenID = -1
	}
	return c
}

// commonFields are fields of every config.json that is read: by the
// architectures, by package hf, or by those who generate.
var commonFields = []string{
	"model_type", "architectures", "id2label", "label2id", "num_labels", "problem_type", "dtype", "torch_dtype",
	"tie_word_embeddings", "initializer_range", "pad_token_id", "eos_token_id",
}

// idleFields are fields of every config.json that change nothing here: how
// transformers returns, caches, splits and stores what it computes, and what
// other programs and other models want to know.
var idleFields = []string{
	"_attn_implementation", "_attn_implementation_autoset", "_name_or_path", "_num_labels", "add_cross_attention",
	"auto_map", "bos_token_id", "chunk_size_feed_forward", "decoder_start_token_id", "finetuning_task",
	"gradient_checkpointing", "is_decoder", "is_encoder_decoder", "output_attentions", "output_hidden_states", "output_past",
	"prefix", "return_dict", "sep_token_id", "task_specific_params", "tf_legacy_loss", "tie_encoder_decoder",
	"tokenizer_class", "torchscript", "transformers_version", "use_bfloat16", "use_cache",
}

// FixedFields are fields of every config.json of which only the values given
// here, as JSON, run; null does too.
var FixedFields = map[string]string{
	"cross_attention_hidden_size": "null",
	"pruned_heads":                "{}",
	"quantization_config":         "null",
}

// Fields returns the fields of config.json that say how a model of this
// architecture is built.
func (a *Architecture) Fields() []string {
	common := []string{"model_type", "tie_word_embeddings", "initializer_range", "pad_token_id", "eos_token_id"}
	return slices.Concat(common, a.Reads, a.Dropouts)
}

// Knows reports whether a field of config.json is read, or known to change
// nothing, or refused unless it has the one value that runs.
func (a *Architecture) Knows(field string) bool {
	if _, ok := FixedFields[field]; ok {
		return true
	}
	if _, ok := a.Rename[field]; ok {
		return true
	}
	return slices.Contains(slices.Concat(commonFields, idleFields, a.Reads, a.Dropouts, a.Idle), field)
}

// arch returns the config's row of the table; of a model type that does not run,
// an empty one.
func (c *Config) arch() *Architecture {
	a, err := ArchitectureOf(c.ModelType)
	if err != nil {
		return &Architecture{ModelType: c.ModelType}
	}
	return a
}

// MaxTokens returns how many tokens a sequence may have, as Model.MaxTokens.
func (c *Config) MaxTokens() int {
	if f := c.arch().MaxTokens; f != nil {
		return f(c)
	}
	return c.MaxPositionEmbeddings
}

// TokenTypes returns how many token types a batch may hold; 0: any, for the
// model is not told of them.
func (c *Config) TokenTypes() int {
	if f := c.arch().TokenTypes; f != nil {
		return f(c)
	}
	return c.TypeVocabSize
}

// Sizes returns the sizes, of an encoder-decoder those of its encoder.
func (c *Config) Sizes() Sizes {
	if f := c.arch().Sizes; f != nil {
		return f(c)
	}
	return Sizes{Layers: c.NumHiddenLayers, Hidden: c.HiddenSize, Inner: c.IntermediateSize, Heads: c.NumAttentionHeads}
}

// NeedsPad reports whether transformers asks for pad_token_id before it
// classifies batches.
func (c *Config) NeedsPad() bool { return c.arch().NeedsPad }

// Rate is a rate of dropout under its name in config.json.
type Rate struct {
	Field string
	Value float64
}

// Rates returns the rates of dropout that the architecture reads.
func (c *Config) Rates() []Rate {
	var all []Rate
	for _, name := range c.arch().Dropouts {
		switch v := c.field(name); {
		case v.Kind() == reflect.Float64:
			all = append(all, Rate{name, v.Float()})
		case !v.IsNil():
			all = append(all, Rate{name, v.Elem().Float()})
		}
	}
	return all
}

// withDropout returns the config with rate for every dropout, or its own rates
// where rate is nil.
func (c Config) withDropout(rate *float64) Config {
	if rate == nil {
		return c
	}
	for _, name := range c.arch().Dropouts {
		if v := c.field(name); v.Kind() == reflect.Float64 {
			v.SetFloat(*rate)
		} else {
			v.Set(reflect.ValueOf(rate))
		}
	}
	for _, part := range []**Config{&c.Encoder, &c.Decoder} {
		if *part != nil {
			nested := (*part).withDropout(rate)
			*part = &nested
		}
	}
	return c
}

// field returns the field that config.json calls name. It panics if there is none.
func (c *Config) field(name string) reflect.Value {
	v := reflect.ValueOf(c).Elem()
	for _, f := range reflect.VisibleFields(v.Type()) {
		if f.Tag.Get("json") == name {
			return v.FieldByIndex(f.Index)
		}
	}
	panic(fmt.Sprintf("models: config.json has no field %s", name))
}
