package tokenizers

import "unicode/utf8"

// wordPiece cuts a word into the longest pieces of its vocabulary, from left to
// right; pieces after the first carry a prefix, "##" in BERT. A word that can't
// be cut so, or is too long, is one unknown piece.
type wordPiece struct {
	trie     *trie
	rest     uint32 // the node below the prefix; 0: no such piece
	unk      int32
	maxChars int
}

// defaultMaxChars is the reference's limit to a word's code points.
const defaultMaxChars = 100

func newWordPiece(v *vocab, unk int32, prefix string, maxChars int) *wordPiece {
	n := 0
	for _, t := range v.tokens {
		n += utf8.RuneCountInString(t) // more than needed: beginnings are shared
	}
	w := &wordPiece{trie: newTrie(n / 2), rest: rootNode, unk: unk, maxChars: maxChars}
	for t, id := range v.ids {
		w.trie.insert(t, id)
	}
	if prefix != "" {
		w.rest = w.trie.node(prefix)
	}
	return w
}

// word appends the pieces of one word.
func (m *wordPiece) word(w *work, chars []char) {
	if len(chars) == 0 {
		return
	}
	index := w.nextWord()
	out := w.pieces
	if len(chars) > m.maxChars {
		w.pieces = append(out, m.unknown(chars, index))
		return
	}
	node := uint32(rootNode)
	for at := 0; at < len(chars); node = m.rest {
		id, end := int32(-1), at
		for i := at; i < len(chars) && node != 0; i++ {
			e := m.trie.step(node, chars[i].r)
			if e == nil {
				break
			}
			if e.value >= 0 {
				id, end = e.value, i+1
			}
			node = e.child
		}
		if id < 0 {
			w.pieces = append(w.pieces, m.unknown(chars, index))
			return
		}
		out = append(out, piece{id, chars[at].from, chars[end-1].to, index})
		at = end
	}
	w.pieces = out
}

func (m *wordPiece) unknown(chars []char, index int32) piece {
	return piece{m.unk, chars[0].from, chars[len(chars)-1].to, index}
}
