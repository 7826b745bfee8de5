package pieces

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// naiveMerges is the loop that byte-pair encoding is defined by: find the pair of
// neighbours whose rule comes first in the list, join all of them, until no rule applies.
func naiveMerges(word []string, merges [][2]string) []string {
	for {
		best := -1
		for i := 0; i+1 < len(word); i++ {
			rank := slices.Index(merges, [2]string{word[i], word[i+1]})
			if rank >= 0 && (best < 0 || rank < best) {
				best = rank
			}
		}
		if best < 0 {
			return word
		}
		var joined []string
		for i := 0; i < len(word); i++ {
			if i+1 < len(word) && word[i] == merges[best][0] && word[i+1] == merges[best][1] {
				joined = append(joined, word[i]+word[i+1])
				i++
			} else {
				joined = append(joined, word[i])
			}
		}
		word = joined
	}
}

// TestBPE holds the queue of pairs to the naive loop, on random vocabularies and words.
func TestBPE(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	letters := []string{"a", "b", "가", "나"}
	for range 300 {
		vocab := NewVocab(64)
		for _, s := range letters {
			vocab.Add(s)
		}
		var merges [][2]string
		rules := make(map[uint64]Rule)
		for len(merges) < 1+rng.IntN(14) {
			a, b := vocab.Tokens[rng.IntN(len(vocab.Tokens))], vocab.Tokens[rng.IntN(len(vocab.Tokens))]
			if slices.Contains(merges, [2]string{a, b}) || len(a+b) > 40 {
				continue
			}
			rules[PairKey(vocab.ID(a), vocab.ID(b))] = Rule{int32(len(merges)), vocab.Add(a + b)}
			merges = append(merges, [2]string{a, b})
		}
		m := &BPE{Vocab: vocab, Unknown: -1, Rules: rules, Single: make(map[rune]int32)}
		for _, s := range letters {
			m.Single[[]rune(s)[0]] = vocab.ID(s)
		}
		for range 20 {
			var word []string
			for range 1 + rng.IntN(24) {
				word = append(word, letters[rng.IntN(len(letters))])
			}
			text := strings.Join(word, "")
			var w Work
			m.Word(&w, aligned.Append(nil, text, 0))
			var got []string
			for _, p := range w.Pieces {
				got = append(got, vocab.Tokens[p.ID])
				if text[p.From:p.To] != vocab.Tokens[p.ID] {
					t.Fatalf("%s: %s covers %q", text, vocab.Tokens[p.ID], text[p.From:p.To])
				}
			}
			if want := naiveMerges(word, merges); !slices.Equal(got, want) {
				t.Fatalf("%s by %v:\n got %v\nwant %v", text, merges, got, want)
			}
		}
	}
}

// naiveLongest cuts a word by trying every length of every piece, the longest first.
func naiveLongest(word []rune, vocab map[string]int32) []string {
	var out []string
	for at := 0; at < len(word); {
		end := len(word)
		for ; end > at; end-- {
			piece := string(word[at:end])
			if at > 0 {
				piece = RestPrefix + piece
			}
			if _, ok := vocab[piece]; ok {
				out = append(out, piece)
				break
			}
		}
		if end == at {
			return []string{"[UNK]"}
		}
		at = end
	}
	return out
}

// TestWordPiece holds the walk of the trie to the naive search.
func TestWordPiece(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	draw := func(n int) []rune {
		var s []rune
		for range n {
			s = append(s, []rune("ab가#")[rng.IntN(4)])
		}
		return s
	}
	for range 300 {
		vocab := NewVocab(32)
		vocab.Add("[UNK]")
		for range 12 {
			vocab.Add(strings.Repeat(RestPrefix, rng.IntN(2)) + string(draw(1+rng.IntN(3))))
		}
		m := NewWordPiece(vocab, 0, RestPrefix, 20)
		for range 30 {
			word := draw(1 + rng.IntN(10))
			var w Work
			m.Word(&w, aligned.Append(nil, string(word), 0))
			var got []string
			for _, p := range w.Pieces {
				got = append(got, vocab.Tokens[p.ID])
			}
			if want := naiveLongest(word, vocab.IDs); !slices.Equal(got, want) {
				t.Fatalf("%s: got %v, want %v", string(word), got, want)
			}
		}
	}
}

// bestScore is the highest sum of scores over all ways to cut text into pieces, by trying all.
func bestScore(text []rune, scores map[string]float64, unknown float64) float64 {
	if len(text) == 0 {
		return 0
	}
	best := 0.0
	for n := range text {
		s, ok := scores[string(text[:n+1])]
		if !ok && n > 0 {
			continue
		}
		if !ok {
			s = unknown
		}
		if s += bestScore(text[n+1:], scores, unknown); n == 0 || s > best {
			best = s
		}
	}
	return best
}

// TestUnigram holds the best path to the best of all ways.
func TestUnigram(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 200 {
		scores := make(map[string]float64)
		u := &Unigram{Trie: NewTrie(32), Unknown: 0}
		u.Scores = append(u.Scores, 0)
		for range 9 {
			s := strings.Repeat("a", rng.IntN(3)) + strings.Repeat("가", rng.IntN(3)) + []string{"a", "나"}[rng.IntN(2)]
			if _, ok := scores[s]; ok {
				continue
			}
			scores[s] = -float64(1 + rng.IntN(40))
			u.Trie.Insert(s, int32(len(u.Scores)))
			u.Scores = append(u.Scores, scores[s])
		}
		u.UnkScore = -60
		for range 20 {
			text := []rune(fmt.Sprintf("%.*s", 12, strings.Repeat([]string{"a가", "가나a", "aa나"}[rng.IntN(3)], 4)))
			text = text[:1+rng.IntN(len(text))]
			var w Work
			sum := 0.0
			for _, c := range u.path(&w, aligned.Append(nil, string(text), 0)) {
				if c.id == u.Unknown {
					sum += u.UnkScore * float64(c.end-c.begin)
				} else {
					sum += u.Scores[c.id]
				}
			}
			if want := bestScore(text, scores, u.UnkScore); sum != want {
				t.Fatalf("%s: got %v, want %v", string(text), sum, want)
			}
		}
	}
}
