package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/tokenizers"
)

// fields are those of a JSON file.
type fields = map[string]any

// directory is a small model directory that a test spoils.
type directory struct {
	config, tokenizer fields // no tokenizer: the file is not there
	tensors           []hf.Tensor
	card              string
}

// bertFields are the config of a small BERT for NSMC.
func bertFields() fields {
	return fields{"model_type": "bert", "architectures": []string{"BertForSequenceClassification"}, "hidden_size": 32, "num_hidden_layers": 2,
		"num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 128, "type_vocab_size": 2, "pad_token_id": 0,
		"id2label": fields{"0": "0", "1": "1"}}
}

// sampleVocabulary is one of the sample text.
func sampleVocabulary(t *testing.T) *tokenizers.Tokenizer {
	t.Helper()
	tok, err := tokenizers.TrainWordPiece(strings.Lines(samples.Text()), tokenizers.TrainOptions{Size: 1500, MinFrequency: 1})
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// newDirectory draws a model for a vocabulary.
func newDirectory(t *testing.T, config fields, tok *tokenizers.Tokenizer) *directory {
	t.Helper()
	config["vocab_size"] = tok.VocabSize()
	for _, part := range []string{"encoder", "decoder"} {
		if nested, ok := config[part].(fields); ok {
			nested["vocab_size"] = tok.VocabSize()
		}
	}
	raw, err := json.Marshal(config)
	if err != nil {
		t.Fatal(err)
	}
	c, err := hf.ParseConfig(raw)
	if err != nil {
		t.Fatal(err)
	}
	head, err := models.HeadOf(&c.Config)
	if err != nil {
		t.Fatal(err)
	}
	m, err := models.New(c.Config, head, 1)
	if err != nil {
		t.Fatal(err)
	}
	d := &directory{config: config, tokenizer: fields{"tokenizer_class": "BertTokenizer", "do_lower_case": true, "strip_accents": false}}
	for _, p := range m.Params() {
		d.tensors = append(d.tensors, hf.Tensor{Name: p.Name, Shape: slices.Clone(p.Shape), Data: slices.Clone(p.Floats())})
	}
	return d
}

// tensor returns a tensor to spoil.
func (d *directory) tensor(name string) *hf.Tensor {
	for i := range d.tensors {
		if d.tensors[i].Name == name {
			return &d.tensors[i]
		}
	}
	panic("no tensor " + name)
}

// cut leaves the first rows of a tensor.
func (d *directory) cut(name string, rows int) {
	w := d.tensor(name)
	w.Shape[0], w.Data = rows, w.Data[:rows*w.Shape[1]]
}

func (d *directory) drop(names ...string) {
	d.tensors = slices.DeleteFunc(d.tensors, func(t hf.Tensor) bool { return slices.Contains(names, t.Name) })
}

// write leaves the directory on disk, as old checkpoints come: without
// tokenizer.json.
func (d *directory) write(t *testing.T, tok *tokenizers.Tokenizer) string {
	t.Helper()
	dir, own := t.TempDir(), t.TempDir()
	if err := tok.Save(own); err != nil {
		t.Fatal(err)
	}
	vocab, err := os.ReadFile(filepath.Join(own, "vocab.txt"))
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"vocab.txt": vocab, "config.json": nil}
	if files["config.json"], err = json.Marshal(d.config); err != nil {
		t.Fatal(err)
	}
	if d.tokenizer != nil {
		if files["tokenizer_config.json"], err = json.Marshal(d.tokenizer); err != nil {
			t.Fatal(err)
		}
	}
	if d.card != "" {
		files["README.md"] = []byte(d.card)
	}
	for name, raw := range files {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := hf.WriteSafetensors(filepath.Join(dir, "model.safetensors"), d.tensors, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}

// check runs `bench models check` and returns all it said.
func check(t *testing.T, dir string) (r checkReport, table string, status int) {
	t.Helper()
	var out, asTable, stderr bytes.Buffer
	status = run([]string{"models", "check", dir, "--format", "json"}, nil, &out, &stderr)
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("%v: %s%s", err, &out, &stderr)
	}
	if s := run([]string{"models", "check", dir}, nil, &asTable, &bytes.Buffer{}); s != status {
		t.Errorf("status %d as a table, %d as JSON", s, status)
	}
	return r, asTable.String(), status
}

// TestModelsCheck spoils a directory in every way that the check is to find.
// Each is named in warnings or errors, and nothing else is; a warning alone
// does not fail the check.
func TestModelsCheck(t *testing.T) {
	const up = "bert.encoder.layer.1.intermediate.dense.weight"
	const unknown = "% of the tokens of plain Korean text are unknown"
	tok := sampleVocabulary(t)
	for _, c := range []struct {
		name              string
		spoil             func(d *directory)
		warns, fails, odd []string // a part of each, in their order
	}{
		{"whole", func(*directory) {}, nil, nil, nil},
		{"accents stripped", func(d *directory) { d.tokenizer["strip_accents"] = true },
			[]string{"strip_accents on: it takes Hangul apart", unknown}, nil, nil},
		{"accents undefined", func(d *directory) { d.tokenizer["strip_accents"] = nil },
			[]string{"strip_accents undefined, which means on", unknown}, nil, nil},
		{"no tokenizer_config.json", func(d *directory) { d.tokenizer = nil },
			[]string{"strip_accents undefined, which means on", unknown}, nil, nil},
		{"cased", func(d *directory) { d.tokenizer = fields{"do_lower_case": false} }, nil, nil, nil},
		{"a vocabulary larger than the embedding", func(d *directory) {
			d.config["vocab_size"] = 1400
			d.cut("bert.embeddings.word_embeddings.weight", 1400)
		}, []string{"the tokenizer has a vocabulary of 1500, the model 1400 embeddings"}, nil, nil},
		{"few positions", func(d *directory) {
			d.config["max_position_embeddings"] = 64
			d.cut("bert.embeddings.position_embeddings.weight", 64)
		}, []string{"at most 64 tokens, less than the recipe's 128"}, nil, nil},
		{"labels turned", func(d *directory) { d.config["id2label"] = fields{"0": "1", "1": "0"} },
			[]string{"id2label has the labels of nsmc, paws, question-pair in another order (1, 0)"}, nil, nil},
		{"labels named and turned", func(d *directory) { d.config["id2label"] = fields{"0": "Positive", "1": "Negative"} },
			[]string{"id2label has the labels of nsmc in another order"}, nil, nil},
		{"labels of others", func(d *directory) { d.config["id2label"] = fields{"0": "cat", "1": "dog"} }, nil, nil, nil},
		{"labels numbered", func(d *directory) { delete(d.config, "id2label") }, nil, nil, nil},
		{"one token type", func(d *directory) {
			d.config["type_vocab_size"] = 1
			d.cut("bert.embeddings.token_type_embeddings.weight", 1)
		}, []string{"type_vocab_size 1: the second text of a pair has token type 1"}, nil, nil},
		{"other padding", func(d *directory) { d.config["pad_token_id"] = 7 },
			[]string{"pad_token_id is 7 in config.json, the tokenizer's padding is 0"}, nil, nil},
		{"tensors missing", func(d *directory) { d.drop(up, "bert.embeddings.LayerNorm.bias") },
			nil, []string{"2 tensors are missing: bert.embeddings.LayerNorm.bias, " + up}, nil},
		{"head missing", func(d *directory) { d.drop("classifier.weight", "classifier.bias") }, nil, nil, nil},
		{"odd shapes", func(d *directory) { d.config["intermediate_size"] = 80 }, nil,
			[]string{"6 tensors are not of the shape that config.json gives them, bert.encoder.layer.0.intermediate.dense.weight first"},
			[]string{"layer.0.intermediate.dense.weight: shape [64 32], want [80 32]", "layer.0.intermediate.dense.bias: shape [64], want [80]",
				"layer.0.output.dense.weight: shape [32 64], want [32 80]", "layer.1.intermediate.dense.weight", "layer.1.intermediate.dense.bias",
				"layer.1.output.dense.weight"}},
		{"values that are none", func(d *directory) {
			d.tensor(up).Data[7] = float32(math.NaN())
			d.tensor(up).Data[8] = float32(math.Inf(-1))
			d.tensor("classifier.bias").Data[0] = float32(math.Inf(1))
		}, nil, []string{"2 tensors hold values that are not numbers, " + up + " first"},
			[]string{up + ": 2 of 2048 values are not numbers (1 NaN, 1 infinite)", "classifier.bias: 1 of 2 values are not numbers (0 NaN, 1 infinite)"}},
		{"values that are odd", func(d *directory) {
			clear(d.tensor(up).Data)
			d.tensor("classifier.bias").Data[0] = 3e30
		}, nil, nil, []string{up + ": all 2048 values are 0", "classifier.bias: a value of 3e+30"}},
		{"all of it at once", func(d *directory) {
			d.drop("bert.embeddings.LayerNorm.bias")
			d.config["intermediate_size"] = 80
			d.tensor("classifier.bias").Data[0] = float32(math.NaN())
		}, nil, []string{"1 tensors hold", "1 tensors are missing", "6 tensors are not of the shape"},
			[]string{"classifier.bias: 1", "layer.0", "layer.0", "layer.0", "layer.1", "layer.1", "layer.1"}},
		{"sizes beyond all weights", func(d *directory) { d.config["vocab_size"], d.config["hidden_size"] = 1<<40, 1<<40 }, nil,
			[]string{"the sizes are far beyond those of the weights"}, nil},
		{"too many layers", func(d *directory) { d.config["num_hidden_layers"] = 1 << 40 }, nil,
			[]string{"the sizes are far beyond those of the weights"}, nil},
		{"another architecture", func(d *directory) { d.config["model_type"] = "llama" }, nil, []string{`model_type "llama" is not an architecture that runs`}, nil},
		{"heads that do not divide", func(d *directory) { d.config["num_attention_heads"] = 5 }, nil, []string{"5 heads do not divide hidden_size 32"}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDirectory(t, bertFields(), tok)
			c.spoil(d)
			r, table, status := check(t, d.write(t, tok))
			if want := min(len(c.fails), 1); status != want {
				t.Errorf("status %d, want %d", status, want)
			}
			for _, l := range []struct {
				what      string
				got, want []string
			}{{"warnings", r.Warnings, c.warns}, {"errors", r.Errors, c.fails}, {"odd", r.Odd, c.odd}} {
				if len(l.got) != len(l.want) {
					t.Errorf("%s %q, want %q", l.what, l.got, l.want)
					continue
				}
				for i, got := range l.got {
					if !strings.Contains(got, l.want[i]) {
						t.Errorf("%s: %q, want %q", l.what, got, l.want[i])
					}
					if !strings.Contains(table, got) {
						t.Errorf("the table does not say %q:\n%s", got, table)
					}
				}
			}
		})
	}
}

// TestModelsCheckSays is what the check tells of a whole directory, and that it
// lists every tensor of no use.
func TestModelsCheckSays(t *testing.T) {
	tok := sampleVocabulary(t)
	d := newDirectory(t, bertFields(), tok)
	parameters := 0
	for _, x := range d.tensors {
		parameters += len(x.Data)
	}
	d.card = "---\nlanguage: ko\nlicense: cc-by-sa-4.0\n---\n# card\n"
	for i := range 20 {
		d.tensors = append(d.tensors, hf.Tensor{Name: fmt.Sprintf("other.%02d", i), Shape: []int{2}, Data: []float32{1, 2}})
	}
	r, table, status := check(t, d.write(t, tok))
	if status != 0 || r.Licence != "cc-by-sa-4.0" || r.Parameters != parameters || r.Head != "sequence-classification" || r.MaxTokens != 128 ||
		r.VocabSize != 1500 || r.Tokenizer.VocabSize != 1500 || *r.UnknownShare > 0.01 || len(r.Unexpected) != 20 || r.FineTuneMB < 4*r.WeightsMB {
		t.Errorf("status %d, %+v", status, r)
	}
	for _, want := range []string{"cc-by-sa-4.0", fmt.Sprint(parameters), "MB to fine-tune", "strip_accents false", "unexpected     other.00", "unexpected     other.19"} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
}

// TestModelsCheckArchitectures looks for warnings that are another
// architecture's: each has its own names for the same sizes.
func TestModelsCheckArchitectures(t *testing.T) {
	kind := func(modelType, class string, more fields) fields {
		f := bertFields()
		f["model_type"], f["architectures"] = modelType, []string{class}
		maps.Copy(f, more)
		return f
	}
	gpt2 := func(positions int) fields {
		return fields{"model_type": "gpt2", "architectures": []string{"GPT2LMHeadModel"}, "n_embd": 32, "n_layer": 1, "n_head": 2, "n_positions": positions}
	}
	funnel := func(types int) fields {
		return fields{"model_type": "funnel", "architectures": []string{"FunnelForMaskedLM"}, "d_model": 32, "n_head": 2, "d_head": 16, "d_inner": 64,
			"block_sizes": []int{1, 1}, "num_decoder_layers": 1, "type_vocab_size": types}
	}
	half := func() fields { return kind("bert", "BertModel", nil) }
	tok := sampleVocabulary(t)
	for _, c := range []struct {
		name   string
		config fields
		warns  []string
	}{
		{"roberta", kind("roberta", "RobertaForSequenceClassification", fields{"max_position_embeddings": 129}), nil},
		{"roberta, few positions", kind("roberta", "RobertaForSequenceClassification", fields{"max_position_embeddings": 128}), []string{"at most 127 tokens"}},
		{"albert", kind("albert", "AlbertForMaskedLM", fields{"embedding_size": 16}), nil},
		{"electra", kind("electra", "ElectraForPreTraining", fields{"embedding_size": 16}), nil},
		{"electra, token types", kind("electra", "ElectraForPreTraining", fields{"embedding_size": 16, "type_vocab_size": 1}), []string{"type_vocab_size 1"}},
		{"gpt2", gpt2(128), nil},
		{"gpt2, few positions", gpt2(64), []string{"at most 64 tokens"}},
		{"distilbert", fields{"model_type": "distilbert", "architectures": []string{"DistilBertForMaskedLM"}, "dim": 32, "n_layers": 1, "n_heads": 2,
			"hidden_dim": 64, "max_position_embeddings": 128}, nil},
		{"funnel", funnel(3), nil},
		{"funnel, token types", funnel(2), []string{"type_vocab_size 2: Funnel's [CLS] has token type 2"}},
		{"encoder-decoder", fields{"model_type": "encoder-decoder", "architectures": []string{"EncoderDecoderModel"}, "encoder": half(), "decoder": half()}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := newDirectory(t, c.config, tok)
			r, _, status := check(t, d.write(t, tok))
			if status != 0 || len(r.Warnings) != len(c.warns) || r.VocabSize != 1500 || r.FineTuneMB <= 4*r.WeightsMB {
				t.Fatalf("status %d, warnings %q, errors %q, want %q", status, r.Warnings, r.Errors, c.warns)
			}
			for i, w := range c.warns {
				if !strings.Contains(r.Warnings[i], w) {
					t.Errorf("warning %q, want %q", r.Warnings[i], w)
				}
			}
		})
	}
}

// TestModelsCheckFiles spoils files that are read before any tensor is.
func TestModelsCheckFiles(t *testing.T) {
	const pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 442221694\n"
	tok := sampleVocabulary(t)
	for _, c := range []struct{ name, file, text, want string }{
		{"a large file's pointer", "model.safetensors", pointer, "model.safetensors: a Git LFS pointer, not the weights"},
		{"an old one's", "pytorch_model.bin", pointer, "pytorch_model.bin: a Git LFS pointer, not the weights"},
		{"no JSON", "config.json", "<html>", "config.json: invalid character '<'"},
		{"no tokenizer", "vocab.txt", "", "no tokenizer: want"},
		{"no weights", "model.safetensors", "", "no model.safetensors or pytorch_model.bin"},
		{"no config", "config.json", "", "config.json: "},
		{"a lost shard", "model.safetensors.index.json", `{"weight_map": {"a": "model-00001-of-00002.safetensors"}}`,
			"model.safetensors.index.json: a shard is not there"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := newDirectory(t, bertFields(), tok).write(t, tok)
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
			r, _, status := check(t, dir)
			if status != 1 || len(r.Errors) != 1 || !strings.Contains(r.Errors[0], c.want) {
				t.Errorf("status %d, errors %q, want %q", status, r.Errors, c.want)
			}
			var stderr bytes.Buffer
			run([]string{"models", "check", dir}, nil, &bytes.Buffer{}, &stderr)
			if strings.Count(stderr.String(), c.want) != 1 {
				t.Errorf("said %q", &stderr)
			}
		})
	}
}
