package objectives

import (
	"slices"
	"strings"

	"github.com/lmkor/bench/internal/splitmix"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/tokenizers"
)

// Masking is how words are hidden: of each token that is not special, with
// probability Rate, as transformers' DataCollatorForLanguageModeling does; of
// those chosen, the share Mask becomes the mask, the share Random any token, and
// the rest stays.
//
// A tokenizer splits text at its special tokens, so of "[MASK]을 봤다" it makes
// [MASK], 을, 봤다, where the word 영화를 with its beginning hidden is [MASK], ##를.
// Of the pieces that go on a word behind a mask, the share Apart becomes what the
// tokenizer makes of them there, where that is one piece: a model that is to read
// masks that people write never sees anything else.
type Masking struct {
	Rate, Mask, Random float64
	Apart              float64
	Seed               uint64
}

// BERTMasking is BERT's: 15 %, of which 80 % are masked and 10 % random.
func BERTMasking(seed uint64) Masking { return Masking{Rate: 0.15, Mask: 0.8, Random: 0.1, Seed: seed} }

// masker hides tokens of one tokenizer.
type masker struct {
	Masking
	tok   *tokenizers.Tokenizer
	apart []int32 // by id, what becomes of a piece behind a mask; itself for most; nil: nothing does
}

func newMasker(m Masking, tok *tokenizers.Tokenizer) masker {
	k := masker{Masking: m, tok: tok}
	if m.Apart > 0 && tok.MaskID() >= 0 {
		k.apart = apart(tok)
	}
	return k
}

// apart reads the mask with each piece behind it that goes on a word.
func apart(tok *tokenizers.Tokenizer) []int32 {
	all := make([]int32, tok.VocabSize())
	var ids tokenizers.IDs
	for i, token := range tok.Tokens() {
		all[i] = int32(i)
		rest, goesOn := strings.CutPrefix(token, "##")
		if !goesOn || tok.IsSpecial(int32(i)) {
			continue
		}
		tok.EncodeIDs(&ids, tok.Token(tok.MaskID())+rest, "", false, tokenizers.Options{NoSpecial: true})
		if ids.Err == nil && len(ids.IDs) == 2 && ids.IDs[0] == tok.MaskID() && ids.IDs[1] != tok.UnkID() {
			all[i] = ids.IDs[1]
		}
	}
	return all
}

// Purposes of an element's draws.
const (
	drawChosen = iota
	drawHow
	drawToken
	drawSample
	drawApart
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
	m.part(b, batch)
	return was
}

// part makes pieces that go on a word behind a mask stand apart.
func (m *masker) part(b *models.Batch, batch uint64) {
	if m.apart == nil {
		return
	}
	for _, e := range b.Only {
		next := e + 1
		if b.IDs[e] != m.tok.MaskID() || int(next) >= len(b.IDs) {
			continue
		}
		if _, chosen := slices.BinarySearch(b.Only, next); chosen {
			continue
		}
		if splitmix.Unit(m.key(batch, int(next), drawApart)) < m.Apart {
			b.IDs[next] = m.apart[b.IDs[next]]
		}
	}
}
