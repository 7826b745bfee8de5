package hf

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/lmkor/bench/models"
)

// Config is a directory's config.json: what the models read of it, and all
// else it holds, so that it can be written back without a loss.
type Config struct {
	models.Config
	DType  string // of the weights as they were saved; empty: not said
	fields object
}

// ReadConfig reads dir/config.json. Fields that it leaves out have the values
// that transformers gives them. Errors about the contents are *Error.
func ReadConfig(dir string) (*Config, error) {
	raw, err := ReadText(filepath.Join(dir, "config.json"))
	if err != nil {
		return nil, err
	}
	return ParseConfig(raw)
}

// ParseConfig decodes a config.json.
func ParseConfig(raw []byte) (*Config, error) {
	c, err := parseConfig(raw)
	if err != nil {
		return nil, &Error{File: "config.json", Err: err}
	}
	return c, nil
}

func parseConfig(raw []byte) (*Config, error) {
	var c Config
	if err := json.Unmarshal(raw, &c.fields); err != nil {
		return nil, err
	}
	if err := c.decode(); err != nil {
		return nil, err
	}
	for _, part := range []struct {
		name string
		to   **models.Config
	}{{"encoder", &c.Encoder}, {"decoder", &c.Decoder}} {
		if !c.isSet(part.name) {
			continue
		}
		if c.ModelType != "encoder-decoder" {
			return nil, fmt.Errorf("%s: only an encoder-decoder has one, not %s", part.name, c.ModelType)
		}
		nested := Config{}
		if err := json.Unmarshal(c.fields.values[part.name], &nested.fields); err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
		if err := nested.decode(); err != nil {
			return nil, fmt.Errorf("%s: %w", part.name, err)
		}
		if nested.ModelType == "encoder-decoder" {
			return nil, fmt.Errorf("%s: an encoder-decoder within another", part.name)
		}
		for _, name := range []string{"is_decoder", "add_cross_attention"} {
			if part.name == "decoder" && string(nested.fields.values[name]) == "false" {
				return nil, fmt.Errorf("decoder: %s: false: want true of a decoder, which would not see the encoder's output", name)
			}
		}
		*part.to = &nested.Config
	}
	if c.ModelType == "encoder-decoder" && (c.Encoder == nil || c.Decoder == nil) {
		return nil, errors.New("an encoder-decoder without encoder or decoder")
	}
	return &c, nil
}

// isSet reports whether a field is there and not null.
func (c *Config) isSet(name string) bool {
	v, ok := c.fields.values[name]
	return ok && string(v) != "null"
}

// decode fills the models' config from the fields, over the defaults of its
// model type.
func (c *Config) decode() error {
	if err := c.get("model_type", &c.ModelType); err != nil {
		return err
	}
	if err := c.get("architectures", &c.Architectures); err != nil {
		return err
	}
	if c.ModelType == "" {
		if len(c.Architectures) > 0 {
			c.ModelType = models.TypeOfClass(c.Architectures[0])
		}
		if c.ModelType == "" {
			return errors.New("model_type: there is none")
		}
	}
	if err := c.checkFixed(); err != nil {
		return err
	}
	kind, err := models.ArchitectureOf(c.ModelType)
	if err != nil { // it is read as far as it goes
		kind = &models.Architecture{ModelType: c.ModelType}
	}
	architectures := c.Architectures
	c.Config = kind.NewConfig()
	c.Config.Architectures = architectures
	plain := map[string]json.RawMessage{}
	for _, name := range c.fields.keys {
		if name == "encoder" || name == "decoder" || name == "model_type" {
			continue
		}
		to := name
		if own, ok := kind.Rename[name]; ok {
			to = own
		}
		if _, twice := plain[to]; twice && to == name {
			continue // the standard name wins, as in transformers
		}
		plain[to] = c.fields.values[name]
	}
	for _, name := range []string{"pad_token_id", "eos_token_id", "decoder_start_token_id"} {
		if string(plain[name]) == "null" {
			plain[name] = json.RawMessage("-1")
		}
	}
	all, err := json.Marshal(plain)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(all, &c.Config); err != nil {
		if e := (*json.UnmarshalTypeError)(nil); errors.As(err, &e) {
			return fmt.Errorf("%s: got %s, want %s", e.Field, e.Value, e.Type)
		}
		return err
	}
	if string(plain["classifier_dropout"]) == "null" {
		c.ClassifierDropout = nil
	}
	if c.BlockRepeats == nil && c.ModelType == "funnel" {
		for range c.BlockSizes {
			c.BlockRepeats = append(c.BlockRepeats, 1)
		}
	}
	if err := c.decodeLabels(); err != nil {
		return err
	}
	if err := c.get("torch_dtype", &c.DType); err != nil {
		return err
	}
	if err := c.get("dtype", &c.DType); err != nil {
		return err
	}
	c.DType = strings.TrimPrefix(c.DType, "torch.")
	return c.check()
}

// checkFixed refuses what no model here computes.
func (c *Config) checkFixed() error {
	for _, name := range c.fields.keys {
		want, ok := models.FixedFields[name]
		if got := compacted(c.fields.values[name]); ok && got != want && got != "null" {
			return fmt.Errorf("%s: %s: want %s, for nothing else runs", name, got, want)
		}
	}
	return nil
}

// compacted returns a JSON value without its white space.
func compacted(raw json.RawMessage) string {
	var b bytes.Buffer
	if err := json.Compact(&b, raw); err != nil {
		return string(raw)
	}
	return b.String()
}

// get decodes one field, if it is there.
func (c *Config) get(name string, to any) error {
	if !c.isSet(name) {
		return nil
	}
	if err := json.Unmarshal(c.fields.values[name], to); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// check refuses values that no class of transformers takes.
func (c *Config) check() error {
	switch c.ProblemType {
	case "", "regression", "single_label_classification", "multi_label_classification":
	default:
		return fmt.Errorf("problem_type: %q: want regression, single_label_classification or multi_label_classification", c.ProblemType)
	}
	for _, r := range c.Rates() {
		if !(r.Value >= 0 && r.Value < 1) {
			return fmt.Errorf("%s: %v: want a rate from 0 to below 1", r.Field, r.Value)
		}
	}
	return nil
}

// EncoderAlone returns the config of an encoder-decoder's encoder: what a task
// without a decoder trains. It panics if there is no encoder.
func (c *Config) EncoderAlone() *Config {
	e, err := ParseConfig(c.fields.values["encoder"])
	if err != nil {
		panic(err) // it was read with c
	}
	return e
}
