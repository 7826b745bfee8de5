// Package smallmodel makes small model directories, which tests open and spoil.
package smallmodel

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/tokenizers/training"
)

// Fields are those of a JSON file.
type Fields = map[string]any

// Directory is a small model directory that a test spoils.
type Directory struct {
	Config, Tokenizer Fields // of config.json and tokenizer_config.json; no Tokenizer: the file is not there
	Tensors           []hf.Tensor
	Card              string // of README.md; empty: none
}

// BERT returns the config of a small BERT for NSMC.
func BERT() Fields {
	return Fields{"model_type": "bert", "architectures": []string{"BertForSequenceClassification"}, "hidden_size": 32,
		"num_hidden_layers":   2,
		"num_attention_heads": 2, "intermediate_size": 64, "max_position_embeddings": 128, "type_vocab_size": 2, "pad_token_id": 0,
		"id2label": Fields{"0": "0", "1": "1"}}
}

// Vocabulary trains a tokenizer on the sample text.
func Vocabulary(t testing.TB) *tokenizers.Tokenizer {
	t.Helper()
	tok, err := training.WordPiece(strings.Lines(samples.Text()), training.Options{Size: 1500, MinFrequency: 1})
	if err != nil {
		t.Fatal(err)
	}
	return tok
}

// New draws a model for a vocabulary.
func New(t testing.TB, config Fields, tok *tokenizers.Tokenizer) *Directory {
	t.Helper()
	config["vocab_size"] = tok.VocabSize()
	for _, part := range []string{"encoder", "decoder"} {
		if nested, ok := config[part].(Fields); ok {
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
	d := &Directory{Config: config, Tokenizer: Fields{"tokenizer_class": "BertTokenizer", "do_lower_case": true,
		"strip_accents": false}}
	for _, p := range m.Params() {
		d.Tensors = append(d.Tensors, hf.Tensor{Name: p.Name, Shape: slices.Clone(p.Shape), Data: slices.Clone(p.Floats())})
	}
	return d
}

// Tensor returns a tensor to spoil. It panics if there is none of that name.
func (d *Directory) Tensor(name string) *hf.Tensor {
	for i := range d.Tensors {
		if d.Tensors[i].Name == name {
			return &d.Tensors[i]
		}
	}
	panic("no tensor " + name)
}

// Cut leaves the first rows of a tensor.
func (d *Directory) Cut(name string, rows int) {
	w := d.Tensor(name)
	w.Shape[0], w.Data = rows, w.Data[:rows*w.Shape[1]]
}

// Drop leaves tensors out.
func (d *Directory) Drop(names ...string) {
	d.Tensors = slices.DeleteFunc(d.Tensors, func(t hf.Tensor) bool { return slices.Contains(names, t.Name) })
}

// Write leaves the directory on disk, as old checkpoints come: without
// tokenizer.json. It returns its path.
func (d *Directory) Write(t testing.TB, tok *tokenizers.Tokenizer) string {
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
	if files["config.json"], err = json.Marshal(d.Config); err != nil {
		t.Fatal(err)
	}
	if d.Tokenizer != nil {
		if files["tokenizer_config.json"], err = json.Marshal(d.Tokenizer); err != nil {
			t.Fatal(err)
		}
	}
	if d.Card != "" {
		files["README.md"] = []byte(d.Card)
	}
	for name, raw := range files {
		if err := os.WriteFile(filepath.Join(dir, name), raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := hf.WriteSafetensors(filepath.Join(dir, "model.safetensors"), d.Tensors, nil); err != nil {
		t.Fatal(err)
	}
	return dir
}
