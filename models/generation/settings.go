package generation

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"slices"

	"github.com/lmkor/bench/internal/regular"
)

// Settings are what a checkpoint says of how it generates; nil and empty where it
// says nothing.
type Settings struct {
	MaxLength    *int `json:"max_length"`
	MaxNewTokens *int `json:"max_new_tokens"`
	MinLength    *int `json:"min_length"`
	MinNewTokens *int `json:"min_new_tokens"`

	DoSample      *bool    `json:"do_sample"`
	Temperature   *float64 `json:"temperature"`
	TopK          *int     `json:"top_k"`
	TopP          *float64 `json:"top_p"`
	MinP          *float64 `json:"min_p"`
	TypicalP      *float64 `json:"typical_p"`
	EpsilonCutoff *float64 `json:"epsilon_cutoff"`
	EtaCutoff     *float64 `json:"eta_cutoff"`

	NumBeams          *int     `json:"num_beams"`
	LengthPenalty     *float64 `json:"length_penalty"`
	EarlyStopping     stopping `json:"early_stopping"`
	RenormalizeLogits bool     `json:"renormalize_logits"`

	RepetitionPenalty        *float64   `json:"repetition_penalty"`
	NoRepeatNgramSize        *int       `json:"no_repeat_ngram_size"`
	EncoderRepetitionPenalty float64    `json:"encoder_repetition_penalty"`
	EncoderNoRepeatNgramSize int        `json:"encoder_no_repeat_ngram_size"`
	SequenceBias             []bias     `json:"sequence_bias"`
	BadWordsIDs              [][]int32  `json:"bad_words_ids"`
	SuppressTokens           []int32    `json:"suppress_tokens"`
	BeginSuppressTokens      []int32    `json:"begin_suppress_tokens"`
	ForcedBOSTokenID         tokenIDs   `json:"forced_bos_token_id"`
	ForcedEOSTokenID         tokenIDs   `json:"forced_eos_token_id"`
	DecayLengthPenalty       []*float64 `json:"exponential_decay_length_penalty"`
	RemoveInvalidValues      bool       `json:"remove_invalid_values"`

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

// stopping is true, false or "never"; empty: nothing was said.
type stopping string

// UnmarshalJSON reads a bool, a string or null.
func (s *stopping) UnmarshalJSON(b []byte) error {
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		return err
	}
	if v != nil {
		*s = stopping(fmt.Sprint(v))
	}
	return nil
}

// bias is a pair of a list of ids and a number.
type bias Bias

// UnmarshalJSON reads [[1, 2], -0.5].
func (v *bias) UnmarshalJSON(b []byte) error {
	var pair []json.RawMessage
	if err := json.Unmarshal(b, &pair); err != nil {
		return err
	}
	if len(pair) != 2 {
		return fmt.Errorf("%s: want a list of ids and a number", b)
	}
	if err := json.Unmarshal(pair[0], &v.IDs); err != nil {
		return err
	}
	return json.Unmarshal(pair[1], &v.By)
}

// refused are settings that nothing here follows, with the values, as JSON, that
// change nothing; null does not either.
var refused = map[string][]string{
	"assistant_early_exit":     {},
	"constraints":              {},
	"diversity_penalty":        {"0.0", "0"},
	"dola_layers":              {},
	"force_words_ids":          {},
	"guidance_scale":           {"1", "1.0"},
	"max_time":                 {},
	"num_beam_groups":          {"1"},
	"num_return_sequences":     {"1"},
	"penalty_alpha":            {"0", "0.0"},
	"prompt_lookup_num_tokens": {},
	"stop_strings":             {},
	"token_healing":            {"false"},
	"watermarking_config":      {},
}

// idle are settings that change nothing of one text: how transformers computes,
// caches and returns, and what needs a second model.
var idle = []string{
	"_from_model_config", "assistant_confidence_threshold", "assistant_lookbehind", "bos_token_id", "cache_config",
	"cache_implementation", "compile_config", "disable_compile", "is_assistant", "low_memory", "max_matching_ngram_size",
	"num_assistant_tokens", "num_assistant_tokens_schedule", "output_attentions", "output_hidden_states", "output_logits",
	"output_scores", "pad_token_id", "prefill_chunk_size", "return_dict_in_generate", "return_legacy_cache",
	"target_lookbehind", "transformers_version", "use_cache",
}

// unset are transformers' values of settings that a config.json leaves to its
// decoder's where they are these.
var unset = map[string]string{
	"max_length": "20", "min_length": "0", "do_sample": "false", "early_stopping": "false", "num_beams": "1", "temperature": "1.0",
	"top_k": "50", "top_p": "1.0", "typical_p": "1.0", "repetition_penalty": "1.0", "length_penalty": "1.0",
	"no_repeat_ngram_size": "0", "encoder_no_repeat_ngram_size": "0", "num_return_sequences": "1", "num_beam_groups": "1",
	"diversity_penalty": "0.0", "remove_invalid_values": "false",
}

// ReadSettings reads generation_config.json. Without one, settings are those of
// config.json, where old versions put them, and those that are not there of the
// decoder's config within. The tokens to start and to end with may stand in
// either file. A setting that nothing here follows is an error.
func ReadSettings(dir string) (*Settings, error) {
	config, err := readObject(filepath.Join(dir, "config.json"))
	if err != nil {
		return nil, err
	}
	own, err := readObject(filepath.Join(dir, "generation_config.json"))
	if err != nil {
		return nil, err
	}
	file := "generation_config.json"
	if own == nil {
		file, own = "config.json", legacy(config)
	}
	for _, name := range []string{"eos_token_id", "decoder_start_token_id"} {
		if v, ok := config[name]; ok && isNull(own[name]) {
			own[name] = v
		}
	}
	for name, values := range refused {
		if v := own[name]; !isNull(v) && !slices.Contains(values, string(v)) {
			return nil, fmt.Errorf("%s: %s: %s: %s: no text is generated so here: want it left out", dir, file, name, v)
		}
	}
	raw, err := json.Marshal(own)
	if err != nil {
		return nil, err
	}
	s := &Settings{}
	if err := json.Unmarshal(raw, s); err != nil {
		return nil, fmt.Errorf("%s: %s: %w", dir, file, err)
	}
	if d := s.DecayLengthPenalty; len(d) != 0 && (len(d) != 2 || d[0] == nil || d[1] == nil) {
		return nil, fmt.Errorf("%s: %s: exponential_decay_length_penalty: want two numbers", dir, file)
	}
	return s, nil
}

// legacy returns the settings of a config.json.
func legacy(config map[string]json.RawMessage) map[string]json.RawMessage {
	own := map[string]json.RawMessage{}
	var decoder map[string]json.RawMessage
	if json.Unmarshal(config["decoder"], &decoder) != nil {
		decoder = nil
	}
	for _, part := range []map[string]json.RawMessage{config, decoder} {
		for _, name := range Fields() {
			if v := part[name]; !isNull(v) && (isNull(own[name]) || string(own[name]) == unset[name]) {
				own[name] = v
			}
		}
	}
	return own
}

func isNull(v json.RawMessage) bool { return v == nil || string(v) == "null" }

// readObject reads a file of JSON; nil where there is no such file.
func readObject(path string) (map[string]json.RawMessage, error) {
	raw, err := regular.ReadFile(path, regular.Text)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	m := map[string]json.RawMessage{}
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return m, nil
}
