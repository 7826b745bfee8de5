package pieces

import (
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// WordPiece cuts a word into the longest pieces of its vocabulary, from left to
// right; pieces after the first carry a prefix, "##" in BERT. A word that can't
// be cut so, or is too long, is one unknown piece.
type WordPiece struct {
	trie     *Trie
	rest     uint32 // the node below the prefix; 0: no such piece
	Unknown  int32
	maxChars int
}

// RestPrefix marks pieces inside a word.
const RestPrefix = "##"

// DefaultMaxChars is the reference's limit to a word's code points.
const DefaultMaxChars = 100

func NewWordPiece(v *Vocab, unk int32, prefix string, maxChars int) *WordPiece {
	n := 0
	for _, t := range v.Tokens {
		n += utf8.RuneCountInString(t) // more than needed: beginnings are shared
	}
	w := &WordPiece{trie: NewTrie(n / 2), rest: RootNode, Unknown: unk, maxChars: maxChars}
	for t, id := range v.IDs {
		w.trie.Insert(t, id)
	}
	if prefix != "" {
		w.rest = w.trie.node(prefix)
	}
	return w
}

// Word appends the pieces of one word.
func (m *WordPiece) Word(w *Work, chars []aligned.Char) {
	if len(chars) == 0 {
		return
	}
	index := w.NextWord()
	out := w.Pieces
	if len(chars) > m.maxChars {
		w.Pieces = append(out, m.unknown(chars, index))
		return
	}
	node := uint32(RootNode)
	for at := 0; at < len(chars); node = m.rest {
		id, end := int32(-1), at
		for i := at; i < len(chars) && node != 0; i++ {
			e := m.trie.Step(node, chars[i].Rune)
			if e == nil {
				break
			}
			if e.Value >= 0 {
				id, end = e.Value, i+1
			}
			node = e.Child
		}
		if id < 0 {
			w.Pieces = append(w.Pieces, m.unknown(chars, index))
			return
		}
		out = append(out, Piece{id, chars[at].From, chars[end-1].To, index})
		at = end
	}
	w.Pieces = out
}

func (m *WordPiece) unknown(chars []aligned.Char, index int32) Piece {
	return Piece{m.Unknown, chars[0].From, chars[len(chars)-1].To, index}
}
