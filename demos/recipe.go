// Package demos makes small models for demonstrations: masked and causal language
// models and an encoder-decoder, trained on one's own text by a seeded recipe.
package demos

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"

	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/tokenizers"
)

// Names are the models, in the order that they are made.
var Names = []string{"bert", "albert", "electra", "funnel", "gpt2", "summary"}

// writes tells the models that write texts from those that fill masks.
func writes(name string) bool { return name == "gpt2" || name == "summary" }

// The numbers of the recipes, which rise when what they make changes.
const (
	maskedRecipe  = 3
	writingRecipe = 1
)

// Size is how large the models are.
type Size struct {
	Layers, Hidden, Heads int
	Vocabulary            int // tokens
}

// Sizes are the sizes by their names. The first is the default: trained with
// DefaultSteps, all models take less than an hour on two free cores.
var Sizes = []struct {
	Name string
	Size
}{
	{"small", Size{Layers: 3, Hidden: 192, Heads: 3, Vocabulary: 8000}},
	{"tiny", Size{Layers: 2, Hidden: 64, Heads: 2, Vocabulary: 2000}},
}

const (
	maxTokens   = 64 // of a text, and of a summary
	batchTexts  = 48 // of a step; of models that write a third, for each token of theirs is scored
	summaryText = 3  // texts make one to be summarized
	positions   = 128
)

// object is a JSON object.
type object = map[string]any

// config returns the config of a model for a vocabulary. ELECTRA's is its
// generator, which fills masks.
func (z Size) config(name string, tok *tokenizers.Tokenizer) (*hf.Config, error) {
	// Positions that stand for distances are learned once and not for each place in a text:
	// with absolute ones a model this small sees no more than how frequent words are for
	// half of its training. A layer's output is to be seen beside what it is added to,
	// which takes larger values in narrow layers than BERT's 0.02.
	// Every text is read once, so there is nothing that dropout would keep from being
	// learned by heart.
	masked := object{"position_embedding_type": "relative_key", "initializer_range": math.Sqrt(0.5 / float64(z.Hidden)),
		"hidden_dropout_prob": 0, "attention_probs_dropout_prob": 0}
	bert := func(more object) object {
		o := object{"model_type": "bert", "vocab_size": tok.VocabSize(), "hidden_size": z.Hidden, "num_hidden_layers": z.Layers,
			"num_attention_heads": z.Heads, "intermediate_size": 4 * z.Hidden, "max_position_embeddings": positions,
			"type_vocab_size": 2, "pad_token_id": 0, "hidden_dropout_prob": 0.1, "attention_probs_dropout_prob": 0.1}
		maps.Copy(o, more)
		return o
	}
	var c object
	switch name {
	case "bert":
		c = bert(object{"architectures": []string{"BertForMaskedLM"}})
		maps.Copy(c, masked)
	case "albert":
		c = bert(object{"model_type": "albert", "architectures": []string{"AlbertForMaskedLM"}, "embedding_size": z.Hidden / 2,
			"num_hidden_groups": 1, "inner_group_num": 1})
		maps.Copy(c, masked)
	case "electra":
		c = bert(object{"model_type": "electra", "architectures": []string{"ElectraForMaskedLM"}, "embedding_size": z.Hidden})
		maps.Copy(c, masked)
	case "funnel":
		c = object{"model_type": "funnel", "architectures": []string{"FunnelForMaskedLM"},
			"vocab_size": tok.VocabSize(), "d_model": z.Hidden,
			"n_head": z.Heads, "d_head": z.Hidden / z.Heads, "d_inner": 4 * z.Hidden, "block_sizes": []int{z.Layers - 1, 1},
			"num_decoder_layers": 1, "pad_token_id": 0, "max_position_embeddings": positions, "initializer_std": 0.02,
			"hidden_dropout": 0, "attention_dropout": 0, "activation_dropout": 0}
	case "gpt2":
		c = object{"model_type": "gpt2", "architectures": []string{"GPT2LMHeadModel"},
			"vocab_size": tok.VocabSize(), "n_embd": z.Hidden,
			"n_layer": z.Layers, "n_head": z.Heads, "n_positions": positions, "pad_token_id": 0,
			"bos_token_id": tok.SepID(), "eos_token_id": tok.SepID()}
	case "summary":
		c = object{"model_type": "encoder-decoder", "architectures": []string{"EncoderDecoderModel"},
			"tie_encoder_decoder": true,
			"pad_token_id":        0, "decoder_start_token_id": tok.ClsID(), "eos_token_id": tok.SepID(),
			"encoder": bert(nil), "decoder": bert(object{"is_decoder": true, "add_cross_attention": true})}
	default:
		return nil, fmt.Errorf("%q: want one of %v", name, Names)
	}
	raw, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return hf.ParseConfig(raw)
}

// settings are what generation_config.json says of models that write; nil: there
// is none.
func settings(name string, tok *tokenizers.Tokenizer) object {
	switch name {
	case "gpt2":
		return object{"do_sample": true, "top_k": 40, "temperature": 0.8, "max_new_tokens": 40,
			"eos_token_id": tok.SepID(), "pad_token_id": 0}
	case "summary":
		return object{"num_beams": 4, "max_length": maxTokens, "no_repeat_ngram_size": 3, "early_stopping": true,
			"decoder_start_token_id": tok.ClsID(), "eos_token_id": tok.SepID(), "pad_token_id": 0}
	}
	return nil
}
