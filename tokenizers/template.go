package tokenizers

// template says how special tokens stand around one text and around a pair.
type template struct {
	single, pair []part
}

// part is one element of a template: a special token, or the text.
type part struct {
	id     int32 // of a special token; -1: the first text, -2: the second
	typeID int32
}

const (
	firstText  = -1
	secondText = -2
)

// bertTemplate is [CLS] A [SEP], or [CLS] A [SEP] B [SEP].
func bertTemplate(cls, sep, clsType int32) template {
	return template{
		single: []part{{cls, clsType}, {firstText, 0}, {sep, 0}},
		pair:   []part{{cls, clsType}, {firstText, 0}, {sep, 0}, {secondText, 1}, {sep, 1}},
	}
}

// bareTemplate adds nothing.
var bareTemplate = template{
	single: []part{{firstText, 0}},
	pair:   []part{{firstText, 0}, {secondText, 1}},
}

// specials counts the special tokens among parts.
func specials(parts []part) int {
	n := 0
	for _, p := range parts {
		if p.id >= 0 {
			n++
		}
	}
	return n
}

// Specials returns how many special tokens are added to a text, or to a pair.
func (t *Tokenizer) Specials(pair bool) int {
	if pair {
		return specials(t.template.pair)
	}
	return specials(t.template.single)
}
