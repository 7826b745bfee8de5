package tokenizers

import "strings"

// decoder joins tokens to text.
type decoder interface {
	decode(tokens []string) string
}

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
	text := t.decoder.decode(tokens)
	if t.tidies {
		text = tidy(text)
	}
	return text
}

// wordPieceDecoder joins tokens by blanks, pieces with the prefix without one,
// and, to clean up, takes away blanks before signs.
type wordPieceDecoder struct {
	prefix  string
	cleanup bool
}

func (d wordPieceDecoder) decode(tokens []string) string {
	var b strings.Builder
	for i, token := range tokens {
		if i > 0 {
			if rest, ok := strings.CutPrefix(token, d.prefix); ok {
				token = rest
			} else {
				token = " " + token
			}
		}
		if d.cleanup {
			token = tidy(token)
		}
		b.WriteString(token)
	}
	return b.String()
}

// tidy undoes the blanks that splitting put around English signs, one kind
// after the other, as the reference does.
func tidy(s string) string {
	if !strings.Contains(s, " ") {
		return s
	}
	for _, p := range [...][2]string{
		{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"}, {" n't", "n't"},
		{" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
	} {
		s = strings.ReplaceAll(s, p[0], p[1])
	}
	return s
}
