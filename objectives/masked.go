package objectives

import (
	"errors"
	"fmt"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/trainers"
)

// texts are texts as tokens, special ones around them: those in which there is
// anything to hide.
type texts struct {
	inputs *predictors.Encoded
	use    []int // of inputs
}

// newTexts tokenizes texts for a model, cut to maxLength tokens.
func newTexts(m *models.Model, tok *tokenizers.Tokenizer, all []string, maxLength int) (texts, error) {
	if tok.MaskID() < 0 {
		return texts{}, errors.New("the tokenizer has no mask")
	}
	if tok.VocabSize() > m.VocabSize() {
		return texts{}, fmt.Errorf("the tokenizer has %d tokens, the model %d", tok.VocabSize(), m.VocabSize())
	}
	p := predictors.New(m, tok, predictors.Classes{}, predictors.Recipe{MaxLength: maxLength})
	inputs, err := p.Encode(len(all), func(i int) predictors.Input { return predictors.Input{Text: all[i]} })
	if err != nil {
		return texts{}, err
	}
	t := texts{inputs: inputs}
	for i := range all {
		for _, id := range inputs.IDs(i) {
			if !tok.IsSpecial(id) {
				t.use = append(t.use, i)
				break
			}
		}
	}
	if len(t.use) == 0 {
		return texts{}, errors.New("no text has a token that could be masked")
	}
	return t, nil
}

// Len returns the number of texts.
func (t *texts) Len() int { return len(t.use) }

// fill makes b the given texts.
func (t *texts) fill(b *models.Batch, examples []int) {
	inputs := make([]int, len(examples))
	for k, i := range examples {
		inputs[k] = t.use[i]
	}
	t.inputs.Fill(b, inputs)
}

// MaskedWords trains a masked language model: the loss is the mean cross entropy
// of the tokens that were hidden.
type MaskedWords struct {
	texts
	model *models.Model
	masker
}

// NewMaskedWords tokenizes texts, each a sequence of its own, cut to maxLength
// tokens. Texts without a token that could be masked are left out.
func NewMaskedWords(m *models.Model, tok *tokenizers.Tokenizer, all []string, maxLength int, masking Masking,
) (*MaskedWords, error) {
	t, err := newTexts(m, tok, all, maxLength)
	return &MaskedWords{texts: t, model: m, masker: newMasker(masking, tok)}, err
}

// Models returns the one model.
func (o *MaskedWords) Models() []*models.Model { return []*models.Model{o.model} }

// Batch hides words of the given texts: others each time.
func (o *MaskedWords) Batch(examples []int, n uint64) trainers.Batch {
	b := &wordBatch{model: o.model}
	o.fill(&b.Batch, examples)
	b.labels = o.hide(&b.Batch, n)
	return b
}

// wordBatch is sequences of which a language model's head answers some tokens.
type wordBatch struct {
	models.Batch
	model  *models.Model
	labels []int32 // of the tokens of Only
}

// Size returns the numbers of sequences and tokens.
func (b *wordBatch) Size() (sequences, tokens int) { return b.Sequences(), b.Tokens() }

// Losses returns the mean cross entropy of the labels.
func (b *wordBatch) Losses(p *ops.Pass) []ops.Root {
	return []ops.Root{{Loss: ops.CrossEntropy(p, b.model.Forward(p, &b.Batch), b.labels), Weight: 1}}
}
