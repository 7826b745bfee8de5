package checkpoints

import (
	"fmt"
	"slices"
	"strings"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/models/weights"
	"github.com/lmkor/bench/tokenizers"
)

// Headed is a checkpoint with the head that it was saved with, ready to answer.
type Headed struct {
	Dir       string
	Config    *hf.Config
	Model     *models.Model
	Tokenizer *tokenizers.Tokenizer
}

// OpenHeaded opens what --model names. A checkpoint without a head, or without
// its weights, is an error; with kinds, one of another head too.
func OpenHeaded(name string, kinds ...models.HeadKind) (*Headed, error) {
	return openHeaded(name, 0, kinds...)
}

// openHeaded is OpenHeaded by so many threads, below 1 as many as there are cores.
func openHeaded(name string, threads int, kinds ...models.HeadKind) (*Headed, error) {
	src, err := Find(name)
	if err != nil {
		return nil, err
	}
	if src.Dir == "" {
		return nil, fmt.Errorf("%s: sizes to train from nothing: want a checkpoint", name)
	}
	h := &Headed{Dir: src.Dir}
	if h.Config, err = hf.ReadConfig(src.Dir); err != nil {
		return nil, src.within(err)
	}
	h.Config.Threads = threads
	head, err := models.HeadOf(&h.Config.Config)
	if err != nil {
		return nil, src.within(err)
	}
	if len(kinds) > 0 && !slices.Contains(kinds, head.Kind) {
		return nil, fmt.Errorf("%s: a model for %s: want one for %s", src.Dir, head.Kind, kinds[0])
	}
	w, err := hf.OpenWeights(src.Dir)
	if err != nil {
		return nil, src.within(err)
	}
	defer w.Close()
	var rep weights.Loaded
	if h.Model, rep, err = models.Open(h.Config.Config, head, w, false, 0); err != nil {
		return nil, src.within(err)
	}
	drawn := slices.DeleteFunc(rep.Drawn, func(n string) bool { return strings.HasPrefix(n, "encoder.pooler.") })
	if len(drawn) > 0 {
		return nil, fmt.Errorf("%s: %w", src.Dir, &weights.MissingError{Names: drawn})
	}
	if h.Tokenizer, err = tokenizers.Load(src.Dir); err != nil {
		return nil, src.within(err)
	}
	return h, nil
}
