package models_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
)

// TestEncoderOf trains the encoder of an encoder-decoder as the BERT that it
// is, whether the file has its weights as the encoder's or the decoder's.
func TestEncoderOf(t *testing.T) {
	const dir = "testdata/models/bertshared"
	whole := open(t, dir)
	config, err := hf.ReadConfig(dir)
	if err != nil {
		t.Fatal(err)
	}
	alone := config.EncoderAlone()
	for name, rename := range map[string]func(string) string{
		"tied": same,
		"both": func(n string) string {
			if strings.Contains(n, "crossattention") {
				return n
			}
			return strings.Replace(n, "decoder.bert.", "encoder.", 1)
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, src := renamed(t, dir, rename)
			m, rep, err := models.Open(alone.Config, models.Head{Kind: models.SequenceHead, Labels: 3}, models.EncoderOf(src), true, 1)
			if err != nil || len(rep.Unexpected) > 0 || !slices.Equal(rep.Drawn, []string{"classifier.weight", "classifier.bias"}) {
				t.Fatalf("%v, drawn %v, unexpected %v", err, rep.Drawn, rep.Unexpected)
			}
			want := map[string][]float32{}
			for _, p := range whole.Params() {
				for _, n := range append([]string{p.Name}, p.Aliases...) {
					want[n] = p.Floats()
				}
			}
			for _, p := range m.Params() {
				rest, ok := strings.CutPrefix(p.Name, "bert.")
				if ok && !slices.Equal(p.Floats(), want["encoder."+rest]) {
					t.Errorf("%s differs", p.Name)
				}
			}
		})
	}
}

// TestOpenRefusesSizesBeyondTheWeights fails if a config alone makes the
// program allocate.
func TestOpenRefusesSizesBeyondTheWeights(t *testing.T) {
	for name, change := range map[string]func(*models.Config){
		"vocabulary": func(c *models.Config) { c.VocabSize = 1 << 60 },
		"layers":     func(c *models.Config) { c.NumHiddenLayers = 4000 },
		"positions":  func(c *models.Config) { c.MaxPositionEmbeddings = 1 << 50 },
	} {
		config, head, src := renamed(t, "testdata/models/bert-classify", same)
		change(&config)
		if _, _, err := models.Open(config, head, src, false, 1); err == nil || !strings.Contains(err.Error(), "far beyond those of the weights") {
			t.Errorf("%s: error %v", name, err)
		}
	}
}
