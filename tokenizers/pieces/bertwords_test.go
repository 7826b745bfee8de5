package pieces

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/lmkor/bench/tokenizers/aligned"
	"github.com/lmkor/bench/tokenizers/normalizers"
)

// TestBertWords holds the one pass over the text to the three that it stands for:
// normalisation, cutting at white space and around punctuation, and WordPiece.
func TestBertWords(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 12))
	alphabet := []rune("aAbÉ가나漢 \t\u00a0\u200b.,!\u0301İ\x00\x85ⅧＡ")
	vocab := NewVocab(64)
	for _, s := range []string{"[UNK]", "a", "b", "##a", "##b", "é", "가", "##나", "가나", "漢", ".", ",", "!", "i", "##\u0307"} {
		vocab.Add(s)
	}
	model := NewWordPiece(vocab, 0, RestPrefix, 6)
	for i := range 4000 {
		bert := normalizers.Bert{Clean: i&1 != 0, Ideographs: i&2 != 0, Lower: i&4 != 0}
		var text []rune
		for range rng.IntN(16) {
			text = append(text, alphabet[rng.IntN(len(alphabet))])
		}
		var fast, slow Work
		(&BertWords{bert, model}).Split(&fast, string(text), 7)
		word := func(chars []aligned.Char) {
			if len(chars) > 0 {
				model.Word(&slow, chars)
			}
		}
		chars := bert.Normalize(aligned.Append(nil, string(text), 7))
		begin := 0
		for i, c := range chars {
			space := aligned.IsSpace(c.Rune)
			if !space && !aligned.IsPunct(c.Rune) {
				continue
			}
			word(chars[begin:i])
			if begin = i + 1; !space {
				word(chars[i:begin])
			}
		}
		word(chars[begin:])
		if !slices.Equal(fast.Pieces, slow.Pieces) {
			t.Fatalf("%q with %+v:\n got %v\nwant %v", string(text), bert, fast.Pieces, slow.Pieces)
		}
	}
}
