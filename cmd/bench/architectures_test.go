package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/smallmodel"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/models/inspect"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tokenizers"
)

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
			r := inspect.Directory(dir, tokenizers.LoadOptions{})
			if r.Err() != nil || r.Class != c.class || len(r.Unexpected)+len(r.Drawn) > 0 {
				t.Errorf("%+v", r)
			}
			if config, err := hf.ReadConfig(dir); err != nil || config.PadTokenID != int(tok.PadID()) {
				t.Errorf("%v, padding %d", err, config.PadTokenID)
			}
		})
	}
}
