package splitters

import (
	"math/rand/v2"
	"testing"

	"github.com/lmkor/bench/tokenizers/aligned"
	"github.com/lmkor/bench/tokenizers/pattern"
)

// TestGPTWords holds the hand-written splitter to the pattern it stands for.
func TestGPTWords(t *testing.T) {
	x, err := pattern.Parse(`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	alphabet := []rune("ab가나12'' 's re ll ve  \t\n !?.́½")
	for range 3000 {
		var chars []aligned.Char
		for i := range rng.IntN(12) {
			chars = append(chars, aligned.Char{Rune: alphabet[rng.IntN(len(alphabet))], From: int32(i), To: int32(i + 1)})
		}
		for from := 0; from < len(chars); {
			begin, end := gptWords{}.Find(chars, from)
			wantBegin, wantEnd := x.Find(chars, from)
			if begin != wantBegin || end != wantEnd {
				t.Fatalf("%q from %d: got [%d, %d), want [%d, %d)", string(aligned.AppendText(nil, chars)), from, begin, end, wantBegin, wantEnd)
			}
			from = end
		}
	}
}
