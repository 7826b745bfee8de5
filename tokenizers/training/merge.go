package training

import (
	"cmp"
	"container/heap"
	"slices"
	"strings"

	"github.com/lmkor/bench/tokenizers/pieces"
)

// merger grows a vocabulary by byte-pair merges over counted words.
type merger struct {
	tokens []string
	ids    map[string]int32

	symbols []int32 // of all words, one after the other
	words   []span  // where each word's symbols lie
	counts  []int64 // occurrences of each word

	index map[uint64]int32 // a pair's place in pairs
	pairs []pairStat
	queue pairQueue
}

type span struct{ begin, end int32 }

// pairStat is a pair of neighbouring symbols: its occurrences, and the words
// that hold it, or held it once.
type pairStat struct {
	key   uint64
	count int64
	words []int32
}

// newMerger starts from the characters of alphabet; others are left out of their words.
func newMerger(words []wordCount, special []string, alphabet []rune) *merger {
	m := &merger{ids: make(map[string]int32), index: make(map[uint64]int32)}
	for _, s := range special {
		m.token(s)
	}
	known := make(map[rune]bool)
	for _, r := range alphabet {
		known[r] = true
		m.token(string(r))
	}
	inside := make(map[rune]int32) // ids of ##c
	for _, w := range words {
		begin := int32(len(m.symbols))
		for i, r := range w.word {
			if !known[r] {
				continue
			}
			if i == 0 {
				m.symbols = append(m.symbols, m.ids[string(r)])
				continue
			}
			id, ok := inside[r]
			if !ok {
				id = m.token(pieces.RestPrefix + string(r))
				inside[r] = id
			}
			m.symbols = append(m.symbols, id)
		}
		m.words = append(m.words, span{begin, int32(len(m.symbols))})
		m.counts = append(m.counts, w.count)
	}
	for w, s := range m.words {
		for i := s.begin + 1; i < s.end; i++ {
			m.change(pieces.PairKey(m.symbols[i-1], m.symbols[i]), m.counts[w], int32(w))
		}
	}
	for i := range m.pairs {
		m.queue = append(m.queue, queued{m.pairs[i].count, m.pairs[i].key, int32(i)})
	}
	heap.Init(&m.queue)
	return m
}

// alphabetOf returns the most frequent characters, as many as the options
// allow, by code point. Each may cost two tokens, one at the beginning of words
// and one inside, and a word with a character that is not there becomes [UNK] as a whole.
func alphabetOf(words []wordCount, opt Options) []rune {
	counts := make(map[rune]int64)
	var total int64
	for _, w := range words {
		for _, r := range w.word {
			counts[r] += w.count
			total += w.count
		}
	}
	chars := make([]rune, 0, len(counts))
	for r := range counts {
		chars = append(chars, r)
	}
	slices.SortFunc(chars, func(a, b rune) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	n := min(len(chars), opt.Alphabet)
	if opt.Alphabet == 0 {
		for rest := total; n < min(len(chars), opt.learned()/3) && rest > total/2000; n++ {
			rest -= counts[chars[n]]
		}
	}
	chars = chars[:n]
	slices.Sort(chars)
	return chars
}

func (m *merger) token(s string) int32 {
	if id, ok := m.ids[s]; ok {
		return id
	}
	id := int32(len(m.tokens))
	m.tokens = append(m.tokens, s)
	m.ids[s] = id
	return id
}

// change adds by to a pair's count; if that is a gain, word now holds the pair.
func (m *merger) change(key uint64, by int64, word int32) int32 {
	i, ok := m.index[key]
	if !ok {
		i = int32(len(m.pairs))
		m.index[key] = i
		m.pairs = append(m.pairs, pairStat{key: key})
	}
	p := &m.pairs[i]
	p.count += by
	if by > 0 && (len(p.words) == 0 || p.words[len(p.words)-1] != word) {
		p.words = append(p.words, word)
	}
	return i
}

// run merges until there are size tokens or no pair occurs as often as least.
func (m *merger) run(size int, least int64) {
	gained := make(map[int32]bool) // pairs that became more frequent by a merge
	var fresh []int32
	for len(m.tokens) < size && len(m.queue) > 0 {
		top := &m.queue[0]
		if now := m.pairs[top.pair].count; now != top.count { // has lost since it was queued
			top.count = now
			heap.Fix(&m.queue, 0)
			continue
		}
		if top.count < max(least, 1) {
			return
		}
		pair := top.pair
		heap.Pop(&m.queue)
		fresh = m.merge(pair, gained, fresh[:0])
		for _, i := range fresh {
			delete(gained, i)
			if p := &m.pairs[i]; p.count > 0 {
				heap.Push(&m.queue, queued{p.count, p.key, i})
			}
		}
	}
}

// merge joins a pair in all words that hold it, and appends the pairs that gained by it.
func (m *merger) merge(pair int32, gained map[int32]bool, fresh []int32) []int32 {
	stat := &m.pairs[pair]
	key, words := stat.key, stat.words
	stat.count, stat.words = 0, nil
	a, b := int32(key>>32), int32(uint32(key))
	joined := m.token(m.tokens[a] + strings.TrimPrefix(m.tokens[b], pieces.RestPrefix))

	gain := func(key uint64, by int64, word int32) {
		if i := m.change(key, by, word); !gained[i] {
			gained[i] = true
			fresh = append(fresh, i)
		}
	}
	for _, w := range words {
		span, count := &m.words[w], m.counts[w]
		s := m.symbols[span.begin:span.end]
		n := 0 // symbols written back
		for i := 0; i < len(s); i++ {
			if i+1 == len(s) || s[i] != a || s[i+1] != b {
				s[n] = s[i]
				n++
				continue
			}
			if n > 0 {
				if k := pieces.PairKey(s[n-1], a); k != key {
					m.change(k, -count, w)
				}
				gain(pieces.PairKey(s[n-1], joined), count, w)
			}
			if i+2 < len(s) {
				if k := pieces.PairKey(b, s[i+2]); k != key {
					m.change(k, -count, w)
				}
				gain(pieces.PairKey(joined, s[i+2]), count, w)
			}
			s[n] = joined
			n++
			i++
		}
		span.end = span.begin + int32(n)
	}
	return fresh
}

// queued is a pair with the count it had when it was queued.
type queued struct {
	count int64
	key   uint64
	pair  int32
}

// pairQueue is a heap, the most frequent pair first, the lower ids on a tie.
type pairQueue []queued

func (q pairQueue) Len() int { return len(q) }
func (q pairQueue) Less(i, j int) bool {
	return q[i].count > q[j].count || q[i].count == q[j].count && q[i].key < q[j].key
}
func (q pairQueue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *pairQueue) Push(x any)   { *q = append(*q, x.(queued)) }
func (q *pairQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
