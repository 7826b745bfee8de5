package checkpoints

import (
	"fmt"
	"math"
	"slices"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/tokenizers"
)

// Known is what is known of a model by name.
type Known struct {
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

// KnownModels returns the models that configs name, those that the user has named,
// and the checkpoints in the hub's cache.
func KnownModels() ([]Known, error) {
	specs, err := configs.Models()
	if err != nil {
		return nil, err
	}
	var all []Known
	for _, spec := range specs {
		all = append(all, knownBy(spec))
	}
	cached, err := hf.ListCache()
	if err != nil {
		return nil, err
	}
	return append(all, cachedBeside(all, cached)...), nil
}

// Describe reads a directory, a hub name's in the cache, or a name's config
// and what of it is here.
func Describe(name string) (*Known, error) {
	m := &Known{Name: name, Kind: "cache", Hub: name}
	if spec, err := configs.FindModel(name); err == nil {
		*m = knownBy(spec)
	}
	src, err := Find(name)
	switch {
	case err == nil && src.Scratch != nil:
		return m, nil
	case err == nil && src.Dir == name:
		m = &Known{Name: src.Name, Kind: "directory", Dir: name}
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
func (m *Known) read() error {
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
	origin, err := ReadOrigin(m.Dir)
	if err != nil {
		return err
	}
	if origin != nil {
		m.Task, m.Identity = origin.Task.Name, origin.Identity
	}
	return nil
}

// cachedBeside marks the named models that the hub's cache has, and returns the
// cache's other checkpoints.
func cachedBeside(named []Known, cached []hf.Cached) (others []Known) {
	for _, c := range cached {
		known := false
		for i := range named {
			if named[i].Hub == c.Name {
				named[i].Dir, known = c.Dir, true
			}
		}
		if known {
			continue
		}
		if config, err := hf.ReadConfig(c.Dir); err == nil { // a data set or a tokenizer has none
			others = append(others, Known{Name: c.Name, Kind: "cache", Hub: c.Name, Dir: c.Dir, Architecture: config.ModelType})
		}
	}
	return others
}

// knownBy is what a name of configs says.
func knownBy(s *configs.ModelSpec) Known {
	m := Known{Name: s.Name, Title: s.Title, Kind: "hub", Hub: s.Hub, Dir: s.Dir, Note: s.Note, Quirks: s.Quirks,
		Architecture: s.Architecture, MaxTokens: s.MaxLength}
	switch {
	case s.Dir != "":
		m.Kind = "directory"
	case s.Archive != "":
		m.Kind, m.Archive = "archive", s.Archive
	}
	if s.Scratch != nil {
		m.Kind = "scratch"
		if t, ok := s.Scratch.Config["model_type"].(string); ok {
			m.Architecture = t
		}
		m.Vocabulary = s.Scratch.Tokenizer.VocabSize
	}
	return m
}
