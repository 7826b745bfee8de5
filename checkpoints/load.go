package checkpoints

import (
	"crypto/sha256"
	"fmt"
	"io"
	"iter"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
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
	NewHead     bool       // the head was drawn from the seed
	Drawn       []string   // names of the parameters drawn for a checkpoint
	EncoderOnly bool       // of an encoder-decoder
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
		return nil, f.err
	}
	l.SHA256 = f.hex
	return l, nil
}

// fingerprint is the SHA-256 of a directory's weights, or why there is none.
type fingerprint struct {
	hex string
	err error
}

// open loads a checkpoint for a task.
func (s Source) open(t *tasks.Task, seed uint64) (*Loaded, error) {
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
	head := HeadFor(t)
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
	return &Loaded{Model: m, Tokenizer: tok, Config: config, NewHead: len(rep.Drawn) > 0, Drawn: rep.Drawn, EncoderOnly: whole != config.ModelType}, nil
}

// draw makes a model from nothing: a vocabulary of the training texts, weights
// from the seed.
func (s Source) draw(t *tasks.Task, seed uint64, train iter.Seq[string]) (*Loaded, error) {
	tk := s.Scratch.Scratch.Tokenizer
	tok, err := training.WordPiece(train, training.Options{
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
	head := HeadFor(t)
	m, err := models.New(config.Config, head, seed)
	if err != nil {
		return nil, fmt.Errorf("model %s: %w", s.Name, err)
	}
	config.SetTask(head, labelNames(t))
	h := sha256.New()
	fmt.Fprintf(h, "%s seed %d tokenizer %s", raw, seed, tok.Info().SHA256)
	return &Loaded{Model: m, Tokenizer: tok, Config: config, SHA256: fmt.Sprintf("%x", h.Sum(nil)), NewHead: true}, nil
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

// Explain tells the user what about the model is not obvious.
func (l *Loaded) Explain(w io.Writer, name string) {
	if l.EncoderOnly {
		fmt.Fprintf(w, "%s: of the encoder-decoder, the encoder is trained\n", name)
	}
	if len(l.Drawn) > 0 {
		fmt.Fprintf(w, "%s: the head is new, drawn from the seed\n", name)
	}
}
