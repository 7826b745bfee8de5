package checkpoints

import (
	"fmt"
	"strings"

	"github.com/lmkor/bench/models/generation"
	"github.com/lmkor/bench/tokenizers"
)

// Masked finds the masks of a text, [MASK] or <mask>, for a checkpoint that fills
// them. It returns the text with the tokenizer's own mask.
func (h *Headed) Masked(text string) (string, generation.Masked, error) {
	mask := h.Tokenizer.MaskID()
	if mask < 0 {
		return text, generation.Masked{}, fmt.Errorf("%s: the tokenizer has no mask token", h.Dir)
	}
	own := h.Tokenizer.Token(mask)
	for _, name := range []string{"[MASK]", "<mask>"} {
		text = strings.ReplaceAll(text, name, own)
	}
	e := h.Tokenizer.Encode(text, "", false, tokenizers.Options{})
	m := generation.Masked{IDs: e.IDs, Types: e.TypeIDs}
	for i, id := range e.IDs {
		if id == mask {
			m.Positions = append(m.Positions, int32(i))
		}
	}
	if m.Positions == nil {
		return text, m, &MaskError{text, own}
	}
	return text, m, nil
}

// MaskError says that a text has no mask.
type MaskError struct{ Text, Mask string }

func (e *MaskError) Error() string { return fmt.Sprintf("%q has no %s", e.Text, e.Mask) }
