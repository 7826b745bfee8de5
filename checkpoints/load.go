package checkpoints

import (
	"crypto/sha256"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/models/inspect"
	"github.com/lmkor/bench/models/weights"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/tokenizers/training"
)

// Loaded is a model ready to train or to be scored on a task.
type Loaded struct {
	Model       *models.Model
	Tokenizer   *tokenizers.Tokenizer
	Config      *hf.Config // as it will be written, the task's labels included
	SHA256      string     // of the weights, or of what drew them
	Identity    string     // SHA-256 of all that the model is a function of: weights, config, and what was made of the head
	NewHead     bool       // the head was drawn from the seed
	Drawn       []string   // names of the parameters drawn for a checkpoint
	Reason      string     // why a checkpoint's head was kept or drawn; empty: there was no checkpoint
	EncoderOnly bool       // of an encoder-decoder
	Warnings    []results.Warning

	task       *tasks.Task
	tokenizing tokenizers.LoadOptions // by which the tokenizer was loaded
}

// Load makes the model for a task. train gives the texts of the training rows,
// for the vocabulary of a model that starts from nothing.
func (s Source) Load(t *tasks.Task, seed uint64, train iter.Seq[string]) (*Loaded, error) {
	if s.Scratch != nil {
		return s.draw(t, seed, train)
	}
	// The fingerprint takes about as long as all the rest, on a core of its own.
	sum := make(chan fingerprint, 1)
	go func() {
		hex, err := hf.Fingerprint(s.Dir)
		sum <- fingerprint{hex, err}
	}()
	l, err := s.open(t, seed)
	f := <-sum
	if err != nil {
		return nil, err
	}
	if f.err != nil {
		return nil, s.within(f.err)
	}
	l.SHA256 = f.hex
	l.Identity = results.HashJSON([]string{f.hex, l.Identity})
	return l, nil
}

// fingerprint is the SHA-256 of a directory's weights, or why there is none.
type fingerprint struct {
	hex string
	err error
}

// open loads a checkpoint for a task.
func (s Source) open(t *tasks.Task, seed uint64) (*Loaded, error) {
	tok, err := s.Tokenizing.Load(s.Dir)
	if err != nil {
		return nil, s.within(err)
	}
	config, err := hf.ReadConfig(s.Dir)
	if err != nil {
		return nil, s.within(err)
	}
	origin, err := ReadOrigin(s.Dir)
	if err != nil {
		return nil, err
	}
	chosen, err := chooseHead(config, t, origin, s.Labels)
	if err != nil {
		return nil, s.within(err)
	}
	w, err := hf.OpenWeights(s.Dir)
	if err != nil {
		return nil, s.within(err)
	}
	defer w.Close()
	l := &Loaded{Tokenizer: tok, Reason: chosen.reason, EncoderOnly: config.ModelType == "encoder-decoder",
		task: t, tokenizing: s.Tokenizing}
	l.Identity = identity(config, chosen)
	var from weights.Source
	l.Config, from = forTask(config, w)
	l.Config.Threads = s.Threads
	if pad := int(tok.PadID()); l.Config.NeedsPad() && l.Config.PadTokenID < 0 && pad >= 0 {
		l.Config.SetPadTokenID(pad) // without one, transformers refuses to classify batches
	}
	m, rep, err := models.Open(l.Config.Config, headFor(t), from, !chosen.keep, seed)
	if err != nil {
		return nil, s.within(err)
	}
	l.Model, l.NewHead, l.Drawn = m, len(rep.Drawn) > 0, rep.Drawn
	switch {
	case chosen.keep && l.NewHead:
		l.Reason = "the weights lack the head that config.json promises"
	case chosen.keep && !chosen.outputs.InOrder():
		m.ReorderOutputs(chosen.outputs.Of)
	}
	l.Warnings = append(l.warnings(l.Config, tok), chosen.warnings(t)...)
	l.Config.SetTask(headFor(t), labelNames(t))
	return l, nil
}

// within names the directory in an error that does not.
func (s Source) within(err error) error {
	if strings.HasPrefix(err.Error(), s.Dir) {
		return err
	}
	return fmt.Errorf("%s: %w", s.Dir, err)
}

// warnings are what 'bench models check' would warn of, as far as the task's
// answers depend on it. config is the checkpoint's own.
func (l *Loaded) warnings(config *hf.Config, tok *tokenizers.Tokenizer) []results.Warning {
	all := inspect.Accents(tok)
	all = append(all, inspect.Vocabulary(config, tok)...)
	if l.task.IsPair() {
		all = append(all, inspect.Types(config, tok)...)
	}
	return all
}

// identity is the SHA-256 of what a checkpoint's model is a function of, besides
// its weights: config.json, without where it once lay and which version wrote
// it, and what was made of the head.
func identity(c *hf.Config, chosen choice) string {
	return results.HashJSON(struct {
		Config any   `json:"config"`
		Keep   bool  `json:"keep"`
		Order  []int `json:"order"`
	}{c.Without("_name_or_path", "transformers_version"), chosen.keep, chosen.outputs.Of})
}

// draw makes a model from nothing: a vocabulary of the training texts, weights
// from the seed.
func (s Source) draw(t *tasks.Task, seed uint64, train iter.Seq[string]) (*Loaded, error) {
	tk := s.Scratch.Scratch.Tokenizer
	raw, err := s.Scratch.Scratch.ConfigJSON()
	if err != nil {
		return nil, err
	}
	config, err := hf.ParseConfig(raw)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", s.Name, err)
	}
	config, _ = forTask(config, nil)
	config.Threads = s.Threads
	head := headFor(t)
	ahead := drawAhead(config, head, seed, tk.VocabSize)
	tok, err := training.WordPiece(train, training.Options{
		Size: tk.VocabSize, MinFrequency: tk.MinFrequency, Unused: tk.Unused,
		Cased: !tk.Lowercase, StripAccents: tk.StripAccents, Clean: tk.Clean,
	})
	m := <-ahead // in any case: nothing goes on behind an error
	if err != nil {
		return nil, err
	}
	if config.SetVocabSize(tok.VocabSize()); m == nil || tok.VocabSize() != tk.VocabSize {
		if m, err = models.New(config.Config, head, seed); err != nil {
			return nil, fmt.Errorf("model %s: %w", s.Name, err)
		}
	}
	config.SetTask(head, labelNames(t))
	h := sha256.New()
	fmt.Fprintf(h, "%s seed %d tokenizer %s", raw, seed, tok.Info().SHA256)
	sum := fmt.Sprintf("%x", h.Sum(nil))
	return &Loaded{Model: m, Tokenizer: tok, Config: config, SHA256: sum, Identity: sum, NewHead: true, task: t}, nil
}

// drawAhead draws a model while its vocabulary is made, which has one core to do: most
// come out as large as they were asked to. It gives nil where there may be no such
// model, or where it would be large for nothing.
func drawAhead(config *hf.Config, head models.Head, seed uint64, vocabulary int) <-chan *models.Model {
	const most = 1 << 17
	drawn := make(chan *models.Model, 1)
	if vocabulary > most {
		drawn <- nil
		return drawn
	}
	c := config.Config
	c.VocabSize = vocabulary
	go func() {
		m, err := models.New(c, head, seed)
		if err != nil {
			m = nil // with its own vocabulary it will fail again
		}
		drawn <- m
	}()
	return drawn
}

// forTask returns what of a checkpoint a task trains: all of it, but of an
// encoder-decoder the encoder, which is a BERT.
func forTask(c *hf.Config, w weights.Source) (*hf.Config, weights.Source) {
	if c.ModelType != "encoder-decoder" {
		return c, w
	}
	if w != nil {
		w = models.EncoderOf(w)
	}
	return c.EncoderAlone(), w
}

// LoadHead is Load of a checkpoint that has the task's head: one without is a
// *HeadError.
func (s Source) LoadHead(t *tasks.Task) (*Loaded, error) {
	l, err := s.Load(t, 0, nil)
	if err == nil && l.NewHead {
		return nil, &HeadError{t.Name, l.Reason}
	}
	return l, err
}

// Explain prints what about the model is not obvious: what became of a
// checkpoint's head, and why.
func (l *Loaded) Explain(w io.Writer, name string) {
	if l.EncoderOnly {
		fmt.Fprintf(w, "%s: of the encoder-decoder, the encoder is trained\n", name)
	}
	switch {
	case l.Reason == "":
	case l.NewHead:
		fmt.Fprintf(w, "%s: the head is new, drawn from the seed: %s\n", name, l.Reason)
	default:
		fmt.Fprintf(w, "%s: the head is kept: %s\n", name, l.Reason)
	}
}
