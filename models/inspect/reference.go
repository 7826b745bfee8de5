package inspect

import "encoding/json"

// answer is a line of a reference file.
type answer struct {
	Text             *string   `json:"text"`
	TextPair         *string   `json:"text_pair"`
	MaxLength        int       `json:"max_length"`
	AddSpecialTokens *bool     `json:"add_special_tokens"`
	InputIDs         []int32   `json:"input_ids"`
	TokenTypeIDs     []int32   `json:"token_type_ids"`
	Positions        []int     `json:"positions"`
	Logits           numbers   `json:"logits"`
	ArgMax           []int     `json:"argmax"`
	LogSumExp        []float64 `json:"logsumexp"`
	LogitsPadded     numbers   `json:"logits_padded"`
	ArgMaxPadded     []int     `json:"argmax_padded"`
	LogSumExpPadded  []float64 `json:"logsumexp_padded"`

	Target          *string  `json:"target"`
	MaxTargetLength int      `json:"max_target_length"`
	Labels          []int32  `json:"labels"`
	DecoderInputIDs []int32  `json:"decoder_input_ids"`
	Loss            *float64 `json:"loss"`
}

// numbers are the numbers of an array of any depth, in order.
type numbers []float64

// UnmarshalJSON reads a number, an array or null.
func (n *numbers) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '[' {
		var parts []json.RawMessage
		if err := json.Unmarshal(b, &parts); err != nil {
			return err
		}
		for _, p := range parts {
			if err := n.UnmarshalJSON(p); err != nil {
				return err
			}
		}
		return nil
	}
	var v *float64
	if err := json.Unmarshal(b, &v); err != nil || v == nil {
		return err
	}
	*n = append(*n, *v)
	return nil
}
