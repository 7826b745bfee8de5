package objectives

import (
	"errors"
	"fmt"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/trainers"
)

// Summaries trains an encoder-decoder to write a target for a source: the loss is
// the mean cross entropy of the target's tokens, special ones included, each
// given the source and those before it.
type Summaries struct {
	model            *models.Model
	sources, targets *predictors.Encoded
	start            int32 // what the decoder reads before the first token
}

// NewSummaries tokenizes sources and as many targets, each cut to its length.
func NewSummaries(m *models.Model, tok *tokenizers.Tokenizer, sources, targets []string, maxSource, maxTarget int,
) (*Summaries, error) {
	if len(sources) != len(targets) || len(sources) == 0 {
		return nil, fmt.Errorf("%d sources with %d targets", len(sources), len(targets))
	}
	if m.Config.Decoder == nil {
		return nil, errors.New("the model is no encoder-decoder")
	}
	o := &Summaries{model: m, start: int32(m.Config.DecoderStartTokenID)}
	for _, part := range []struct {
		texts []string
		most  int
		to    **predictors.Encoded
	}{{sources, maxSource, &o.sources}, {targets, maxTarget, &o.targets}} {
		p := predictors.New(m, tok, predictors.Classes{}, predictors.Recipe{MaxLength: part.most})
		var err error
		*part.to, err = p.Encode(len(part.texts), func(i int) predictors.Input { return predictors.Input{Text: part.texts[i]} })
		if err != nil {
			return nil, err
		}
	}
	b := o.batch(seq(len(sources)))
	return o, m.Check(&b.Batch)
}

func seq(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// Models returns the one model.
func (o *Summaries) Models() []*models.Model { return []*models.Model{o.model} }

// Len returns the number of pairs.
func (o *Summaries) Len() int { return o.sources.Len() }

// Batch readies pairs; nothing in it is random.
func (o *Summaries) Batch(examples []int, _ uint64) trainers.Batch { return o.batch(examples) }

func (o *Summaries) batch(examples []int) *summaryBatch {
	b := &summaryBatch{wordBatch{model: o.model}}
	o.sources.Fill(&b.Batch, examples)
	target := &models.Batch{}
	target.Reset()
	for _, i := range examples {
		ids := o.targets.IDs(i)
		b.labels = append(b.labels, ids...)
		target.Append(append([]int32{o.start}, ids[:len(ids)-1]...), nil)
	}
	b.Target = target
	return b
}

// summaryBatch is sources with their targets.
type summaryBatch struct{ wordBatch }

// Size counts the targets' tokens too.
func (b *summaryBatch) Size() (sequences, tokens int) {
	return b.Sequences(), b.Tokens() + b.Target.Tokens()
}
