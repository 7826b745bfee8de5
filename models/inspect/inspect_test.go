package inspect

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/smallmodel"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/tokenizers"
)

// messages are those of a report's warnings.
func messages(r *Report) (all []string) {
	for _, w := range r.Warnings {
		all = append(all, w.Message)
	}
	return all
}

// TestModelsCheck spoils a directory in every way that the check is to find.
// Each is named in warnings or errors, and nothing else is; a warning alone
// does not fail the check.
func TestModelsCheck(t *testing.T) {
	const up = "bert.encoder.layer.1.intermediate.dense.weight"
	const unknown = " % of the tokens of plain Korean text are unknown"
	tok := smallmodel.Vocabulary(t)
	for _, c := range []struct {
		name              string
		spoil             func(d *smallmodel.Directory)
		warns, fails, odd []string // a part of each, in their order
	}{
		{"whole", func(*smallmodel.Directory) {}, nil, nil, nil},
		{"accents stripped", func(d *smallmodel.Directory) { d.Tokenizer["strip_accents"] = true },
			[]string{"strip_accents on: it takes Hangul apart", unknown}, nil, nil},
		{"accents undefined", func(d *smallmodel.Directory) { d.Tokenizer["strip_accents"] = nil },
			[]string{"strip_accents undefined, which means on", unknown}, nil, nil},
		{"no tokenizer_config.json", func(d *smallmodel.Directory) { d.Tokenizer = nil },
			[]string{"strip_accents undefined, which means on", unknown}, nil, nil},
		{"cased", func(d *smallmodel.Directory) { d.Tokenizer = smallmodel.Fields{"do_lower_case": false} }, nil, nil, nil},
		{"a vocabulary larger than the embedding", func(d *smallmodel.Directory) {
			d.Config["vocab_size"] = 1400
			d.Cut("bert.embeddings.word_embeddings.weight", 1400)
		}, []string{"the tokenizer has a vocabulary of 1500, the model 1400 embeddings"}, nil, nil},
		{"few positions", func(d *smallmodel.Directory) {
			d.Config["max_position_embeddings"] = 64
			d.Cut("bert.embeddings.position_embeddings.weight", 64)
		}, []string{"at most 64 tokens, less than the recipe's 128"}, nil, nil},
		{"labels turned", func(d *smallmodel.Directory) { d.Config["id2label"] = smallmodel.Fields{"0": "1", "1": "0"} },
			[]string{"id2label has the labels of nsmc, paws, question-pair in another order (1, 0): they are taken by their names"}, nil, nil},
		{"labels named and turned", func(d *smallmodel.Directory) {
			d.Config["id2label"] = smallmodel.Fields{"0": "Positive", "1": "Negative"}
		},
			[]string{"id2label has the labels of nsmc in another order"}, nil, nil},
		{"labels of others", func(d *smallmodel.Directory) { d.Config["id2label"] = smallmodel.Fields{"0": "cat", "1": "dog"} }, nil, nil, nil},
		{"labels numbered", func(d *smallmodel.Directory) { delete(d.Config, "id2label") },
			[]string{"id2label names the 2 labels LABEL_0 to LABEL_1 only"}, nil, nil},
		{"one token type", func(d *smallmodel.Directory) {
			d.Config["type_vocab_size"] = 1
			d.Cut("bert.embeddings.token_type_embeddings.weight", 1)
		}, []string{"type_vocab_size 1: the second text of a pair has token type 1"}, nil, nil},
		{"other padding", func(d *smallmodel.Directory) { d.Config["pad_token_id"] = 7 },
			[]string{"pad_token_id is 7 in config.json, the tokenizer's padding is 0"}, nil, nil},
		{"tensors missing", func(d *smallmodel.Directory) { d.Drop(up, "bert.embeddings.LayerNorm.bias") },
			nil, []string{"2 tensors are missing: bert.embeddings.LayerNorm.bias, " + up}, nil},
		{"head missing", func(d *smallmodel.Directory) { d.Drop("classifier.weight", "classifier.bias") }, nil, nil, nil},
		{"odd shapes", func(d *smallmodel.Directory) { d.Config["intermediate_size"] = 80 }, nil,
			[]string{"6 tensors are not of the shape that config.json gives them, bert.encoder.layer.0.intermediate.dense.weight first"},
			[]string{"layer.0.intermediate.dense.weight: shape [64 32], want [80 32]", "layer.0.intermediate.dense.bias: shape [64], want [80]",
				"layer.0.output.dense.weight: shape [32 64], want [32 80]", "layer.1.intermediate.dense.weight", "layer.1.intermediate.dense.bias",
				"layer.1.output.dense.weight"}},
		{"values that are none", func(d *smallmodel.Directory) {
			d.Tensor(up).Data[7] = float32(math.NaN())
			d.Tensor(up).Data[8] = float32(math.Inf(-1))
			d.Tensor("classifier.bias").Data[0] = float32(math.Inf(1))
		}, nil, []string{"2 tensors hold values that are NaN or infinite, " + up + " first"},
			[]string{up + ": 2 of 2048 values are not finite (1 NaN, 1 infinite)", "classifier.bias: 1 of 2 values are not finite (0 NaN, 1 infinite)"}},
		{"values that are odd", func(d *smallmodel.Directory) {
			clear(d.Tensor(up).Data)
			d.Tensor("classifier.bias").Data[0] = 3e30
		}, nil, nil, []string{up + ": all 2048 values are 0", "classifier.bias: a value of 3e+30"}},
		{"all of it at once", func(d *smallmodel.Directory) {
			d.Drop("bert.embeddings.LayerNorm.bias")
			d.Config["intermediate_size"] = 80
			d.Tensor("classifier.bias").Data[0] = float32(math.NaN())
		}, nil, []string{"1 tensors hold", "1 tensors are missing", "6 tensors are not of the shape"},
			[]string{"classifier.bias: 1", "layer.0", "layer.0", "layer.0", "layer.1", "layer.1", "layer.1"}},
		{"sizes beyond all weights", func(d *smallmodel.Directory) { d.Config["vocab_size"], d.Config["hidden_size"] = 1<<40, 1<<40 }, nil,
			[]string{"the sizes are far beyond those of the weights"}, nil},
		{"too many layers", func(d *smallmodel.Directory) { d.Config["num_hidden_layers"] = 1 << 40 }, nil,
			[]string{"num_hidden_layers: 1099511627776 layers: want 4096 or fewer"}, nil},
		{"another architecture", func(d *smallmodel.Directory) { d.Config["model_type"] = "llama" }, nil, []string{`model_type "llama" is not an architecture that runs`}, nil},
		{"heads that do not divide", func(d *smallmodel.Directory) { d.Config["num_attention_heads"] = 5 }, nil, []string{"5 heads do not divide hidden_size 32"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := smallmodel.New(t, smallmodel.BERT(), tok)
			c.spoil(d)
			r := Directory(d.Write(t, tok), tokenizers.LoadOptions{})
			if err := r.Err(); (err != nil) != (len(c.fails) > 0) {
				t.Errorf("error %v, want %q", err, c.fails)
			}
			for _, l := range []struct {
				what      string
				got, want []string
			}{{"warnings", messages(r), c.warns}, {"errors", r.Errors, c.fails}, {"odd", r.Odd, c.odd}} {
				if len(l.got) != len(l.want) {
					t.Errorf("%s %q, want %q", l.what, l.got, l.want)
					continue
				}
				for i, got := range l.got {
					if !strings.Contains(got, l.want[i]) {
						t.Errorf("%s: %q, want %q", l.what, got, l.want[i])
					}
				}
			}
		})
	}
}

// TestModelsCheckSays is what the check tells of a whole directory, and that it
// lists every tensor of no use.
func TestModelsCheckSays(t *testing.T) {
	tok := smallmodel.Vocabulary(t)
	d := smallmodel.New(t, smallmodel.BERT(), tok)
	parameters := 0
	for _, x := range d.Tensors {
		parameters += len(x.Data)
	}
	d.Card = "---\nlanguage: ko\nlicense: cc-by-sa-4.0\n---\n# card\n"
	for i := range 20 {
		d.Tensors = append(d.Tensors, hf.Tensor{Name: fmt.Sprintf("other.%02d", i), Shape: []int{2}, Data: []float32{1, 2}})
	}
	r := Directory(d.Write(t, tok), tokenizers.LoadOptions{})
	if r.Err() != nil || r.Licence != "cc-by-sa-4.0" || r.Parameters != parameters || r.Head != "sequence-classification" || r.MaxTokens != 128 ||
		r.VocabSize != 1500 || r.Tokenizer.VocabSize != 1500 || *r.UnknownShare > 0.01 || len(r.Unexpected) != 20 || r.FineTuneMB < 4*r.WeightsMB {
		t.Errorf("%+v", r)
	}
}

// TestModelsCheckArchitectures looks for warnings that are another
// architecture's: each has its own names for the same sizes.
func TestModelsCheckArchitectures(t *testing.T) {
	kind := func(modelType, class string, more smallmodel.Fields) smallmodel.Fields {
		f := smallmodel.BERT()
		f["model_type"], f["architectures"] = modelType, []string{class}
		maps.Copy(f, more)
		return f
	}
	gpt2 := func(positions int) smallmodel.Fields {
		return smallmodel.Fields{"model_type": "gpt2", "architectures": []string{"GPT2LMHeadModel"}, "n_embd": 32, "n_layer": 1, "n_head": 2, "n_positions": positions}
	}
	funnel := func(types int) smallmodel.Fields {
		return smallmodel.Fields{"model_type": "funnel", "architectures": []string{"FunnelForMaskedLM"}, "d_model": 32, "n_head": 2, "d_head": 16, "d_inner": 64,
			"block_sizes": []int{1, 1}, "num_decoder_layers": 1, "type_vocab_size": types}
	}
	half := func() smallmodel.Fields { return kind("bert", "BertModel", nil) }
	tok := smallmodel.Vocabulary(t)
	for _, c := range []struct {
		name   string
		config smallmodel.Fields
		warns  []string
	}{
		{"roberta", kind("roberta", "RobertaForSequenceClassification", smallmodel.Fields{"max_position_embeddings": 129}), nil},
		{"roberta, few positions", kind("roberta", "RobertaForSequenceClassification", smallmodel.Fields{"max_position_embeddings": 128}), []string{"at most 127 tokens"}},
		{"albert", kind("albert", "AlbertForMaskedLM", smallmodel.Fields{"embedding_size": 16}), nil},
		{"electra", kind("electra", "ElectraForPreTraining", smallmodel.Fields{"embedding_size": 16}), nil},
		{"electra, token types", kind("electra", "ElectraForPreTraining", smallmodel.Fields{"embedding_size": 16, "type_vocab_size": 1}), []string{"type_vocab_size 1"}},
		{"gpt2", gpt2(128), nil},
		{"gpt2, few positions", gpt2(64), []string{"at most 64 tokens"}},
		{"distilbert", smallmodel.Fields{"model_type": "distilbert", "architectures": []string{"DistilBertForMaskedLM"}, "dim": 32, "n_layers": 1, "n_heads": 2,
			"hidden_dim": 64, "max_position_embeddings": 128}, nil},
		{"funnel", funnel(3), nil},
		{"funnel, token types", funnel(2), []string{"type_vocab_size 2: Funnel's [CLS] has token type 2"}},
		{"encoder-decoder", smallmodel.Fields{"model_type": "encoder-decoder", "architectures": []string{"EncoderDecoderModel"}, "encoder": half(), "decoder": half()}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := smallmodel.New(t, c.config, tok)
			r := Directory(d.Write(t, tok), tokenizers.LoadOptions{})
			if r.Err() != nil || len(r.Warnings) != len(c.warns) || r.VocabSize != 1500 || r.FineTuneMB <= 4*r.WeightsMB {
				t.Fatalf("warnings %q, errors %q, want %q", r.Warnings, r.Errors, c.warns)
			}
			for i, w := range c.warns {
				if !strings.Contains(r.Warnings[i].Message, w) {
					t.Errorf("warning %q, want %q", r.Warnings[i], w)
				}
			}
		})
	}
}

// TestModelsCheckFiles spoils files that are read before any tensor is.
func TestModelsCheckFiles(t *testing.T) {
	const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 442221694\n"
	tok := smallmodel.Vocabulary(t)
	for _, c := range []struct{ name, file, text, want string }{
		{"a large file's pointer", "model.safetensors", pointer, "model.safetensors: a Git LFS pointer, not the weights"},
		{"an old one's", "pytorch_model.bin", pointer, "pytorch_model.bin: a Git LFS pointer, not the weights"},
		{"no JSON", "config.json", "<html>", "config.json: invalid character '<'"},
		{"no tokenizer", "vocab.txt", "", "vocab.txt: BertTokenizer reads it: file does not exist"},
		{"no weights", "model.safetensors", "", "no model.safetensors or pytorch_model.bin"},
		{"no config", "config.json", "", "config.json: "},
		{"a lost shard", "model.safetensors.index.json", `{"weight_map": {"a": "model-00001-of-00002.safetensors"}}`,
			"model.safetensors.index.json: a shard is not there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := smallmodel.New(t, smallmodel.BERT(), tok).Write(t, tok)
			if strings.HasPrefix(c.file, "pytorch") || strings.HasSuffix(c.file, ".index.json") {
				if err := os.Remove(filepath.Join(dir, "model.safetensors")); err != nil {
					t.Fatal(err)
				}
			}
			path := filepath.Join(dir, c.file)
			err := os.WriteFile(path, []byte(c.text), 0o644)
			if c.text == "" {
				err = os.Remove(path)
			}
			if err != nil {
				t.Fatal(err)
			}
			r := Directory(dir, tokenizers.LoadOptions{})
			if len(r.Errors) != 1 || !strings.Contains(r.Errors[0], c.want) {
				t.Errorf("errors %q, want %q", r.Errors, c.want)
			}
			if err := r.Err(); strings.Count(err.Error(), c.want) != 1 {
				t.Errorf("error %v", err)
			}
		})
	}
}
