package tokenizers

import (
	"fmt"

	"github.com/lmkor/bench/tokenizers/normalizers"
	"github.com/lmkor/bench/tokenizers/splitters"
)

// What files may ask for: far more than any model of the field needs, and little
// enough that a hostile file can't take all memory.
const (
	maxFile     = 1 << 28 // bytes of a file; the largest vocabularies take some 20 MB
	maxToken    = 1 << 16 // bytes of a token, which is a line of vocab.txt or half of one of merges.txt
	maxTemplate = 256     // parts of a template
	maxGrowth   = 1 << 16 // code points that normalizers, one after the other, may make of one
)

// checkToken refuses tokens that are too long.
func checkToken(token string) error {
	if len(token) > maxToken {
		return fmt.Errorf("%.20q…: a token of %d bytes: want at most %d", token, len(token), maxToken)
	}
	return nil
}

// checkGrowth refuses chains of replacements that make too much of a text.
func checkGrowth(n normalizers.Normalizer) error {
	if g := growth(n); g > maxGrowth {
		return fmt.Errorf("normalizer: its replacements make up to %d characters of one: want at most %d", g, maxGrowth)
	}
	return nil
}

// growth returns how many code points n makes of one at most, or maxGrowth and one more.
func growth(n normalizers.Normalizer) int {
	g := 1
	switch n := n.(type) {
	case normalizers.Sequence:
		for _, next := range n {
			g = min(g*growth(next), maxGrowth+1)
		}
	case normalizers.Replaced:
		g = len(n.Content)
	case normalizers.Prefixed:
		g = len(n) + 1
	case normalizers.Form:
		g = 18 // U+FDFA, in compatibility forms
	case normalizers.Bert:
		g = 3 * 4 * 2 // blanks around, accents apart, U+0130 in lower case
	case normalizers.Lowered:
		g = 2
	case *normalizers.Charsmap:
		g = n.Growth()
	case splitters.ByteLevel:
		g = 4
	}
	return min(max(g, 1), maxGrowth+1)
}
