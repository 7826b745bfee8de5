package runs

import (
	"fmt"
	"path/filepath"
	"slices"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/inspect"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
)

// manifest says what the run is made from, its identity included. Of the warnings
// it has those of the model.
func (c *Cell) manifest(l *checkpoints.Loaded, sets []*tasks.Set, recipe any) (*results.Manifest, error) {
	raw, err := results.EncodeRecipe(recipe)
	if err != nil {
		return nil, err
	}
	info := l.Tokenizer.Info()
	m := &results.Manifest{
		Schema: results.Schema,
		Model: results.Model{Name: c.Model.Name, Path: filepath.ToSlash(c.Model.Dir), Architecture: l.Model.Config.ModelType,
			Parameters: int64(models.Count(l.Model.Params())), SHA256: l.SHA256},
		Tokenizer: results.Tokenizer{Type: info.Type, VocabSize: info.VocabSize, Lowercase: &info.Lowercase,
			StripAccents: info.StripAccents, SHA256: info.SHA256},
		Task:    c.Task.Name,
		Recipe:  raw,
		Program: c.Program,

		Warnings: slices.Clone(l.Warnings),
	}
	tokenizer := info.SHA256
	if a := info.Analyser; a != nil { // another library cuts other morphemes
		m.Tokenizer.Analyser = a.SHA256
		tokenizer = results.HashJSON([]string{info.SHA256, a.SHA256})
	}
	d, err := devices.Describe(string(c.Recipe.Device))
	if err != nil {
		return nil, err
	}
	if m.Program.Kernels = d.Kernels; d.Name != devices.CPU {
		m.Program.Device = &results.Device{Name: d.Model, Driver: d.Driver, API: d.API, Shaders: d.Shaders}
	}
	for _, set := range sets {
		m.Data = append(m.Data, results.Data{Split: set.Split, File: set.File, SHA256: set.SHA256,
			Rows: set.Rows, Dropped: set.Dropped})
	}
	return m, m.Identify(c.modelPart(l), tokenizer, results.HashJSON(c.Task.Definition()))
}

// dataWarnings are the reasons to doubt a run that its data give.
func dataWarnings(l *checkpoints.Loaded, sets []*tasks.Set) (all []results.Warning) {
	for _, set := range sets {
		all = append(all, inspect.Texts(l.Tokenizer, set)...)
		if set.Split == tasks.Holdout {
			all = append(all, results.Warning{Code: tasks.Holdout, Message: fmt.Sprintf(
				"%d of the examples in %s do not train: what is chosen is chosen on them", len(set.Examples), set.File)})
		}
	}
	return all
}

// modelPart is the fingerprint of what a model is, however it is called and
// wherever it lies: weights, config, and what becomes of its head; of one from
// nothing, all that draws it but the seed, which stands for itself.
func (c *Cell) modelPart(l *checkpoints.Loaded) string {
	if s := c.Model.Scratch; s != nil {
		return results.HashJSON(struct {
			Config    map[string]any        `json:"config"`
			Tokenizer configs.ScratchTokens `json:"tokenizer"`
		}{s.Scratch.Config, s.Scratch.Tokenizer})
	}
	return l.Identity
}
