package tokenizers

import "github.com/lmkor/bench/tokenizers/decoders"

// Decode returns the text of ids, without special tokens if skipSpecial.
// Ids without a token are left out.
func (t *Tokenizer) Decode(ids []int32, skipSpecial bool) string {
	tokens := make([]string, 0, len(ids))
	for _, id := range ids {
		if skipSpecial && t.IsSpecial(id) {
			continue
		}
		if token := t.Token(id); token != "" {
			tokens = append(tokens, token)
		}
	}
	text := t.decoder.Decode(tokens)
	if t.tidies {
		text = decoders.Tidy(text)
	}
	return text
}
