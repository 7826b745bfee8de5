package predictions

import (
	"fmt"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/datasets"
	"github.com/lmkor/bench/tokenizers"
)

// Oddities counts among texts that were answered those whose answers are not to be
// trusted as the others' are.
type Oddities struct {
	v     *checkpoints.Voting
	lines bool // texts are whole lines
	ids   [2]tokenizers.IDs

	n, cut, apart, tabbed int
	pairs, alone, half    int
}

// NewOddities returns what counts the texts of a vote, which are whole lines or the
// fields of tables.
func NewOddities(v *checkpoints.Voting, lines bool) *Oddities { return &Oddities{v: v, lines: lines} }

// Hear counts one more text.
func (o *Oddities) Hear(l Line) {
	o.n++
	if l.Truncated {
		o.cut++
	}
	if strings.Contains(l.Text, "\t") {
		o.tabbed++
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

// readsApart tells whether a text's Hangul is taken apart into letters and a
// tokenizer does not put it together.
func (o *Oddities) readsApart(text string) bool {
	if !datasets.IsDecomposed(text) {
		return false
	}
	for _, m := range o.v.Members {
		for i, s := range []string{text, norm.NFC.String(text)} {
			m.Tokenizer.EncodeIDs(&o.ids[i], s, "", false, tokenizers.Options{NoSpecial: true})
		}
		if !slices.Equal(o.ids[0].IDs, o.ids[1].IDs) {
			return true
		}
	}
	return false
}

// Warnings are sentences about what was counted.
func (o *Oddities) Warnings() (all []string) {
	if o.cut > 0 {
		all = append(all, fmt.Sprintf("%d of %d texts were longer than %d tokens and were cut; they are marked \"truncated\"",
			o.cut, o.n, o.shortest()))
	}
	if o.tabbed > 0 && o.lines {
		all = append(all, fmt.Sprintf("%d of %d texts have tabs, which are read as white space; if the file is a table, "+
			"name its column with --text", o.tabbed, o.n))
	}
	ofPairs, known := o.v.ReadsPairs()
	if o.alone > 0 && (o.pairs > 0 && !known || ofPairs) {
		all = append(all, fmt.Sprintf("%d of %d texts are alone, for a model of pairs: want a tab between the two of a line, or --pair",
			o.alone, o.n))
	}
	if o.half > 0 {
		all = append(all, fmt.Sprintf("%d of %d pairs have an empty text", o.half, o.pairs))
	}
	if o.pairs > 0 && known && !ofPairs {
		all = append(all, fmt.Sprintf("%d of %d texts are pairs, for a model of single texts", o.pairs, o.n))
	}
	if o.apart > 0 {
		all = append(all, fmt.Sprintf("%d of %d texts have Hangul taken apart into letters, which this model's tokenizer "+
			"reads as others: want NFC, as 'uconv -x nfc' makes it", o.apart, o.n))
	}
	return all
}

// shortest is how many tokens the model reads that reads fewest.
func (o *Oddities) shortest() int {
	n := o.v.Members[0].Recipe.MaxLength
	for _, m := range o.v.Members {
		n = min(n, m.Recipe.MaxLength)
	}
	return n
}
