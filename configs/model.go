package configs

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/internal/strictyaml"
	arch "github.com/lmkor/bench/models"
)

// ModelSpec is a model that can be named: one of the hub's, one in an archive of
// its authors', one in a directory, or sizes to start from nothing with.
type ModelSpec struct {
	Name         string   `yaml:"name"`
	Title        string   `yaml:"title"`        // as tables call it
	Hub          string   `yaml:"hub"`          // its Hugging Face name
	Archive      string   `yaml:"archive"`      // the page of one that is not on the hub: its directory is to be added by hand
	Dir          string   `yaml:"dir"`          // its directory, from the file's own if relative
	Architecture string   `yaml:"architecture"` // model_type of its config.json
	MaxLength    int      `yaml:"max_length"`   // the most tokens it takes; 0: its config says
	Published    string   `yaml:"published"`    // its row's name in published tables
	Note         string   `yaml:"note"`
	Quirks       []string `yaml:"quirks"` // what to know before comparing it with others
	Recipe       string   `yaml:"recipe"` // where neither a suite nor the user names one
	Scratch      *Scratch `yaml:"scratch"`
}

// Scratch is a model without weights: a config.json and how to train its
// vocabulary on the task's training text.
type Scratch struct {
	Config    map[string]any `yaml:"config"`
	Tokenizer ScratchTokens  `yaml:"tokenizer"`
}

// ScratchTokens says which WordPiece vocabulary to train.
type ScratchTokens struct {
	VocabSize    int  `yaml:"vocab_size"` // special and unused tokens included
	MinFrequency int  `yaml:"min_frequency"`
	Unused       int  `yaml:"unused"` // slots for tokens of the user's own
	Lowercase    bool `yaml:"lowercase"`
	StripAccents bool `yaml:"strip_accents"`
	Clean        bool `yaml:"clean"` // characters other than Hangul, Latin, digits and common punctuation are removed before
}

// ConfigJSON returns the config as config.json has it, vocabulary size aside.
func (s *Scratch) ConfigJSON() ([]byte, error) { return json.Marshal(s.Config) }

// FindModel returns a named model, or the user's own where name is a YAML file.
func FindModel(name string) (*ModelSpec, error) {
	var m ModelSpec
	raw, file, err := models.load(name, &m)
	if err != nil {
		return nil, err
	}
	if m.Title == "" {
		m.Title = m.Name
	}
	if m.Dir != "" && !filepath.IsAbs(m.Dir) && isFile(name) { // models add writes absolute ones
		m.Dir = filepath.Join(filepath.Dir(name), m.Dir)
	}
	if msg, keys := m.mistake(); msg != "" {
		return nil, strictyaml.Place(raw, file, msg, keys...)
	}
	if m.Recipe != "" {
		if _, err := FindRecipe(m.Recipe, ""); err != nil {
			return nil, strictyaml.Place(raw, file, err.Error(), "recipe")
		}
	}
	return &m, nil
}

// mistake returns what makes the model unusable and where it stands, or nothing.
func (m *ModelSpec) mistake() (msg string, keys []string) {
	ways := 0
	for _, is := range []bool{m.Hub != "", m.Archive != "", m.Dir != "", m.Scratch != nil} {
		if is {
			ways++
		}
	}
	switch {
	case m.Name == "":
		return "name: want one", []string{"name"}
	case ways != 1:
		return "want one of hub, archive, dir and scratch", nil
	case m.MaxLength < 0:
		return fmt.Sprintf("max_length %d: want 0 or more", m.MaxLength), []string{"max_length"}
	case m.Scratch == nil:
		return "", nil
	}
	return m.Scratch.mistake()
}

func (s *Scratch) mistake() (msg string, keys []string) {
	if s.Config["model_type"] == nil {
		return "config: want a model_type", []string{"scratch", "config"}
	}
	if s.Config["vocab_size"] != nil {
		return "vocab_size belongs under tokenizer", []string{"scratch", "config", "vocab_size"}
	}
	if msg, keys := unknownField(s.Config); msg != "" {
		return msg, append([]string{"scratch", "config"}, keys...)
	}
	for _, n := range []struct {
		name        string
		value, from int
	}{{"vocab_size", s.Tokenizer.VocabSize, 100}, {"min_frequency", s.Tokenizer.MinFrequency, 0},
		{"unused", s.Tokenizer.Unused, 0}} {
		if n.value < n.from || n.value > 10_000_000 {
			return fmt.Sprintf("%s %d: want %d to 10000000", n.name, n.value, n.from), []string{"scratch", "tokenizer", n.name}
		}
	}
	return "", nil
}

// unknownField finds the first field of a config that its architecture does not
// read, in the configs of an encoder-decoder's parts too.
func unknownField(config map[string]any) (msg string, keys []string) {
	modelType, _ := config["model_type"].(string)
	a, err := arch.ArchitectureOf(modelType)
	if err != nil {
		return fmt.Sprintf("model_type %v: want one of %s", config["model_type"], strings.Join(arch.ModelTypes(), ", ")),
			[]string{"model_type"}
	}
	known := slices.DeleteFunc(a.Fields(), func(name string) bool { return name == "vocab_size" }) // the tokenizer's
	for name := range a.Rename {
		known = append(known, name)
	}
	for _, name := range sortedKeys(config) {
		if !slices.Contains(known, name) {
			return strictyaml.UnknownField(name, known), []string{name}
		}
		if name == "encoder" || name == "decoder" {
			part, ok := config[name].(map[string]any)
			if !ok {
				return name + ": want a config", []string{name}
			}
			if msg, keys := unknownField(part); msg != "" {
				return msg, append([]string{name}, keys...)
			}
		}
	}
	return "", nil
}

// Models returns all embedded models, by name.
func Models() ([]*ModelSpec, error) {
	var all []*ModelSpec
	for _, n := range models.names() {
		m, err := FindModel(n)
		if err != nil {
			return nil, err
		}
		all = append(all, m)
	}
	return all, nil
}

// ErrNameTaken says that a model of that name is there already.
var ErrNameTaken = errors.New("the name is taken")

// AddModel names a directory: it writes a file into UserDir and returns its
// path. It returns ErrNameTaken for a name that any model has, but one of an
// archive, which the directory is then.
func AddModel(m ModelSpec) (string, error) {
	if slices.Contains(models.names(), m.Name) {
		old, err := FindModel(m.Name)
		if err != nil || old.Archive == "" {
			return "", fmt.Errorf("model %q: %w", m.Name, ErrNameTaken)
		}
		m.Published = old.Published
		if m.Title == "" {
			m.Title = old.Title
		}
	}
	if !pathWord.MatchString(m.Name) {
		return "", fmt.Errorf("model %q: want a name of letters, digits, dots, hyphens and underscores", m.Name)
	}
	path := models.userFile(m.Name)
	if path == "" {
		return "", errors.New("no folder for configuration: name one with BENCH_CONFIG_DIR")
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return "", err
	}
	return path, atomicfile.Write(path, func(w io.Writer) error {
		for _, f := range []struct{ name, value string }{{"name", m.Name}, {"title", m.Title}, {"dir", m.Dir},
			{"architecture", m.Architecture}, {"published", m.Published}} {
			if f.value == "" {
				continue
			}
			text, err := yaml.Marshal(f.value)
			if err != nil {
				return err
			}
			if _, err := fmt.Fprintf(w, "%s: %s", f.name, text); err != nil {
				return err
			}
		}
		return nil
	})
}

// pathWord is a name that can be a file's on every system.
var pathWord = regexp.MustCompile(`^[\pL\pN][\pL\pN._-]*$`)
