package models_test

import (
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/models/weights"
)

// checkpoint is a source whose tensors have other names than in their file.
type checkpoint struct {
	*hf.Weights
	names map[string]string // in the file, by the name that the source gives
}

func (c checkpoint) Names() (all []string) {
	for n := range c.names {
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}
func (c checkpoint) Shape(name string) []int { return c.Weights.Shape(c.names[name]) }
func (c checkpoint) Read(name string, dst []float32) error {
	return c.Weights.Read(c.names[name], dst)
}

// renamed opens a directory's weights under the names that rename gives them;
// none: "".
func renamed(t *testing.T, dir string, rename func(string) string) (models.Config, models.Head, checkpoint) {
	t.Helper()
	c, err := hf.ReadConfig(dir)
	if err != nil {
		t.Fatal(err)
	}
	head, err := models.HeadOf(&c.Config)
	if err != nil {
		t.Fatal(err)
	}
	w, err := hf.OpenWeights(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	src := checkpoint{w, map[string]string{}}
	for _, n := range w.Names() {
		if to := rename(n); to != "" {
			src.names[to] = n
		}
	}
	return c.Config, head, src
}

func same(n string) string { return n }

func TestLoadFindsOtherNames(t *testing.T) {
	legacy := strings.NewReplacer("LayerNorm.weight", "LayerNorm.gamma", "LayerNorm.bias", "LayerNorm.beta")
	for _, c := range []struct {
		name, dir string
		rename    func(string) string
	}{
		{"as they are", "models/bert-classify", same},
		{"no prefix", "models/bert-classify", func(n string) string { return strings.TrimPrefix(n, "bert.") }},
		{"names of 2018", "models/bert-classify", legacy.Replace},
		{"names of 2018 without prefix", "models/bert-classify", func(n string) string { return legacy.Replace(strings.TrimPrefix(n, "bert.")) }},
		{"GPT-2 without prefix", "models/gpt2-lm", func(n string) string { return strings.TrimPrefix(n, "transformer.") }},
		{"GPT-2's other name for its words", "models/gpt2-lm", func(n string) string { return strings.Replace(n, "transformer.wte.weight", "lm_head.weight", 1) }},
		{"the decoder's bias", "models/bert-mlm", func(n string) string {
			return strings.Replace(n, "cls.predictions.bias", "cls.predictions.decoder.bias", 1)
		}},
		{"the encoder's names", "models/bertshared", func(n string) string {
			if strings.Contains(n, "crossattention") {
				return n
			}
			return strings.Replace(n, "decoder.bert.", "encoder.", 1)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join("testdata", c.dir)
			want := open(t, dir)
			config, head, src := renamed(t, dir, c.rename)
			got, rep, err := models.Open(config, head, src, false, 1)
			if err != nil || len(rep.Drawn)+len(rep.Unexpected) > 0 {
				t.Fatalf("%v, drawn %v, unexpected %v", err, rep.Drawn, rep.Unexpected)
			}
			for i, p := range got.Params() {
				if !slices.Equal(p.Floats(), want.Params()[i].Floats()) {
					t.Errorf("%s differs", p.Name)
				}
			}
		})
	}
}

func TestLoadTakesHeadsOrDrawsThem(t *testing.T) {
	dir := "testdata/models/bert-classify"
	config, head, whole := renamed(t, dir, same)
	_, _, base := renamed(t, dir, func(n string) string {
		if strings.HasPrefix(n, "classifier") || strings.Contains(n, "pooler") {
			return ""
		}
		return n
	})
	classifier := []string{"classifier.weight", "classifier.bias"}
	pooler := []string{"bert.pooler.dense.weight", "bert.pooler.dense.bias"}
	five := models.Head{Kind: models.SequenceHead, Labels: 5}
	for _, c := range []struct {
		name              string
		head              models.Head
		src               weights.Source
		newHead           bool
		drawn, unexpected []string
	}{
		{"its own", head, whole, false, nil, nil},
		{"another task's", head, whole, true, classifier, []string{"classifier.bias", "classifier.weight"}},
		{"other labels", five, whole, true, classifier, []string{"classifier.bias", "classifier.weight"}},
		{"none", five, base, false, append(slices.Clone(pooler), classifier...), nil},
		{"a token head", models.Head{Kind: models.TokenHead, Labels: 3}, whole, true, classifier,
			[]string{"bert.pooler.dense.bias", "bert.pooler.dense.weight", "classifier.bias", "classifier.weight"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m, rep, err := models.Open(config, c.head, c.src, c.newHead, 7)
			if err != nil || !slices.Equal(rep.Drawn, c.drawn) || !slices.Equal(rep.Unexpected, c.unexpected) {
				t.Fatalf("%v, drawn %v, unexpected %v", err, rep.Drawn, rep.Unexpected)
			}
			fresh, err := models.New(config, c.head, 7)
			if err != nil {
				t.Fatal(err)
			}
			for i, p := range m.Params() {
				drawn := slices.Contains(c.drawn, p.Name)
				if equal := slices.Equal(p.Floats(), fresh.Params()[i].Floats()); equal != drawn {
					t.Errorf("%s is as if drawn from the seed: %v", p.Name, equal)
				}
			}
		})
	}
}

func TestLoadErrors(t *testing.T) {
	dir := "testdata/models/bert-classify"
	config, head, src := renamed(t, dir, func(n string) string {
		if strings.Contains(n, "layer.1.attention.self") {
			return ""
		}
		return n
	})
	var missing *weights.MissingError
	if _, _, err := models.Open(config, head, src, false, 1); !errors.As(err, &missing) || len(missing.Names) != 6 ||
		missing.Names[0] != "bert.encoder.layer.1.attention.self.query.weight" {
		t.Errorf("error %v", err)
	}
	config, head, src = renamed(t, dir, same)
	wide := config
	wide.IntermediateSize++
	var shape *weights.ShapeError
	if _, _, err := models.Open(wide, head, src, false, 1); !errors.As(err, &shape) || shape.Name != "bert.encoder.layer.0.intermediate.dense.weight" {
		t.Errorf("error %v", err)
	}
	if _, _, err := models.Open(config, models.Head{Kind: models.SequenceHead, Labels: 9}, src, false, 1); !errors.As(err, &shape) || shape.Name != "classifier.weight" {
		t.Errorf("error %v", err)
	}
}

func TestLoadLeavesBuffersAside(t *testing.T) {
	config, head, src := renamed(t, "testdata/models/gpt2-lm", same)
	some := "transformer.ln_f.bias"
	for _, name := range []string{"transformer.h.0.attn.bias", "transformer.h.1.attn.masked_bias", "bert.embeddings.position_ids", "rotary.inv_freq"} {
		src.names[name] = some
	}
	_, rep, err := models.Open(config, head, src, false, 1)
	if err != nil || !slices.Equal(rep.Unexpected, []string{"rotary.inv_freq"}) {
		t.Errorf("%v, unexpected %v", err, rep.Unexpected)
	}
}

// broken is a source one of whose tensors has a value that is not finite.
type broken struct {
	checkpoint
	name  string
	value float32
}

func (b broken) Read(name string, dst []float32) error {
	err := b.checkpoint.Read(name, dst)
	if name == b.name {
		dst[len(dst)-1] = b.value
	}
	return err
}

func TestLoadRefusesValuesThatAreNotFinite(t *testing.T) {
	c, head, src := renamed(t, "testdata/models/bert-classify", same)
	for _, v := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		for _, name := range []string{"bert.encoder.layer.0.attention.self.query.weight", "classifier.bias"} {
			var e *weights.ValuesError
			_, _, err := models.Open(c, head, broken{src, name, float32(v)}, false, 1)
			if !errors.As(err, &e) || e.Name != name || e.NaN+e.Inf != 1 || (e.NaN == 1) != math.IsNaN(v) {
				t.Errorf("%s with %v: %v", name, v, err)
			}
		}
	}
	if _, _, err := models.Open(c, head, broken{src, "classifier.bias", float32(math.NaN())}, true, 1); err != nil {
		t.Errorf("a head that is not read: %v", err)
	}
}
