package inspect

import (
	"math"
	"slices"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// The codes of warnings about a task's data and a model's answers.
const (
	DecomposedHangul = "decomposed-hangul"
	OneAnswer        = "one-answer"
)

// sampled is how many examples of a split are looked at for unknown tokens:
// evenly spread, so that the share is known to a few per cent.
const sampled = 1000

// Texts warns of what makes a split's texts unreadable to a tokenizer: Hangul
// taken apart, where the tokenizer does not put it together, and a large share
// of unknown tokens.
func Texts(tok *tokenizers.Tokenizer, s *tasks.Set) (all []results.Warning) {
	if n := s.Decomposed(); n > 0 && !composes(tok) {
		all = append(all, warning(DecomposedHangul,
			"%s: %d of %d texts hold decomposed Hangul (Unicode NFD, as macOS writes it), unknown to the vocabulary: compose it to NFC",
			s.Split, n, len(s.Examples)))
	}
	unknown, total := 0, 0
	step := max(1, len(s.Examples)/sampled)
	var ids []int32
	for i := 0; i < len(s.Examples); i += step {
		ids = pieces(ids[:0], tok, &s.Examples[i])
		total += len(ids)
		for _, id := range ids {
			if id == tok.UnkID() {
				unknown++
			}
		}
	}
	if share := float64(unknown) / float64(max(total, 1)); share > mostUnknown {
		all = append(all, warning(UnknownTokens, "%s: %.1f %% of the tokens are unknown to the vocabulary", s.Split, 100*share))
	}
	return all
}

// pieces appends the ids of an example's texts, without special tokens.
func pieces(ids []int32, tok *tokenizers.Tokenizer, e *tasks.Example) []int32 {
	texts := []string{e.Text, e.Pair}
	if len(e.Words) > 0 {
		texts = []string{strings.Join(e.Words, " ")}
	}
	for _, text := range texts {
		if text != "" {
			ids = append(ids, tok.Encode(text, "", false, tokenizers.Options{NoSpecial: true}).IDs...)
		}
	}
	return ids
}

// composes reports whether a tokenizer reads decomposed Hangul as it reads whole
// syllables.
func composes(tok *tokenizers.Tokenizer) bool {
	const text = "영화가 재미있다"
	ids := func(text string) []int32 { return tok.Encode(text, "", false, tokenizers.Options{}).IDs }
	return slices.Equal(ids(text), ids(norm.NFD.String(text)))
}

// Answers warns of a model that gives every example the same answer where gold
// does not: one class, one number, or no entity at all.
func Answers(split string, preds []results.Prediction) []results.Warning {
	if len(preds) < 2 {
		return nil
	}
	goldVaries := false
	for i := range preds {
		if !same(preds[i].Pred, preds[0].Pred) {
			return nil
		}
		goldVaries = goldVaries || !same(preds[i].Gold, preds[0].Gold)
	}
	if !goldVaries {
		return nil
	}
	first := preds[0].Pred
	if first.Kind == results.TagsAnswer {
		return []results.Warning{warning(OneAnswer,
			"%s: the model finds nothing: every word of all %d sentences is tagged O", split, len(preds))}
	}
	if first.Kind == results.NumberAnswer {
		return []results.Warning{warning(OneAnswer, "%s: the model answers %.3f to all %d examples", split, first.Number, len(preds))}
	}
	return []results.Warning{warning(OneAnswer, "%s: the model answers %s to all %d examples", split, first.Label, len(preds))}
}

// constant is how far numbers may lie from each other that are all one answer.
const constant = 1e-3

// same reports whether two answers are equal; of tags, whether neither has any
// but O.
func same(a, b results.Answer) bool {
	if a.Kind == results.TagsAnswer {
		other := func(tag string) bool { return tag != "O" }
		return !slices.ContainsFunc(a.Tags, other) && !slices.ContainsFunc(b.Tags, other)
	}
	if a.Kind == results.NumberAnswer {
		return math.Abs(a.Number-b.Number) <= constant
	}
	x, _ := a.AsLabel()
	y, _ := b.AsLabel()
	return x == y
}
