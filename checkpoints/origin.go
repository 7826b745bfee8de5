package checkpoints

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
)

// OriginFile is what a checkpoint that bench writes holds beside Hugging Face's
// files: where it comes from.
const OriginFile = "bench.json"

// OriginSchema is the version of bench.json that this program writes.
const OriginSchema = 1

// Origin is where a checkpoint comes from: the task that its head was trained
// on, how, and the run that did it.
type Origin struct {
	Schema    int              `json:"schema"`
	Model     string           `json:"model"` // what was fine-tuned, as the run calls it
	Seed      uint64           `json:"seed"`
	Task      tasks.Definition `json:"task"`
	Recipe    json.RawMessage  `json:"recipe"`           // of the run, every field
	Identity  string           `json:"identity"`         // of the run
	Weights   string           `json:"weights_sha256"`   // as they were written
	Tokenizer string           `json:"tokenizer_sha256"` // as it was written
}

// SchemaError says that a bench.json is of a version that this program can't
// read.
type SchemaError struct {
	File   string
	Schema int
}

func (e *SchemaError) Error() string {
	return fmt.Sprintf("%s: schema %d: this bench reads up to %d: a newer one wrote it", e.File, e.Schema, OriginSchema)
}

// ReadOrigin reads where the checkpoint in dir comes from: bench.json, or what
// the run around it has recorded; nil where there is neither.
func ReadOrigin(dir string) (*Origin, error) {
	path := filepath.Join(dir, OriginFile)
	raw, err := hf.ReadText(path)
	if errors.Is(err, fs.ErrNotExist) {
		return originOfRun(dir), nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	return parseOrigin(raw, path)
}

// parseOrigin decodes a bench.json, which errors call by its path.
func parseOrigin(raw []byte, path string) (*Origin, error) {
	var o Origin
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if o.Schema > OriginSchema {
		return nil, &SchemaError{path, o.Schema}
	}
	if o.Schema < 1 || o.Task.Name == "" {
		return nil, fmt.Errorf("%s: no schema or no task: want what 'bench run' writes", path)
	}
	return &o, nil
}

// originOfRun is what the records of the run directory around a checkpoint say:
// runs of old versions have no bench.json. Their task is one of the table.
func originOfRun(dir string) *Origin {
	abs, err := filepath.Abs(dir)
	if err != nil || filepath.Base(abs) != results.CheckpointDir {
		return nil
	}
	run, err := results.Open(filepath.Dir(abs))
	if err != nil {
		return nil
	}
	o := &Origin{Model: run.Result.Model, Seed: run.Result.Seed, Recipe: run.Manifest.Recipe, Identity: run.Manifest.Identity}
	o.Task.Name = run.Result.Task
	if t, err := tasks.Find(run.Result.Task); err == nil {
		o.Task = t.Definition()
	}
	return o
}

// Recall reads where the source comes from and, where its weights and tokenizer
// are still those that a run wrote, calls it what the run called its model, and
// on another task than the run's after both. A name that the user gave stays. It
// is nil where nothing is known.
func (s *Source) Recall(t *tasks.Task) (*Origin, error) {
	o, err := ReadOrigin(s.Dir)
	if err != nil || o == nil {
		return nil, err
	}
	if o.Weights != "" {
		weights, err := hf.Fingerprint(s.Dir)
		if err != nil {
			return nil, s.within(err)
		}
		tok, err := s.Tokenizing.Load(s.Dir)
		if err != nil {
			return nil, s.within(err)
		}
		if weights != o.Weights || tok.Info().SHA256 != o.Tokenizer {
			return o, nil
		}
	}
	if !s.named {
		s.Name = o.Model
		if o.Task.Name != t.Name {
			s.Name += "-" + o.Task.Name
		}
	}
	return o, nil
}

// settingsOfAnswers are the recipe fields that answers depend on besides the
// weights.
var settingsOfAnswers = []string{"max_length", "truncation", "padding", "precision"}

// Settings are the recipe's fields that answers depend on, as --set has them:
// key=value.
func (o *Origin) Settings() ([]string, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(o.Recipe, &fields); err != nil {
		return nil, fmt.Errorf("recipe of the checkpoint: %w", err)
	}
	var all []string
	for _, name := range settingsOfAnswers {
		raw, ok := fields[name]
		if !ok {
			continue
		}
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
		}
		all = append(all, name+"="+text)
	}
	return all, nil
}

// write leaves bench.json in dir, whose weights and tokenizer are there already.
func (o *Origin) write(dir string) error {
	return atomicfile.Write(filepath.Join(dir, OriginFile), func(w io.Writer) error {
		e := json.NewEncoder(w)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		return e.Encode(o)
	})
}
