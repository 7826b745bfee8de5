package predictions

import (
	"fmt"
	"slices"

	"golang.org/x/text/unicode/norm"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/datasets"
	"github.com/lmkor/bench/tokenizers"
)

// Oddities counts among texts that were answered those whose answers are not to be
// trusted as the others' are.
type Oddities struct {
	first *checkpoints.Answering
	ids   [2]tokenizers.IDs

	n, cut, apart      int
	pairs, alone, half int
}

// NewOddities returns what counts the texts of a vote.
func NewOddities(v *checkpoints.Voting) *Oddities { return &Oddities{first: v.Members[0]} }

// Hear counts one more text.
func (o *Oddities) Hear(l Line) {
	o.n++
	if l.Truncated {
		o.cut++
	}
	switch {
	case l.TextPair == nil:
		o.alone++
	case l.Text == "" || *l.TextPair == "":
		o.half++
		fallthrough
	default:
		o.pairs++
	}
	if o.readsApart(l.Text) || l.TextPair != nil && o.readsApart(*l.TextPair) {
		o.apart++
	}
}

// readsApart tells whether a text's Hangul is taken apart into letters and the
// tokenizer does not put it together.
func (o *Oddities) readsApart(text string) bool {
	if !datasets.IsDecomposed(text) {
		return false
	}
	for i, s := range []string{text, norm.NFC.String(text)} {
		o.first.Tokenizer.EncodeIDs(&o.ids[i], s, "", false, tokenizers.Options{NoSpecial: true})
	}
	return !slices.Equal(o.ids[0].IDs, o.ids[1].IDs)
}

// Warnings are sentences about what was counted.
func (o *Oddities) Warnings() (all []string) {
	if o.cut > 0 {
		all = append(all, fmt.Sprintf("%d of %d texts were longer than %d tokens and were cut; they are marked \"truncated\"",
			o.cut, o.n, o.first.Recipe.MaxLength))
	}
	trained := o.first.Task // nil: nothing is known of it
	if o.alone > 0 && (o.pairs > 0 && trained == nil || trained != nil && trained.Columns.Pair != nil) {
		all = append(all, fmt.Sprintf("%d of %d texts are alone, for a model of pairs: want a tab between the two of a line, or --pair",
			o.alone, o.n))
	}
	if o.half > 0 {
		all = append(all, fmt.Sprintf("%d of %d pairs have an empty text", o.half, o.pairs))
	}
	if o.pairs > 0 && trained != nil && trained.Columns.Pair == nil {
		all = append(all, fmt.Sprintf("%d of %d texts are pairs, for a model of single texts", o.pairs, o.n))
	}
	if o.apart > 0 {
		all = append(all, fmt.Sprintf("%d of %d texts have Hangul taken apart into letters, which this model's tokenizer "+
			"reads as others: want NFC, as 'uconv -x nfc' makes it", o.apart, o.n))
	}
	return all
}
