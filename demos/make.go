package demos

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/tokenizers/training"
	"github.com/lmkor/bench/trainers"
)

// DefaultSteps is how long each model is trained where nothing else is said.
const DefaultSteps = 5000

// Options are what the models are a function of, and where they go.
type Options struct {
	Dir   string
	Texts []string // one a line of the user's files
	Only  []string // of Names; none: all
	Size  Size
	Steps int // of each model
	Seed  uint64
}

// Events hears of each model.
type Events interface {
	// Start is called before a model is trained, or with done if it is there already.
	Start(name string, done bool) trainers.Events
	// End is called when a model is in its folder.
	End(name, dir string)
}

// recipeFile in a model's folder holds the hash of all that it is a function of.
const recipeFile = "demo.json"

// Make trains the models that are not there yet, each into a folder of its name.
// A folder is there whole or not at all: a training that is cancelled gives a
// *trainers.InterruptedError, and the same call goes on from its state. A folder
// that another recipe or other texts made is an error.
func Make(ctx context.Context, o Options, events Events) error {
	names := o.Only
	if len(names) == 0 {
		names = Names
	}
	for _, n := range names {
		if !slices.Contains(Names, n) {
			return fmt.Errorf("model %q: want one of %s", n, strings.Join(Names, ", "))
		}
	}
	if o.Steps < 1 {
		return fmt.Errorf("%d steps: want 1 or more", o.Steps)
	}
	m := &maker{Options: o, events: events}
	if err := m.readTexts(); err != nil {
		return err
	}
	for _, n := range names {
		if err := m.make(ctx, n); err != nil {
			return fmt.Errorf("%s: %w", n, err)
		}
	}
	return nil
}

// maker makes the models of one recipe.
type maker struct {
	Options
	events Events
	tok    *tokenizers.Tokenizer
}

// readTexts leaves as many texts as the steps read, evenly from all, and trains
// the vocabulary that all models have.
func (m *maker) readTexts() error {
	all := slices.DeleteFunc(slices.Clone(m.Texts), func(t string) bool { return strings.TrimSpace(t) == "" })
	if len(all) == 0 {
		return errors.New("no text to train on")
	}
	most := m.Steps * batchTexts
	if len(all) > most {
		for i := range most {
			all[i] = all[i*len(all)/most]
		}
		all = all[:most]
	}
	m.Texts = all
	tok, err := training.WordPiece(slices.Values(all), training.Options{Size: m.Size.Vocabulary, MaxLength: positions})
	m.tok = tok
	return err
}

// hash names all that a model is a function of: size, seed, steps, texts, and the
// number of its recipe.
func (m *maker) hash(name string) string {
	recipe := maskedRecipe
	if writes(name) {
		recipe = writingRecipe
	}
	h := sha256.New()
	fmt.Fprintf(h, "demo %d size %+v seed %d steps %d\n", recipe, m.Size, m.Seed, m.Steps)
	for _, t := range m.Texts {
		fmt.Fprintf(h, "%d %s\n", len(t), t)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func (m *maker) make(ctx context.Context, name string) error {
	dir, hash := filepath.Join(m.Dir, name), m.hash(name)
	switch made, err := recipeOf(dir); {
	case err != nil:
		return err
	case made == hash:
		m.events.Start(name, true)
		return nil
	case made != "":
		return fmt.Errorf("%s was made by another recipe or of other texts: want another folder", dir)
	}
	config, err := m.Size.config(name, m.tok)
	if err != nil {
		return err
	}
	head, err := models.HeadOf(&config.Config)
	if err != nil {
		return err
	}
	model, err := models.New(config.Config, head, m.Seed)
	if err != nil {
		return err
	}
	objective, err := m.objective(name, model)
	if err != nil {
		return err
	}
	work := filepath.Join(m.Dir, "."+name+"-"+hash[:12])
	state := filepath.Join(work, "state")
	t, err := trainers.New(objective, m.options(name), m.events.Start(name, false), &trainers.FileStore{Path: state})
	if err != nil {
		return err
	}
	if _, err := t.Fit(ctx, nil); err != nil {
		return err
	}
	made := filepath.Join(work, "model")
	if err := m.write(made, name, config, model); err != nil {
		return err
	}
	if err := os.Rename(made, dir); err != nil {
		return err
	}
	if err := atomicfile.SyncDir(m.Dir); err != nil {
		return err
	}
	m.events.End(name, dir)
	return os.RemoveAll(work)
}

// recipeOf returns the hash that a model's folder has, "" if there is no folder.
func recipeOf(dir string) (string, error) {
	if _, err := os.Lstat(dir); errors.Is(err, os.ErrNotExist) {
		return "", nil
	}
	raw, err := os.ReadFile(filepath.Join(dir, recipeFile))
	if errors.Is(err, os.ErrNotExist) {
		return "none", nil
	}
	var r struct{ Recipe string }
	if err == nil {
		err = json.Unmarshal(raw, &r)
	}
	return r.Recipe, err
}

// options are the recipe of a model.
func (m *maker) options(name string) trainers.Options {
	batch := batchTexts
	if writes(name) {
		batch /= 3
	}
	return trainers.Options{BatchSize: batch, Epochs: 1, MaxSteps: m.Steps, LearningRate: 1e-3,
		WeightDecay: 0.01, WarmupRatio: 0.1,
		MaxGradNorm: 1, AdamBeta1: 0.9, AdamBeta2: 0.98, AdamEpsilon: 1e-6, Accumulation: 1, Seed: m.Seed, Shuffle: true}
}

func (m *maker) objective(name string, model *models.Model) (trainers.Objective, error) {
	switch name {
	case "gpt2":
		return objectives.NewNextWords(model, m.tok, slices.Values(m.Texts), maxTokens)
	case "summary":
		sources, targets := m.summaries()
		return objectives.NewSummaries(model, m.tok, sources, targets, positions, maxTokens)
	}
	masking := objectives.BERTMasking(m.Seed)
	masking.Apart = 1 // for people write [MASK]을
	return objectives.NewMaskedWords(model, m.tok, m.Texts, maxTokens, masking)
}

// summaries makes texts and their summaries where there are none: a few texts in a
// row, of which the first is the summary, as a news story's lead is.
func (m *maker) summaries() (sources, targets []string) {
	for i := 0; i < len(m.Texts); i += summaryText {
		part := m.Texts[i:min(len(m.Texts), i+summaryText)]
		sources, targets = append(sources, strings.Join(part, " ")), append(targets, part[0])
	}
	return sources, targets
}

// write leaves a directory that transformers loads.
func (m *maker) write(dir, name string, config *hf.Config, model *models.Model) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var tensors []hf.Tensor
	for _, p := range model.Params() {
		tensors = append(tensors, hf.Tensor{Name: p.Name, Shape: p.Shape, Data: p.Floats()})
	}
	if err := hf.WriteSafetensors(filepath.Join(dir, "model.safetensors"), tensors,
		map[string]string{"format": "pt"}); err != nil {
		return err
	}
	if err := hf.WriteConfig(dir, config); err != nil {
		return err
	}
	if err := m.tok.Save(dir); err != nil {
		return err
	}
	made := object{"recipe": m.hash(name), "steps": m.Steps, "seed": m.Seed, "texts": len(m.Texts)}
	files := map[string]any{recipeFile: made}
	if s := settings(name, m.tok); s != nil {
		files["generation_config.json"] = s
	}
	for file, v := range files {
		err := atomicfile.Write(filepath.Join(dir, file), func(w io.Writer) error {
			e := json.NewEncoder(w)
			e.SetIndent("", "  ")
			return e.Encode(v)
		})
		if err != nil {
			return err
		}
	}
	return nil
}
