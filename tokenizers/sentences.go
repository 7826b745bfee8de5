package tokenizers

import (
	"strings"
	"unicode/utf8"
)

// sentences is a SentencePiece model at work: it takes a whole text, blanks
// and all, to pieces as the library does.
type sentences struct {
	*spModel
	users *trie // user-defined symbols, which nothing changes or cuts; nil without any
	ids   []int32
	unkID int32 // what ids has for the unknown piece

	unigram unigram
	merges  *spMerges // of a BPE model
	byteIDs *byteTokens
	byText  map[string]int32 // all pieces

	// recut is KoBERT's and XLNet's treatment of pieces that end in a digit and a comma.
	recut bool
	// clean prepares the text as those do; nil: as it is.
	clean normalizer
}

// newSentences makes a model ready; v is the vocabulary whose ids count, nil for the model's own.
func newSentences(m *spModel, v *vocab) *sentences {
	s := &sentences{spModel: m, byText: make(map[string]int32, len(m.pieces)), ids: make([]int32, len(m.pieces))}
	known := newTrie(len(m.pieces) * 3)
	var scores, normal []float64
	for i, p := range m.pieces {
		id := int32(i)
		scores = append(scores, float64(p.score))
		s.byText[p.text] = id
		s.ids[i] = id
		if v != nil {
			if s.ids[i] = v.id(p.text); s.ids[i] < 0 {
				s.ids[i] = v.id("[UNK]")
			}
		}
		switch p.kind {
		case spNormal:
			normal = append(normal, float64(p.score))
			known.insert(p.text, id)
		case spUser:
			if s.users == nil {
				s.users = newTrie(16)
			}
			s.users.insert(p.text, id)
			known.insert(p.text, id)
		}
	}
	s.unkID = s.ids[m.unk]
	s.unigram = unigram{
		trie: known, scores: scores, unk: m.unk, single: true,
		unkScore: float64(float32(lowest(normal)) - unkPenalty),
	}
	if m.kind == spBPE {
		s.merges = newSPMerges(m)
	}
	if m.bytes {
		own := newVocab(len(m.pieces))
		for i, p := range m.pieces {
			own.set(p.text, int32(i))
		}
		if s.byteIDs = byteTokensOf(own); !s.byteIDs.complete() {
			s.byteIDs = nil
		}
	}
	return s
}

// word takes all of a text to pieces. Each word, which begins at a ▁, counts as one.
func (s *sentences) word(w *work, chars []char) {
	if s.clean != nil {
		chars = s.clean.normalize(chars)
	}
	chars = s.normalize(chars)
	w.cuts = w.cuts[:0]
	index := int32(-1)
	cuts := s.pieces(w, chars)
	for i := range len(cuts) {
		c := w.cuts[i] // recutting may have moved them
		covered := chars[c.begin:c.end]
		if index < 0 || covered[0].r == spBlank {
			index = w.nextWord()
		}
		if s.recut && endsInDigitComma(covered) {
			s.emitRecut(w, covered, index)
			continue
		}
		s.emit(w, c.id, covered, index)
	}
}

// pieces appends the model's pieces of normalised chars to w.cuts, and returns them.
func (s *sentences) pieces(w *work, chars []char) []cut {
	if s.merges != nil {
		return s.merges.path(w, chars, s)
	}
	return s.unigram.path(w, chars)
}

// emit appends the piece of covered, whose id within the model is given.
func (s *sentences) emit(w *work, id int32, covered []char, word int32) {
	if id == s.unk {
		if s.byteIDs != nil {
			s.emitBytes(w, covered, word)
			return
		}
		w.surface(covered)
	}
	w.pieces = append(w.pieces, piece{s.ids[id], covered[0].from, covered[len(covered)-1].to, word})
}

// emitBytes appends the bytes of an unknown run, the last byte of each
// character with its offsets, the others with none.
func (s *sentences) emitBytes(w *work, covered []char, word int32) {
	for i := range covered {
		begin := len(w.pieces)
		w.pieces = s.byteIDs.spell(w.pieces, covered[i:i+1], word)
		for j := begin; j < len(w.pieces); j++ {
			p := &w.pieces[j]
			if p.id = s.ids[p.id]; j+1 < len(w.pieces) {
				p.to = p.from
			}
		}
	}
}

// emitRecut appends a piece that ends in a digit and a comma as those of what
// comes before the comma, encoded as a text of its own, and the comma.
func (s *sentences) emitRecut(w *work, covered []char, word int32) {
	marked := covered[0].r == spBlank
	head := make([]char, 0, len(covered))
	for _, c := range covered[:len(covered)-1] {
		if c.r != spBlank {
			head = append(head, c)
		}
	}
	head = s.normalize(head)
	begin := len(w.cuts)
	for i, c := range s.pieces(w, head) {
		part := head[c.begin:c.end]
		if i == 0 && !marked && part[0].r == spBlank {
			if part = part[1:]; len(part) == 0 {
				continue
			}
			c.id = s.idOf(part)
		}
		s.emit(w, c.id, part, word)
	}
	w.cuts = w.cuts[:begin]
	comma := covered[len(covered)-1:]
	s.emit(w, s.idOf(comma), comma, word)
}

// idOf returns the id within the model of the piece that chars spell.
func (s *sentences) idOf(chars []char) int32 {
	if id, ok := s.byText[string(appendText(nil, chars))]; ok {
		return id
	}
	return s.unk
}

func endsInDigitComma(chars []char) bool {
	n := len(chars)
	return n > 1 && chars[n-1].r == ',' && isDigit(chars[n-2].r)
}

// spacesFirst is the decoder of SentencePiece's pieces: marks are blanks, and
// the first is dropped.
type spacesFirst struct{ mark string }

func (d spacesFirst) decode(tokens []string) string {
	text := strings.ReplaceAll(strings.Join(tokens, ""), d.mark, " ")
	return strings.TrimPrefix(text, " ")
}

// isDigit is Python's isdigit.
func isDigit(r rune) bool {
	if r < utf8.RuneSelf {
		return '0' <= r && r <= '9'
	}
	return isDecimal(r) || r == 0xB2 || r == 0xB3 || r == 0xB9 || 0x2070 <= r && r <= 0x2089 || 0x2460 <= r && r <= 0x2468
}
