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

// Filled is a text with the guesses for its masks.
type Filled struct {
	Text      string    `json:"text"`
	InputIDs  []int32   `json:"input_ids"`
	Positions []int32   `json:"positions"`
	Top       [][]Guess `json:"top"`
}

// Guess is a token in a mask's place.
type Guess struct {
	ID    int32   `json:"id"`
	Token string  `json:"token"`
	Prob  float64 `json:"prob"`
}

// Fill guesses what the masks of a text hide, the top most probable tokens for each.
func (h *Headed) Fill(text string, top int) (*Filled, error) {
	text, masked, err := h.Masked(text)
	if err != nil {
		return nil, err
	}
	all, err := generation.FillMask(h.Model, masked.IDs, masked.Types, masked.Positions, top)
	if err != nil {
		return nil, err
	}
	return &Filled{Text: text, InputIDs: masked.IDs, Positions: masked.Positions, Top: h.Guesses(all)}, nil
}

// Guesses names the tokens that are probable for each mask.
func (h *Headed) Guesses(masks [][]generation.Probability) (all [][]Guess) {
	for _, probs := range masks {
		var guesses []Guess
		for _, p := range probs {
			guesses = append(guesses, Guess{p.ID, h.Tokenizer.Token(p.ID), p.Prob})
		}
		all = append(all, guesses)
	}
	return all
}
