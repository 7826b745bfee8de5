package main

import (
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/tokenizers"
)

// modelInfo is what is known of a model by name.
type modelInfo struct {
	Name         string   `json:"name"`
	Title        string   `json:"title,omitempty"`
	Kind         string   `json:"kind"` // hub, archive, scratch, directory, cache
	Hub          string   `json:"hub,omitempty"`
	Archive      string   `json:"archive,omitempty"` // the page to get it from
	Dir          string   `json:"dir,omitempty"`
	Note         string   `json:"note,omitempty"`
	Quirks       []string `json:"quirks,omitempty"`
	Architecture string   `json:"architecture,omitempty"`
	Heads        []string `json:"architectures,omitempty"`
	Parameters   int      `json:"parameters,omitempty"` // of the tensors in the file
	Vocabulary   int      `json:"vocab_size,omitempty"`
	Tokenizer    string   `json:"tokenizer,omitempty"`
	MaxTokens    int      `json:"max_position_embeddings,omitempty"`
	Labels       []string `json:"labels,omitempty"`
	Task         string   `json:"task,omitempty"`     // that bench trained its head on
	Identity     string   `json:"identity,omitempty"` // of the run that did
}

// modelsShowOptions are the flags of `bench models show`.
type modelsShowOptions struct{ model, format string }

func newModelsShowCmd() *cobra.Command {
	var o modelsShowOptions
	cmd := &cobra.Command{
		Use:   "show M",
		Short: "Show a named model or what a directory holds",
		Example: `  bench models show bert-tiny-scratch
  bench models show ./my-bert --format json
  bench models show beomi/kcbert-base`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			o.model = a[0]
			return o.run(streamsOf(cmd))
		},
	}
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

// run prints what is known of the model.
func (o *modelsShowOptions) run(s streams) error {
	m, err := describeModel(o.model)
	if err != nil {
		return err
	}
	if o.format == "json" {
		return s.json(m)
	}
	return m.print(s.out)
}

// print prints what is known, an item a line.
func (m *modelInfo) print(stdout io.Writer) error {
	w := newColumns(stdout)
	row := func(name string, v any, show bool) {
		if show {
			fmt.Fprintf(w, "%s\t%v\n", name, v)
		}
	}
	row("name", m.Name, true)
	row("title", m.Title, m.Title != "")
	row("kind", m.Kind, true)
	row("Hugging Face name", m.Hub, m.Hub != "")
	row("page", m.Archive, m.Archive != "")
	row("directory", m.Dir, m.Dir != "")
	row("architecture", m.Architecture, m.Architecture != "")
	row("class", m.Heads, len(m.Heads) > 0)
	row("parameters", m.Parameters, m.Parameters > 0)
	row("vocabulary", m.Vocabulary, m.Vocabulary > 0)
	row("tokenizer", m.Tokenizer, m.Tokenizer != "")
	row("longest input", m.MaxTokens, m.MaxTokens > 0)
	row("labels", m.Labels, len(m.Labels) > 0)
	row("trained on", m.Task, m.Task != "")
	row("run", m.Identity, m.Identity != "")
	row("note", m.Note, m.Note != "")
	for _, q := range m.Quirks {
		row("mind", q, true)
	}
	return w.Flush()
}

// describeModel reads a directory, a hub name's in the cache, or a name's config
// and what of it is here.
func describeModel(name string) (*modelInfo, error) {
	m := &modelInfo{Name: name, Kind: "cache", Hub: name}
	if spec, err := configs.FindModel(name); err == nil {
		*m = specInfo(spec)
	}
	src, err := checkpoints.Find(name)
	switch {
	case err == nil && src.Scratch != nil:
		return m, nil
	case err == nil && src.Dir == name:
		m = &modelInfo{Name: src.Name, Kind: "directory", Dir: name}
	case err == nil:
		m.Dir = src.Dir
	case m.Kind != "cache":
		return m, nil // named, and not here
	default:
		return nil, err
	}
	return m, m.read()
}

// read fills in what the model's directory says.
func (m *modelInfo) read() error {
	c, err := hf.ReadConfig(m.Dir)
	if err != nil {
		return fmt.Errorf("%s: %w", m.Dir, err)
	}
	w, err := hf.OpenWeights(m.Dir)
	if err != nil {
		return fmt.Errorf("%s: %w", m.Dir, err)
	}
	defer w.Close()
	m.Architecture, m.Heads, m.Vocabulary, m.Labels = c.ModelType, c.Architectures, c.VocabSize, c.Labels
	if slices.Contains(models.ModelTypes(), c.ModelType) {
		m.Vocabulary = c.Vocabulary()
		if most := c.MaxTokens(); most != math.MaxInt32 {
			m.MaxTokens = most
		}
	}
	m.Parameters = 0
	for _, n := range w.Names() {
		size := 1
		for _, d := range w.Shape(n) {
			size *= d
		}
		m.Parameters += size
	}
	tok, err := tokenizers.Load(m.Dir)
	if err != nil {
		return fmt.Errorf("%s: %w", m.Dir, err)
	}
	m.Tokenizer = tok.Info().Type
	origin, err := checkpoints.ReadOrigin(m.Dir)
	if err != nil {
		return err
	}
	if origin != nil {
		m.Task, m.Identity = origin.Task.Name, origin.Identity
	}
	return nil
}
