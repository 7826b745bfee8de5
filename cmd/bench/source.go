package main

import (
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// source is what a training starts from: a Hugging Face directory, or sizes to
// start from nothing with.
type source struct {
	Name    string
	Dir     string             // of a checkpoint; empty when it starts from nothing
	Scratch *configs.ModelSpec // nil with a checkpoint
}

// findModel resolves what --model names: a directory, a name in configs, or a
// Hugging Face name in the local cache.
func findModel(name string) (source, error) {
	if info, err := os.Stat(name); err == nil && info.IsDir() {
		return source{Name: nameOf(name), Dir: name}, nil
	}
	spec, err := configs.FindModel(name)
	switch {
	case err == nil && spec.Scratch != nil:
		return source{Name: spec.Name, Scratch: spec}, nil
	case err == nil && spec.Dir != "":
		return source{Name: spec.Name, Dir: spec.Dir}, nil
	case err == nil && spec.Archive != "":
		return source{}, fmt.Errorf("%s is not on the hub: get it from %s, and name its directory with 'bench models add DIR --name %s'", spec.Name, spec.Archive, spec.Name)
	case err == nil:
		dir, err := hf.Resolve(spec.Hub)
		return source{Name: spec.Name, Dir: dir}, err
	case strings.Contains(name, "/"):
		dir, err := hf.Resolve(name)
		return source{Name: name, Dir: dir}, err
	}
	return source{}, err
}

// nameOf is what a directory's model is called: after the directory, but a
// run's checkpoint after what was trained on what, and a snapshot of the hub's
// cache by its hub name, for all of those would have the same name.
func nameOf(dir string) string {
	if abs, err := filepath.Abs(dir); err == nil {
		dir = abs
	}
	base, parent := filepath.Base(dir), filepath.Dir(dir)
	if base == results.CheckpointDir {
		if run, err := results.Open(parent); err == nil {
			return run.Result.Model + "-" + run.Result.Task
		}
	}
	if repo, ok := strings.CutPrefix(filepath.Base(filepath.Dir(parent)), "models--"); ok && filepath.Base(parent) == "snapshots" {
		return strings.ReplaceAll(repo, "--", "/")
	}
	return base
}

// start is a model ready to train.
type start struct {
	model     *models.Model
	tok       *tokenizers.Tokenizer
	config    *hf.Config // as it will be written, the task's labels included
	sha256    string     // of the weights, or of what drew them
	newHead   bool
	headNames []string
	part      bool // of an encoder-decoder
}

// load makes the model for a task. train gives the texts of the training rows,
// for the vocabulary of a model that starts from nothing.
func (s source) load(t *tasks.Task, seed uint64, train iter.Seq[string]) (*start, error) {
	if s.Scratch != nil {
		return s.draw(t, seed, train)
	}
	// The fingerprint takes about as long as all the rest, on a core of its own.
	sum := make(chan fingerprint, 1)
	go func() {
		hex, err := hf.Fingerprint(s.Dir)
		sum <- fingerprint{hex, err}
	}()
	st, err := s.open(t, seed)
	f := <-sum
	if err != nil {
		return nil, err
	}
	if f.err != nil {
		return nil, f.err
	}
	st.sha256 = f.hex
	return st, nil
}

// fingerprint is the SHA-256 of a directory's weights, or why there is none.
type fingerprint struct {
	hex string
	err error
}

// open loads a checkpoint for a task.
func (s source) open(t *tasks.Task, seed uint64) (*start, error) {
	tok, err := tokenizers.Load(s.Dir)
	if err != nil {
		return nil, err
	}
	config, err := hf.ReadConfig(s.Dir)
	if err != nil {
		return nil, err
	}
	w, err := hf.OpenWeights(s.Dir)
	if err != nil {
		return nil, err
	}
	defer w.Close()
	keep := keepsHead(config, t)
	head := headFor(t)
	whole := config.ModelType
	config, from := forTask(config, w)
	if pad := int(tok.PadID()); config.ModelType == "gpt2" && config.PadTokenID < 0 && pad >= 0 {
		config.SetPadTokenID(pad) // without one, transformers refuses to classify batches
	}
	m, rep, err := models.Open(config.Config, head, from, !keep, seed)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Dir, err)
	}
	config.SetTask(head, labelNames(t))
	return &start{model: m, tok: tok, config: config, newHead: len(rep.Drawn) > 0, headNames: rep.Drawn, part: whole != config.ModelType}, nil
}

// draw makes a model from nothing: a vocabulary of the training texts, weights
// from the seed.
func (s source) draw(t *tasks.Task, seed uint64, train iter.Seq[string]) (*start, error) {
	tk := s.Scratch.Scratch.Tokenizer
	tok, err := tokenizers.TrainWordPiece(train, tokenizers.TrainOptions{
		Size: tk.VocabSize, MinFrequency: tk.MinFrequency, Unused: tk.Unused,
		Cased: !tk.Lowercase, StripAccents: tk.StripAccents, Clean: tk.Clean,
	})
	if err != nil {
		return nil, err
	}
	raw, err := s.Scratch.Scratch.ConfigJSON()
	if err != nil {
		return nil, err
	}
	config, err := hf.ParseConfig(raw)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", s.Name, err)
	}
	config, _ = forTask(config, nil)
	config.SetVocabSize(tok.VocabSize())
	head := headFor(t)
	m, err := models.New(config.Config, head, seed)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", s.Name, err)
	}
	config.SetTask(head, labelNames(t))
	h := sha256.New()
	fmt.Fprintf(h, "%s seed %d tokenizer %s", raw, seed, tok.Info().SHA256)
	return &start{model: m, tok: tok, config: config, sha256: fmt.Sprintf("%x", h.Sum(nil)), newHead: true}, nil
}

// forTask returns what of a checkpoint a task trains: all of it, but of an
// encoder-decoder the encoder, which is a BERT.
func forTask(c *hf.Config, w models.Source) (*hf.Config, models.Source) {
	if c.ModelType != "encoder-decoder" {
		return c, w
	}
	if w != nil {
		w = models.EncoderOf(w)
	}
	return c.EncoderAlone(), w
}

// headFor is the head that a task needs.
func headFor(t *tasks.Task) models.Head {
	switch t.Kind {
	case tasks.Regress:
		return models.Head{Kind: models.SequenceHead, Labels: 1}
	case tasks.Tag:
		return models.Head{Kind: models.TokenHead, Labels: len(t.Labels)}
	}
	return models.Head{Kind: models.SequenceHead, Labels: len(t.Labels)}
}

// labelNames are the labels as config.json names them; a regression has one.
func labelNames(t *tasks.Task) []string {
	if t.Kind == tasks.Regress {
		return []string{"LABEL_0"}
	}
	return t.Labels
}

// keepsHead reports whether a checkpoint has the task's own head: its class is
// the head's, and its labels are the task's, or only numbered and as many.
func keepsHead(c *hf.Config, t *tasks.Task) bool {
	class := "ForSequenceClassification"
	if t.Kind == tasks.Tag {
		class = "ForTokenClassification"
	}
	if len(c.Architectures) == 0 || !strings.HasSuffix(c.Architectures[0], class) {
		return false
	}
	want := labelNames(t)
	return slices.Equal(c.Labels, want) || len(c.Labels) == len(want) && numbered(c.Labels)
}

func numbered(labels []string) bool {
	for i, l := range labels {
		if l != fmt.Sprintf("LABEL_%d", i) {
			return false
		}
	}
	return true
}

// save writes the trained model as a directory that transformers loads, with a
// card that says what it was made from.
func (s *start) save(dir string, m *results.Manifest, r *results.Result) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	var tensors []hf.Tensor
	for _, p := range s.model.Params() {
		tensors = append(tensors, hf.Tensor{Name: p.Name, Shape: p.Shape, Data: p.Floats()})
	}
	if err := hf.WriteSafetensors(filepath.Join(dir, "model.safetensors"), tensors, map[string]string{"format": "pt"}); err != nil {
		return err
	}
	if err := hf.WriteConfig(dir, s.config); err != nil {
		return err
	}
	if err := s.tok.Save(dir); err != nil {
		return err
	}
	return hf.WriteCard(dir, card(m, r))
}

// pipeline is the hub's name of the kind of task that a metric scores.
func pipeline(n metrics.Name) string {
	switch n {
	case metrics.F1, metrics.F1FullGold, metrics.Precision, metrics.Recall:
		return "token-classification"
	case metrics.Spearman, metrics.Pearson:
		return "sentence-similarity"
	}
	return "text-classification"
}

func card(m *results.Manifest, r *results.Result) hf.Card {
	c := hf.Card{Model: r.Model, Base: r.Model, Task: r.Task, Pipeline: pipeline(r.Metric), Split: r.Split, Metric: string(r.Metric),
		Score: r.Score, Interval: r.Interval, N: r.N, Recipe: m.Recipe, Generator: "bench " + m.Program.Version, Parameters: m.Model.Parameters}
	for _, d := range m.Data {
		c.Data = append(c.Data, hf.CardData{Split: d.Split, File: d.File, SHA256: d.SHA256, Rows: d.Rows})
	}
	return c
}

// say tells the user what about the start is not obvious.
func (s *start) say(w io.Writer, name string) {
	if s.part {
		fmt.Fprintf(w, "%s: of the encoder-decoder, the encoder is trained\n", name)
	}
	if len(s.headNames) > 0 {
		fmt.Fprintf(w, "%s: the head is new, drawn from the seed\n", name)
	}
}
