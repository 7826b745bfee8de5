package tokenizers

// bpe cuts a word into characters and joins neighbours by the rules of its
// list, the first rule of the list first, the leftmost pair first.
type bpe struct {
	vocab        *vocab
	single       map[rune]int32 // tokens of one character
	rules        map[uint64]rule
	unk          int32  // -1: characters without a token are dropped
	fuse         bool   // neighbouring unknown characters are one
	prefix, tail string // of what does not begin, and of what ends a word
	bytes        *byteTokens
	whole        bool // a word that is a token stays whole, whatever the rules
}

// rule joins two tokens.
type rule struct{ rank, id int32 }

// link is a token of a word on the way to its final ones.
type link struct {
	id, prev, next int32
	from, to       int32
	chars          int32 // 0: joined to the one before
}

// joint is a pair of neighbours that a rule may join.
type joint struct{ rank, left, id int32 }

func (m *bpe) word(w *work, chars []char) {
	index := w.nextWord()
	if m.whole {
		if id := m.vocab.id(string(appendText(nil, chars))); id >= 0 {
			w.pieces = append(w.pieces, piece{id, chars[0].from, chars[len(chars)-1].to, index})
			return
		}
	}
	w.links = w.links[:0]
	unknown := false // the last link is unknown and may grow
	for i, c := range chars {
		id := m.char(c.r, i == 0, i == len(chars)-1)
		if id < 0 && m.bytes != nil {
			for _, p := range m.bytes.spell(nil, chars[i:i+1], index) {
				w.links = append(w.links, link{id: p.id, from: p.from, to: p.to, chars: 1})
			}
			unknown = false
			continue
		}
		if id < 0 {
			if m.unk < 0 {
				continue
			}
			if unknown && m.fuse {
				last := &w.links[len(w.links)-1]
				last.to, last.chars = c.to, last.chars+1
				continue
			}
			id, unknown = m.unk, true
		} else {
			unknown = false
		}
		w.links = append(w.links, link{id: id, from: c.from, to: c.to, chars: 1})
	}
	m.join(w)
	for i := int32(0); i >= 0 && int(i) < len(w.links); i = w.links[i].next {
		l := w.links[i]
		w.pieces = append(w.pieces, piece{l.id, l.from, l.to, index})
	}
}

// char returns the token of one character, -1 if there is none.
func (m *bpe) char(r rune, first, last bool) int32 {
	if (first || m.prefix == "") && (!last || m.tail == "") {
		if id, ok := m.single[r]; ok {
			return id
		}
		return -1
	}
	s := string(r)
	if !first {
		s = m.prefix + s
	}
	if last {
		s += m.tail
	}
	return m.vocab.id(s)
}

// join applies the rules to w.links until none is left to apply.
func (m *bpe) join(w *work) {
	links, queue := w.links, w.joints[:0]
	propose := func(left int32) {
		right := links[left].next
		if right < 0 {
			return
		}
		if r, ok := m.rules[pairKey(links[left].id, links[right].id)]; ok {
			queue = pushJoint(queue, joint{r.rank, left, r.id})
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
		var j joint
		j, queue = popJoint(queue)
		left := &links[j.left]
		if left.chars == 0 || left.next < 0 {
			continue
		}
		right := &links[left.next]
		if r, ok := m.rules[pairKey(left.id, right.id)]; !ok || r.id != j.id || r.rank != j.rank {
			continue // one of the two has been joined to another since
		}
		left.id, left.to, left.chars = j.id, right.to, left.chars+right.chars
		right.chars = 0
		left.next = right.next
		if left.next >= 0 {
			links[left.next].prev = j.left
		}
		if left.prev >= 0 {
			propose(left.prev)
		}
		propose(j.left)
	}
	w.joints = queue
}

func (a joint) before(b joint) bool { return a.rank < b.rank || a.rank == b.rank && a.left < b.left }

// pushJoint and popJoint keep the queue a binary heap.
func pushJoint(q []joint, j joint) []joint {
	q = append(q, j)
	for i := len(q) - 1; i > 0; {
		up := (i - 1) / 2
		if !q[i].before(q[up]) {
			break
		}
		q[i], q[up] = q[up], q[i]
		i = up
	}
	return q
}

func popJoint(q []joint) (joint, []joint) {
	top := q[0]
	last := len(q) - 1
	q[0] = q[last]
	q = q[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down >= last {
			break
		}
		if down+1 < last && q[down+1].before(q[down]) {
			down++
		}
		if !q[down].before(q[i]) {
			break
		}
		q[i], q[down] = q[down], q[i]
		i = down
	}
	return top, q
}

// wordLevel has a token for each word.
type wordLevel struct {
	vocab *vocab
	unk   int32
}

func (m wordLevel) word(w *work, chars []char) {
	id := m.vocab.id(string(appendText(nil, chars)))
	if id < 0 {
		id = m.unk
	}
	if index := w.nextWord(); id >= 0 {
		w.pieces = append(w.pieces, piece{id, chars[0].from, chars[len(chars)-1].to, index})
	}
}
