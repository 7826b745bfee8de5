package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/models/generation"
)

// generationConfig is what generation_config.json says, or config.json where
// old versions put it; nil where it says nothing.
type generationConfig struct {
	MaxLength           *int     `json:"max_length"`
	MaxNewTokens        *int     `json:"max_new_tokens"`
	MinLength           *int     `json:"min_length"`
	NumBeams            *int     `json:"num_beams"`
	LengthPenalty       *float64 `json:"length_penalty"`
	EarlyStopping       any      `json:"early_stopping"`
	RepetitionPenalty   *float64 `json:"repetition_penalty"`
	NoRepeatNgramSize   *int     `json:"no_repeat_ngram_size"`
	DoSample            *bool    `json:"do_sample"`
	Temperature         *float64 `json:"temperature"`
	TopK                *int     `json:"top_k"`
	TopP                *float64 `json:"top_p"`
	EOSTokenID          tokenIDs `json:"eos_token_id"`
	DecoderStartTokenID *int32   `json:"decoder_start_token_id"`
}

// tokenIDs is one id or a list of them.
type tokenIDs []int32

// UnmarshalJSON reads a number, a list of numbers or null.
func (t *tokenIDs) UnmarshalJSON(b []byte) error {
	var one int32
	if json.Unmarshal(b, &one) == nil {
		*t = nil
		if string(b) != "null" {
			*t = tokenIDs{one}
		}
		return nil
	}
	return json.Unmarshal(b, (*[]int32)(t))
}

// readGenerationConfig reads generation_config.json over config.json.
func readGenerationConfig(dir string) (*generationConfig, error) {
	var c generationConfig
	for _, name := range []string{"config.json", "generation_config.json"} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err == nil {
			err = json.Unmarshal(raw, &c)
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", dir, name, err)
		}
	}
	return &c, nil
}

// resolve fills in the options that no flag gave, and the tokens to begin and
// end with.
func (f *generateFlags) resolve(cmd *cobra.Command, h *checkpoints.Headed) error {
	c, err := readGenerationConfig(h.Dir)
	if err != nil {
		return err
	}
	o, fl := &f.options, cmd.Flags()
	f.given = map[string]bool{}
	take(f, fl.Changed("max-length"), "max_length", &o.MaxLength, c.MaxLength)
	take(f, fl.Changed("min-length"), "min_length", &o.MinLength, c.MinLength)
	take(f, fl.Changed("num-beams"), "num_beams", &o.Beams, c.NumBeams)
	take(f, fl.Changed("length-penalty"), "length_penalty", &o.LengthPenalty, c.LengthPenalty)
	take(f, fl.Changed("repetition-penalty"), "repetition_penalty", &o.RepetitionPenalty, c.RepetitionPenalty)
	take(f, fl.Changed("no-repeat-ngram-size"), "no_repeat_ngram_size", &o.NoRepeatNgram, c.NoRepeatNgramSize)
	sampled := fl.Changed("temperature") || fl.Changed("top-k") || fl.Changed("top-p")
	take(f, fl.Changed("temperature"), "temperature", &o.Temperature, c.Temperature)
	take(f, fl.Changed("top-k"), "top_k", &o.TopK, c.TopK)
	take(f, fl.Changed("top-p"), "top_p", &o.TopP, c.TopP)
	if take(f, fl.Changed("sample"), "do_sample", &o.Sample, c.DoSample); !fl.Changed("sample") && sampled {
		o.Sample = true
	}
	if o.Sample && !fl.Changed("num-beams") {
		o.Beams = 1
	}
	if !fl.Changed("max-length") && f.newTokens == 0 && c.MaxNewTokens != nil {
		f.newTokens = *c.MaxNewTokens
	}
	if !fl.Changed("early-stopping") && c.EarlyStopping != nil {
		f.stopping = fmt.Sprint(c.EarlyStopping)
	}
	if o.EarlyStopping = generation.Stopping(f.stopping); f.stopping == "false" {
		o.EarlyStopping = generation.StopHopeful
	}
	o.Start = h.Tokenizer.ClsID()
	if c.DecoderStartTokenID != nil {
		o.Start = *c.DecoderStartTokenID
	}
	o.End = c.EOSTokenID
	if o.End = slices.DeleteFunc(o.End, func(id int32) bool { return int(id) >= h.Model.VocabSize() }); len(o.End) == 0 {
		// The default of GPT-2's config lies outside of most vocabularies.
		for _, id := range []int32{h.Tokenizer.EosID(), h.Tokenizer.SepID()} {
			if id >= 0 && len(o.End) == 0 {
				o.End = []int32{id}
			}
		}
	}
	return nil
}

// take sets a setting that no flag gave to the checkpoint's.
func take[T any](f *generateFlags, flag bool, name string, to, from *T) {
	f.given[name] = flag || from != nil
	if !flag && from != nil {
		*to = *from
	}
}
