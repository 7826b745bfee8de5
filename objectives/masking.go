package objectives

import (
	"github.com/lmkor/bench/internal/splitmix"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/tokenizers"
)

// Masking is how words are hidden: of each token that is not special, with
// probability Rate, as transformers' DataCollatorForLanguageModeling does; of
// those chosen, the share Mask becomes the mask, the share Random any token, and
// the rest stays.
type Masking struct {
	Rate, Mask, Random float64
	Seed               uint64
}

// BERTMasking is BERT's: 15 %, of which 80 % are masked and 10 % random.
func BERTMasking(seed uint64) Masking { return Masking{Rate: 0.15, Mask: 0.8, Random: 0.1, Seed: seed} }

// masker hides tokens of one tokenizer.
type masker struct {
	Masking
	tok *tokenizers.Tokenizer
}

// Purposes of an element's draws.
const (
	drawChosen = iota
	drawHow
	drawToken
	drawSample
)

// key is the state of a draw: a function of the seed, the batch from the start of
// the training, the element of the batch and the purpose alone.
func (m *masker) key(batch uint64, element int, purpose uint64) uint64 {
	return splitmix.Key(m.Seed, batch, uint64(element), purpose)
}

// hide replaces tokens of b in place and names in b.Only those that it chose: at
// least one, the one with the lowest draw, where a token may be chosen at all. It
// returns what stood there.
func (m *masker) hide(b *models.Batch, batch uint64) (was []int32) {
	b.Only = []int32{}
	lowest, lowestDraw := -1, 2.0
	for e, id := range b.IDs {
		if m.tok.IsSpecial(id) {
			continue
		}
		u := splitmix.Unit(m.key(batch, e, drawChosen))
		if u < m.Rate {
			b.Only = append(b.Only, int32(e))
		}
		if u < lowestDraw {
			lowest, lowestDraw = e, u
		}
	}
	if len(b.Only) == 0 && lowest >= 0 {
		b.Only = append(b.Only, int32(lowest))
	}
	for _, e := range b.Only {
		was = append(was, b.IDs[e])
		switch u := splitmix.Unit(m.key(batch, int(e), drawHow)); {
		case u < m.Mask:
			b.IDs[e] = m.tok.MaskID()
		case u < m.Mask+m.Random:
			b.IDs[e] = int32(splitmix.Unit(m.key(batch, int(e), drawToken)) * float64(m.tok.VocabSize()))
		}
	}
	return was
}
