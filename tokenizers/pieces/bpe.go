package pieces

import (
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// BPE cuts a word into characters and joins neighbours by the rules of its
// list, the first rule of the list first, the leftmost pair first.
type BPE struct {
	Vocab        *Vocab
	Single       map[rune]int32 // tokens of one character
	Rules        map[uint64]Rule
	Unknown      int32  // -1: characters without a token are dropped
	Fuse         bool   // neighbouring unknown characters are one
	Prefix, Tail string // of what does not begin, and of what ends a word
	Bytes        *byteTokens
	Whole        bool // a word that is a token stays whole, whatever the rules
}

// Rule joins two tokens.
type Rule struct{ Rank, ID int32 }

// PairKey is one number for two tokens side by side.
func PairKey(a, b int32) uint64 { return uint64(uint32(a))<<32 | uint64(uint32(b)) }

// link is a token of a word on the way to its final ones.
type link struct {
	id, prev, next int32
	from, to       int32
	chars          int32 // 0: joined to the one before
	size           int32 // bytes of normalised text
}

func (m *BPE) Word(w *Work, chars []aligned.Char) {
	index := w.NextWord()
	if m.Whole {
		if id := m.Vocab.ID(string(aligned.AppendText(nil, chars))); id >= 0 {
			w.Pieces = append(w.Pieces, Piece{id, chars[0].From, chars[len(chars)-1].To, index})
			return
		}
	}
	shifted := m.spell(w, chars)
	m.join(w)
	if shifted {
		placeBySize(w.links, chars)
	}
	for i := int32(0); i >= 0 && int(i) < len(w.links); i = w.links[i].next {
		l := w.links[i]
		w.Pieces = append(w.Pieces, Piece{l.id, l.from, l.to, index})
	}
}

// spell makes w.links the tokens of single characters. It reports whether the
// links' sizes do not add up to where they stand: where characters are left out,
// or spelled with a prefix in bytes, or unknown ones come after those behind them.
func (m *BPE) spell(w *Work, chars []aligned.Char) (shifted bool) {
	w.links = w.links[:0]
	unknown := link{id: -1} // those not in w.links yet, since more may join them
	flush := func() {
		if unknown.id >= 0 {
			w.links = append(w.links, unknown)
			unknown.id = -1
		}
	}
	for i, c := range chars {
		first, last := i == 0, i == len(chars)-1
		this := link{id: m.char(c.Rune, first, last), from: c.From, to: c.To, chars: 1, size: int32(utf8.RuneLen(c.Rune))}
		if this.id >= 0 {
			flush()
			w.links = append(w.links, this)
			continue
		}
		if m.Bytes != nil {
			if text := m.affixed(c.Rune, first, last); m.Bytes.spells(text) {
				for k := range len(text) {
					w.links = append(w.links, link{id: m.Bytes[text[k]], from: c.From, to: c.To, chars: 1, size: 1})
				}
				shifted = shifted || unknown.id >= 0 || len(text) != int(this.size)
				continue
			}
		}
		switch this.id = m.Unknown; {
		case m.Unknown < 0:
			shifted = true
		case unknown.id >= 0 && m.Fuse:
			unknown.to, unknown.chars, unknown.size = c.To, unknown.chars+1, unknown.size+this.size
		default:
			flush()
			unknown = this
		}
	}
	flush()
	return shifted
}

// placeBySize gives the links the offsets that the tokenizers library computes: of
// the characters where it takes each to stand, from the sizes of those before.
// Beyond the word the library hands on its bytes as they are: these are stored as -1-n.
func placeBySize(links []link, chars []aligned.Char) {
	var at []int32 // the char that each byte is part of
	for i, c := range chars {
		for range utf8.RuneLen(c.Rune) {
			at = append(at, int32(i))
		}
	}
	begin := int32(0)
	for i := int32(0); i >= 0 && int(i) < len(links); i = links[i].next {
		l := &links[i]
		end := begin + l.size
		if int(end) <= len(at) {
			l.from, l.to = chars[at[begin]].From, chars[at[end-1]].To
		} else {
			l.from, l.to = -1-begin, -1-end
		}
		begin = end
	}
}

// affixed is a character with what a token of it must have around it.
func (m *BPE) affixed(r rune, first, last bool) string {
	s := string(r)
	if !first {
		s = m.Prefix + s
	}
	if last {
		s += m.Tail
	}
	return s
}

// char returns the token of one character, -1 if there is none.
func (m *BPE) char(r rune, first, last bool) int32 {
	if (first || m.Prefix == "") && (!last || m.Tail == "") {
		if id, ok := m.Single[r]; ok {
			return id
		}
		return -1
	}
	return m.Vocab.ID(m.affixed(r, first, last))
}

// join applies the rules to w.links until none is left to apply.
func (m *BPE) join(w *Work) {
	links, queue := w.links, w.joints[:0]
	propose := func(left int32) {
		right := links[left].next
		if right < 0 {
			return
		}
		if r, ok := m.Rules[PairKey(links[left].id, links[right].id)]; ok {
			queue.push(jointOf(uint32(r.Rank), left, r.ID))
		}
	}
	for i := range links {
		links[i].prev, links[i].next = int32(i)-1, int32(i)+1
	}
	if len(links) > 0 {
		links[len(links)-1].next = -1
	}
	for i := range links {
		propose(int32(i))
	}
	for len(queue) > 0 {
		j := queue.pop()
		at := j.left()
		left := &links[at]
		if left.chars == 0 || left.next < 0 {
			continue
		}
		right := &links[left.next]
		if r, ok := m.Rules[PairKey(left.id, right.id)]; !ok || r.ID != j.what || uint32(r.Rank) != j.rank() {
			continue // one of the two has been joined to another since
		}
		left.id, left.to, left.chars, left.size = j.what, right.to, left.chars+right.chars, left.size+right.size
		right.chars = 0
		left.next = right.next
		if left.next >= 0 {
			links[left.next].prev = at
		}
		if left.prev >= 0 {
			propose(left.prev)
		}
		propose(at)
	}
	w.joints = queue
}

// WordLevel has a token for each word.
type WordLevel struct {
	Vocab   *Vocab
	Unknown int32
}

func (m WordLevel) Word(w *Work, chars []aligned.Char) {
	id := m.Vocab.ID(string(aligned.AppendText(nil, chars)))
	if id < 0 {
		id = m.Unknown
	}
	if index := w.NextWord(); id >= 0 {
		w.Pieces = append(w.Pieces, Piece{id, chars[0].From, chars[len(chars)-1].To, index})
	}
}
