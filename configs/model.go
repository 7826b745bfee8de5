package configs

import (
	"encoding/json"
	"fmt"
)

// ModelSpec is a model that can be named: one of the hub's, or sizes to start
// from nothing with.
type ModelSpec struct {
	Name      string   `yaml:"name"`
	Title     string   `yaml:"title"` // as tables call it
	Hub       string   `yaml:"hub"`   // its Hugging Face name
	Published string   `yaml:"published"`
	Note      string   `yaml:"note"`
	Recipe    string   `yaml:"recipe"` // where neither a suite nor the user names one
	Scratch   *Scratch `yaml:"scratch"`
}

// Scratch is a model without weights: a config.json and how to train its
// vocabulary on the task's training text.
type Scratch struct {
	Config    map[string]any `yaml:"config"`
	Tokenizer ScratchTokens  `yaml:"tokenizer"`
}

// ScratchTokens says which WordPiece vocabulary to train.
type ScratchTokens struct {
	VocabSize    int  `yaml:"vocab_size"`
	MinFrequency int  `yaml:"min_frequency"`
	Unused       int  `yaml:"unused"`
	Lowercase    bool `yaml:"lowercase"`
	StripAccents bool `yaml:"strip_accents"`
	Clean        bool `yaml:"clean"`
}

// ConfigJSON returns the config as config.json has it, vocabulary size aside.
func (s *Scratch) ConfigJSON() ([]byte, error) { return json.Marshal(s.Config) }

// FindModel returns a named model, or the user's own where name is a YAML file.
func FindModel(name string) (*ModelSpec, error) {
	raw, file, err := read(modelFolder, "model", name)
	if err != nil {
		return nil, err
	}
	var m ModelSpec
	if err := load(raw, file, &m); err != nil {
		return nil, err
	}
	return &m, m.check(file)
}

func (m *ModelSpec) check(file string) error {
	switch {
	case m.Name == "":
		return fmt.Errorf("%s: name: want one", file)
	case (m.Hub == "") == (m.Scratch == nil):
		return fmt.Errorf("%s: want either hub or scratch", file)
	case m.Scratch != nil && m.Scratch.Tokenizer.VocabSize < 100:
		return fmt.Errorf("%s: vocab_size %d: want 100 or more", file, m.Scratch.Tokenizer.VocabSize)
	case m.Scratch != nil && m.Scratch.Config["model_type"] == nil:
		return fmt.Errorf("%s: config: want a model_type", file)
	}
	return nil
}

// Models returns all embedded models, by name.
func Models() ([]*ModelSpec, error) {
	var all []*ModelSpec
	for _, n := range names(modelFolder) {
		m, err := FindModel(n)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}
