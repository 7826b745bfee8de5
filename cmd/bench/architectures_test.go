package main

import (
	"bytes"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/internal/smallmodel"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/models/inspect"
	"github.com/lmkor/bench/runs"
)

// TestEveryArchitectureLearns trains the smallest model of every architecture on
// sample data: the most frequent answer must be beaten clearly, and entities be
// found. The seed decides all.
func TestEveryArchitectureLearns(t *testing.T) {
	learn := []struct {
		task string
		set  []string
	}{
		{"nsmc", []string{"learning_rate=1e-3", "batch_size=16", "epochs=3"}},
		{"naver-ner", []string{"learning_rate=2e-3", "batch_size=16", "epochs=2"}},
	}
	if testing.Short() || kernels.Name() == "go" { // tags take long without assembly
		learn[0].set[2] = "epochs=1"
		learn = learn[:1]
	}
	for _, name := range scratchOfEach(t) {
		for _, l := range learn {
			t.Run(name+"/"+l.task, func(t *testing.T) {
				f := runOptions{models: []string{name}, tasks: []string{l.task}, set: l.set, dataDir: runs.Samples, runs: t.TempDir()}
				cells, err := f.cells(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				o, err := runs.Run(t.Context(), cells[0], &cellEvents{w: io.Discard})
				if err != nil {
					t.Fatal(err)
				}
				data, err := cells[0].OpenData()
				if err != nil {
					t.Fatal(err)
				}
				majority, _ := baselines(t, data)
				t.Logf("%.2f, majority %.2f", *o.Score, majority)
				if *o.Score < majority+margin {
					t.Errorf("%.2f, majority %.2f: want %d more", *o.Score, majority, margin)
				}
			})
		}
	}
}

// scratchOfEach returns the name of each architecture's smallest model that
// starts from nothing.
func scratchOfEach(t *testing.T) (names []string) {
	t.Helper()
	specs, err := configs.Models()
	if err != nil {
		t.Fatal(err)
	}
	for _, modelType := range models.ModelTypes() {
		i := slices.IndexFunc(specs, func(s *configs.ModelSpec) bool {
			return s.Scratch != nil && s.Scratch.Config["model_type"] == modelType && strings.HasSuffix(s.Name, "-tiny-scratch")
		})
		if i < 0 {
			t.Errorf("no %s that starts from nothing", modelType)
			continue
		}
		names = append(names, specs[i].Name)
	}
	return names
}

// TestTrainedPart looks at what is saved of checkpoints that transformers has no
// class for the task for, or could not run as they are: of an encoder-decoder the
// encoder, a BERT, and GPT-2 with a padding token.
func TestTrainedPart(t *testing.T) {
	half := func() smallmodel.Fields {
		return smallmodel.Fields{"model_type": "bert", "hidden_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 64}
	}
	tok := smallmodel.Vocabulary(t)
	for _, c := range []struct {
		name, class, says string
		config            smallmodel.Fields
	}{
		{"encoder-decoder", "BertForSequenceClassification", "of the encoder-decoder, the encoder is trained",
			smallmodel.Fields{"model_type": "encoder-decoder", "architectures": []string{"EncoderDecoderModel"}, "tie_encoder_decoder": true, "encoder": half(), "decoder": half()}},
		{"gpt2", "GPT2ForSequenceClassification", "the head is new",
			smallmodel.Fields{"model_type": "gpt2", "architectures": []string{"GPT2LMHeadModel"}, "n_embd": 32, "n_layer": 1, "n_head": 2}},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := runOptions{models: []string{smallmodel.New(t, c.config, tok).Write(t, tok)}, tasks: []string{"nsmc"},
				set: []string{"epochs=1", "max_train_rows=64"}, dataDir: runs.Samples, runs: t.TempDir()}
			cells, err := f.cells(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			var said bytes.Buffer
			if _, err := runs.Run(t.Context(), cells[0], &cellEvents{w: &said}); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(said.String(), c.says) {
				t.Errorf("said %q, want %q", &said, c.says)
			}
			dir := filepath.Join(cells[0].Dir, "checkpoint")
			r := inspect.Directory(dir)
			if r.Err() != nil || r.Class != c.class || len(r.Unexpected)+len(r.Drawn) > 0 {
				t.Errorf("%+v", r)
			}
			if config, err := hf.ReadConfig(dir); err != nil || config.PadTokenID != int(tok.PadID()) {
				t.Errorf("%v, padding %d", err, config.PadTokenID)
			}
		})
	}
}
