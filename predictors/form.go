package predictors

import (
	"slices"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// Form is what a model answers: Classes, Values or Tags. It says how an input
// becomes tokens and how logits become an answer.
type Form interface {
	encode(dst *Encoded, ids *tokenizers.IDs, tok *tokenizers.Tokenizer, in Input, r Recipe)
	// answer reads input i's answer from the logits of its batch, [R, C], of
	// which row k is the k-th input's, or of a token head rows from first on.
	answer(e *Encoded, i int, logits rows, k, first int) Answer
}

// FormOf returns the form of a kind of task.
func FormOf(kind tasks.Kind) Form {
	for _, f := range []struct {
		kind tasks.Kind
		form Form
	}{
		{tasks.Classify, Classes{}},
		{tasks.Regress, Values{}},
		{tasks.Tag, Tags{}},
	} {
		if f.kind == kind {
			return f.form
		}
	}
	panic("predictors: unknown kind of task " + string(kind))
}

// rows is logits, [R, C].
type rows struct {
	data []float32
	cols int
}

func (r rows) row(i int) []float32 { return r.data[i*r.cols : (i+1)*r.cols] }

// Answer is the model's answer to one input.
type Answer struct {
	Label     int       // Classes: the class with the largest logit, the first of equals
	Value     float64   // Values
	Logits    []float32 // Classes and Values
	Tags      []int     // Tags: one a word; 0 (O) for those cut away
	TagProbs  []float64 // Tags: how probable the tag of each kept word is
	Kept      int       // Tags: how many words reached the model
	Truncated bool      // the model saw the input's beginning only
}

// Probs returns the softmax of the logits.
func (a Answer) Probs() []float64 { return Softmax(a.Logits) }

// Classes answers a text or a pair with one of a few classes.
type Classes struct{}

func (Classes) encode(dst *Encoded, ids *tokenizers.IDs, tok *tokenizers.Tokenizer, in Input, r Recipe) {
	encodeText(dst, ids, tok, in, r)
}

func (Classes) answer(e *Encoded, i int, logits rows, k, _ int) Answer {
	row := logits.row(k)
	return Answer{Label: kernels.Argmax(row), Logits: slices.Clone(row), Truncated: e.cut[i]}
}

// Values answers a text or a pair with a number.
type Values struct{}

func (Values) encode(dst *Encoded, ids *tokenizers.IDs, tok *tokenizers.Tokenizer, in Input, r Recipe) {
	encodeText(dst, ids, tok, in, r)
}

func (Values) answer(e *Encoded, i int, logits rows, k, _ int) Answer {
	row := logits.row(k)
	return Answer{Value: float64(row[0]), Logits: slices.Clone(row), Truncated: e.cut[i]}
}

// Tags answers every word of a sentence with a tag, read at its first token.
type Tags struct{}

func (Tags) encode(dst *Encoded, _ *tokenizers.IDs, tok *tokenizers.Tokenizer, in Input, r Recipe) {
	ids, starts, err := tok.EncodeTagged(in.Words, r.MaxLength)
	dst.fail(err)
	dst.add(ids, make([]int32, len(ids)), len(starts) < len(in.Words)) // all types are 0, Funnel's [CLS] too
	dst.starts, dst.words = append(dst.starts, starts), append(dst.words, len(in.Words))
}

func (Tags) answer(e *Encoded, i int, logits rows, _, first int) Answer {
	starts := e.starts[i]
	a := Answer{Tags: make([]int, e.words[i]), TagProbs: make([]float64, len(starts)), Kept: len(starts), Truncated: e.cut[i]}
	for w, s := range starts {
		row := logits.row(first + int(s))
		a.Tags[w] = kernels.Argmax(row)
		a.TagProbs[w] = Softmax(row)[a.Tags[w]]
	}
	return a
}

// encodeText appends a text or a pair as the reference recipe reads it.
func encodeText(dst *Encoded, ids *tokenizers.IDs, tok *tokenizers.Tokenizer, in Input, r Recipe) {
	tok.EncodeIDs(ids, in.Text, in.Pair, in.HasPair, tokenizers.Options{MaxLength: r.MaxLength, Truncation: r.Truncation})
	dst.fail(ids.Err)
	dst.add(ids.IDs, ids.TypeIDs, ids.Truncated)
}
