package pieces

import (
	"math"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// Unigram cuts text into the pieces whose scores, log probabilities, add up to
// the most. A character that no piece covers is unknown, at a score below all pieces'.
type Unigram struct {
	Trie     *Trie
	Scores   []float64
	Unknown  int32
	UnkScore float64

	// single rounds path scores to float32 and adds as SentencePiece does; the
	// tokenizers library keeps float64, and near ties can fall either way.
	single bool
}

const UnkPenalty = 10 // below the lowest score

// node is the best way to the end of a stretch of text.
type node struct {
	score float64
	begin int32 // of its last piece; -1: no way yet
	id    int32
}

// cut is one piece of a path, the chars [begin, end).
type cut struct{ begin, end, id int32 }

// path appends the best pieces of chars to w.cuts, neighbouring unknown characters as
// one, and returns them.
func (m *Unigram) path(w *Work, chars []aligned.Char) []cut {
	nodes := w.nodes[:0]
	for range len(chars) + 1 {
		nodes = append(nodes, node{begin: -1})
	}
	nodes[0] = node{}
	w.nodes = nodes
	for i := range chars {
		here := nodes[i].score
		covered := false
		at := uint32(RootNode)
		for j := i; j < len(chars); j++ {
			e := m.Trie.Step(at, chars[j].Rune)
			if e == nil {
				break
			}
			at = e.Child
			if e.Value < 0 {
				continue
			}
			m.improve(&nodes[j+1], m.Scores[e.Value]+here, int32(i), e.Value)
			covered = covered || j == i
		}
		if !covered {
			m.improve(&nodes[i+1], m.UnkScore+here, int32(i), m.Unknown)
		}
	}
	first := len(w.cuts)
	for end := int32(len(chars)); end > 0; end = nodes[end].begin {
		n := nodes[end]
		if last := len(w.cuts) - 1; last >= first && n.id == m.Unknown && w.cuts[last].id == m.Unknown {
			w.cuts[last].begin = n.begin
			continue
		}
		w.cuts = append(w.cuts, cut{n.begin, end, n.id})
	}
	cuts := w.cuts[first:]
	for i, j := 0, len(cuts)-1; i < j; i, j = i+1, j-1 {
		cuts[i], cuts[j] = cuts[j], cuts[i]
	}
	return cuts
}

func (m *Unigram) improve(n *node, score float64, begin, id int32) {
	if m.single {
		score = float64(float32(score))
	}
	if n.begin < 0 || score > n.score {
		*n = node{score, begin, id}
	}
}

// Lowest is the smallest of scores, 0 of none.
func Lowest(scores []float64) float64 {
	low := math.Inf(1)
	for _, s := range scores {
		low = min(low, s)
	}
	if math.IsInf(low, 1) {
		return 0
	}
	return low
}

// UnigramWords is the unigram model as tokenizer.json has it.
type UnigramWords struct {
	Unigram
	Vocab *Vocab
	Bytes *byteTokens // nil: no fallback to bytes
}

func (m *UnigramWords) Word(w *Work, chars []aligned.Char) {
	index := w.NextWord()
	w.cuts = w.cuts[:0]
	for _, c := range m.path(w, chars) {
		covered := chars[c.begin:c.end]
		from, to := covered[0].From, covered[len(covered)-1].To
		id := c.id
		if id == m.Unknown {
			if id = m.exact(covered); id < 0 && m.Bytes != nil {
				if text := string(aligned.AppendText(nil, covered)); m.Bytes.spells(text) {
					for k := range len(text) { // each with the offsets of the whole run
						w.Pieces = append(w.Pieces, Piece{m.Bytes[text[k]], from, to, index})
					}
					continue
				}
			}
		}
		if id < 0 {
			id = m.Unknown
			w.Surface(covered)
		}
		w.Pieces = append(w.Pieces, Piece{id, from, to, index})
	}
}

// exact returns the token spelled by chars, -1 if there is none.
func (m *UnigramWords) exact(chars []aligned.Char) int32 {
	at := uint32(RootNode)
	for i, c := range chars {
		e := m.Trie.Step(at, c.Rune)
		if e == nil {
			break
		}
		if at = e.Child; i == len(chars)-1 {
			return e.Value
		}
	}
	return -1
}
