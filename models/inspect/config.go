package inspect

import (
	"fmt"
	"math"
	"slices"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/tokenizers"
)

// RecipeLength is the length in tokens that the published recipes cut examples to.
const RecipeLength = 128

// checkConfig looks for what makes a config and its tokenizer unequal to the
// tasks. It reports whether the architecture runs at all.
func (r *Report) checkConfig(c *hf.Config, tok *tokenizers.Tokenizer) bool {
	r.Architecture, r.Labels = c.ModelType, c.Labels
	if len(c.Architectures) > 0 {
		r.Class = c.Architectures[0]
	}
	if !slices.Contains(models.ModelTypes(), c.ModelType) {
		r.fault(fmt.Errorf("model_type %q is not an architecture that runs: want one of %v", c.ModelType, models.ModelTypes()))
		return false
	}
	r.VocabSize = c.Vocabulary()
	if most := c.MaxTokens(); most != math.MaxInt32 {
		if r.MaxTokens = most; most < RecipeLength {
			r.Warnings = append(r.Warnings, warning(FewPositions,
				"at most %d tokens, less than the recipe's %d: rows that are longer need --set max_length=%d", most, RecipeLength, most))
		}
	}
	r.checkLabels(c)
	if tok == nil {
		return true
	}
	r.Warnings = append(r.Warnings, Vocabulary(c, tok)...)
	r.Warnings = append(r.Warnings, Types(c, tok)...)
	if pad := int(tok.PadID()); pad >= 0 && c.PadTokenID >= 0 && pad != c.PadTokenID {
		r.Warnings = append(r.Warnings,
			warning(OtherPadding, "pad_token_id is %d in config.json, the tokenizer's padding is %d", c.PadTokenID, pad))
	}
	return true
}
