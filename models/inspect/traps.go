package inspect

import (
	"fmt"
	"strings"

	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tokenizers"
)

// The codes of the warnings that this package gives.
const (
	AccentsStripped    = "accents-stripped"
	UnknownTokens      = "unknown-tokens"
	VocabularyTooLarge = "vocabulary-too-large"
	TokenTypes         = "token-types"
	OtherPadding       = "other-padding"
	FewPositions       = "few-positions"
	LabelsMapped       = "labels-mapped"
	NumberedLabels     = "numbered-labels"
)

// mostUnknown is the share of [UNK] among the tokens of a text above which a
// vocabulary is not for it.
const mostUnknown = 0.1

func warning(code, format string, args ...any) results.Warning {
	return results.Warning{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Tokenizer warns of what makes a tokenizer useless for Korean, measured on
// sample text.
func Tokenizer(tok *tokenizers.Tokenizer) []results.Warning {
	share := sampleUnknown(tok)
	if share == nil || *share <= mostUnknown {
		return nil
	}
	return append(Accents(tok),
		warning(UnknownTokens, "%.1f %% of the tokens of plain Korean text are unknown to the vocabulary", 100**share))
}

// Accents warns of a tokenizer that takes Hangul apart without having the parts
// in its vocabulary.
func Accents(tok *tokenizers.Tokenizer) []results.Warning {
	info := tok.Info()
	if !info.Lowercase || info.Type != "wordpiece" || info.StripAccents != nil && !*info.StripAccents {
		return nil
	}
	if share := sampleUnknown(tok); share == nil || *share <= mostUnknown {
		return nil // multilingual vocabularies have the parts
	}
	how := "undefined, which means on"
	if info.StripAccents != nil {
		how = "on"
	}
	return []results.Warning{warning(AccentsStripped,
		"lower-casing with strip_accents %s: it takes Hangul apart, and most Korean words become [UNK]; set strip_accents to false",
		how)}
}

// sampleUnknown is the share of unknown tokens in sample text, nil without any.
func sampleUnknown(tok *tokenizers.Tokenizer) *float64 {
	unknown, total := 0, 0
	for line := range strings.Lines(samples.Text()) {
		for _, id := range tok.Encode(strings.TrimSpace(line), "", false, tokenizers.Options{NoSpecial: true}).IDs {
			total++
			if id == tok.UnkID() {
				unknown++
			}
		}
	}
	if total == 0 {
		return nil
	}
	share := float64(unknown) / float64(total)
	return &share
}

// Vocabulary warns of a tokenizer that knows more tokens than the model has
// embeddings.
func Vocabulary(c *hf.Config, tok *tokenizers.Tokenizer) []results.Warning {
	n, most := tok.VocabSize(), c.Vocabulary()
	if n <= most {
		return nil
	}
	return []results.Warning{warning(VocabularyTooLarge,
		"the tokenizer has a vocabulary of %d, the model %d embeddings: rows with a token from number %d on can't be read",
		n, most, most)}
}

// Types compares the token types of a pair with those that have embeddings.
func Types(c *hf.Config, tok *tokenizers.Tokenizer) []results.Warning {
	if c.ModelType == "encoder-decoder" {
		c = c.EncoderAlone()
	}
	if c.ModelType == "funnel" && c.TypeVocabSize > 0 && c.TypeVocabSize < 3 {
		return []results.Warning{warning(TokenTypes, "type_vocab_size %d: Funnel's [CLS] has token type 2", c.TypeVocabSize)}
	}
	types := c.TokenTypes()
	if types == 0 {
		return nil // it is not told of any
	}
	most := 0
	for _, k := range tok.Encode("가", "나", true, tokenizers.Options{}).TypeIDs {
		most = max(most, int(k))
	}
	switch {
	case most < types:
		return nil
	case types == 1:
		return []results.Warning{warning(TokenTypes,
			"type_vocab_size 1: the second text of a pair has token type %d; the model is not told", most)}
	}
	return []results.Warning{warning(TokenTypes, "type_vocab_size %d: the second text of a pair has token type %d", types, most)}
}
