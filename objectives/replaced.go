package objectives

import (
	"github.com/lmkor/bench/internal/splitmix"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/trainers"
)

// ReplacedWords trains ELECTRA's pair: a generator fills hidden words with
// samples of what it thinks, and a discriminator says of every token whether it
// was replaced. The loss is the generator's masked words' plus a weight times the
// discriminator's; no gradient goes through the samples.
type ReplacedWords struct {
	texts
	masker
	generator, discriminator *models.Model
	weight                   float32
}

// DiscriminatorWeight is ELECTRA's.
const DiscriminatorWeight = 50

// NewReplacedWords tokenizes texts as NewMaskedWords does. ELECTRA's masking
// hides 15 % and leaves or randomises none.
func NewReplacedWords(generator, discriminator *models.Model, tok *tokenizers.Tokenizer, all []string, maxLength int,
	masking Masking, weight float64) (*ReplacedWords, error) {
	t, err := newTexts(generator, tok, all, maxLength)
	return &ReplacedWords{texts: t, masker: newMasker(masking, tok), generator: generator, discriminator: discriminator,
		weight: float32(weight)}, err
}

// Models returns generator and discriminator.
func (o *ReplacedWords) Models() []*models.Model {
	return []*models.Model{o.generator, o.discriminator}
}

// Batch hides words of the given texts.
func (o *ReplacedWords) Batch(examples []int, n uint64) trainers.Batch {
	b := &replacedBatch{o: o, n: n}
	o.fill(&b.whole, examples)
	o.fill(&b.hidden, examples)
	b.was = o.hide(&b.hidden, n)
	return b
}

type replacedBatch struct {
	o             *ReplacedWords
	n             uint64
	whole, hidden models.Batch
	was           []int32 // what stood where words are hidden
}

// Size returns the numbers of sequences and tokens, as the discriminator reads them.
func (b *replacedBatch) Size() (sequences, tokens int) { return b.whole.Sequences(), b.whole.Tokens() }

// Losses returns the generator's loss and the discriminator's.
func (b *replacedBatch) Losses(p *ops.Pass) []ops.Root {
	scores := b.o.generator.Forward(p, &b.hidden)
	replaced := b.sample(ops.Of(scores))
	fill := ops.CrossEntropy(p, scores, b.was)
	tell := ops.BinaryCrossEntropy(p, b.o.discriminator.Forward(p, &b.whole), replaced)
	return []ops.Root{{Loss: fill, Weight: 1}, {Loss: tell, Weight: b.o.weight}}
}

// sample puts what the generator draws into the whole texts, and returns for
// every token whether it is another one now.
func (b *replacedBatch) sample(scores *ops.Tensor) (replaced []int32) {
	replaced = make([]int32, b.whole.Tokens())
	values, cols := scores.Floats(), scores.Cols()
	for k, e := range b.hidden.Only {
		key := b.o.key(b.n, int(e), drawSample)
		best, top := 0, 0.0
		for id, s := range values[k*cols : (k+1)*cols] {
			if v := float64(s) + splitmix.Gumbel(splitmix.Key(key, uint64(id))); id == 0 || v > top {
				best, top = id, v
			}
		}
		if int32(best) != b.was[k] {
			replaced[e] = 1
		}
		b.whole.IDs[e] = int32(best)
	}
	return replaced
}
