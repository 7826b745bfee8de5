package pieces

import "github.com/lmkor/bench/tokenizers/aligned"

// spMerges joins neighbours as a SentencePiece BPE model does: the pair that makes
// the piece of the highest score first, the leftmost on a tie.
type spMerges struct {
	ids    map[string]int32
	pieces []SPPiece
}

func newSPMerges(m *SentencePiece) *spMerges {
	s := &spMerges{ids: make(map[string]int32, len(m.Pieces)), pieces: m.Pieces}
	for i, p := range m.Pieces {
		if p.Kind == SPNormal || p.Kind == SPUser || p.Kind == SPUnused {
			s.ids[p.Text] = int32(i)
		}
	}
	return s
}

// path appends the pieces of chars to w.cuts, neighbouring unknown ones as one, and returns them.
func (m *spMerges) path(w *Work, chars []aligned.Char, s *Sentences) []cut {
	text, starts := aligned.BytesOf(chars)
	links, frozen := m.firstLinks(w, text, s)
	queue := w.joints[:0]
	halves := make(map[string]int32) // unused pieces: where they were joined
	propose := func(left int32) {
		if left < 0 || links[left].next < 0 {
			return
		}
		right := links[left].next
		if frozen[left] || frozen[right] {
			return
		}
		both := text[links[left].from:links[right].to]
		id, ok := m.ids[both]
		if !ok {
			return
		}
		queue.push(jointOf(rankOf(m.pieces[id].Score), left, int32(len(both))))
		if m.pieces[id].Kind == SPUnused {
			halves[both] = links[left].to - links[left].from
		}
	}
	for i := range links[:max(0, len(links)-1)] {
		propose(int32(i))
	}
	for len(queue) > 0 {
		top := queue.pop()
		at := top.left()
		left := &links[at]
		if left.chars == 0 || left.next < 0 {
			continue
		}
		right := &links[left.next]
		if right.to-left.from != top.what {
			continue // one of the two has been joined to another since
		}
		left.to, right.chars = right.to, 0
		if left.next = right.next; left.next >= 0 {
			links[left.next].prev = at
		}
		propose(left.prev)
		propose(at)
	}
	w.links, w.joints = links, queue
	first := len(w.cuts)
	for i := int32(0); i >= 0 && int(i) < len(links); i = links[i].next {
		m.emit(w, first, text, starts, halves, links[i].from, links[i].to, s.unk)
	}
	return w.cuts[first:]
}

// firstLinks makes a link of each character, or of a user-defined symbol, which stays frozen.
func (m *spMerges) firstLinks(w *Work, text string, s *Sentences) (links []link, frozen []bool) {
	links = w.links[:0]
	for i, r := range text {
		if len(links) > 0 && int(links[len(links)-1].to) > i {
			continue // inside a symbol
		}
		n := s.users.Longest(text[i:])
		frozen = append(frozen, n > 0)
		if n == 0 {
			n = len(string(r))
		}
		at := int32(len(links))
		links = append(links, link{prev: at - 1, next: at + 1, from: int32(i), to: int32(i + n), chars: 1})
	}
	if len(links) > 0 {
		links[len(links)-1].next = -1
	}
	return links, frozen
}

// emit appends text[from:to] as a piece, an unused one as the two it was joined of.
func (m *spMerges) emit(w *Work, first int, text string, starts []int, halves map[string]int32, from, to, unk int32) {
	id, ok := m.ids[text[from:to]]
	if !ok {
		id = unk
	} else if m.pieces[id].Kind == SPUnused {
		if half, ok := halves[text[from:to]]; ok {
			m.emit(w, first, text, starts, halves, from, from+half, unk)
			m.emit(w, first, text, starts, halves, from+half, to, unk)
			return
		}
	}
	c := cut{int32(starts[from]), int32(starts[to]), id}
	if last := len(w.cuts) - 1; id == unk && last >= first && w.cuts[last].id == unk {
		w.cuts[last].end = c.end
		return
	}
	w.cuts = append(w.cuts, c)
}
