package pieces

import (
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/aligned"
	"github.com/lmkor/bench/tokenizers/normalizers"
)

// Sentences is a SentencePiece model at work: it takes a whole text, blanks
// and all, to pieces as the library does.
type Sentences struct {
	*SentencePiece
	users *Trie // user-defined symbols, which nothing changes or cuts; nil without any
	IDs   []int32
	UnkID int32 // what ids has for the unknown piece

	unigram Unigram
	merges  *spMerges // of a BPE model
	byteIDs *byteTokens
	byText  map[string]int32 // all pieces

	// recut is KoBERT's and XLNet's treatment of pieces that end in a digit and a comma.
	Recut bool
	// clean prepares the text as those do; nil: as it is.
	Clean normalizers.Normalizer
}

// NewSentences makes a model ready; v is the vocabulary whose ids count, nil for the model's own.
func NewSentences(m *SentencePiece, v *Vocab) *Sentences {
	s := &Sentences{SentencePiece: m, byText: make(map[string]int32, len(m.Pieces)), IDs: make([]int32, len(m.Pieces))}
	known := NewTrie(len(m.Pieces) * 3)
	var scores, normal []float64
	for i, p := range m.Pieces {
		id := int32(i)
		scores = append(scores, float64(p.Score))
		s.byText[p.Text] = id
		s.IDs[i] = id
		if v != nil {
			if s.IDs[i] = v.ID(p.Text); s.IDs[i] < 0 {
				s.IDs[i] = v.ID("[UNK]")
			}
		}
		switch p.Kind {
		case SPNormal:
			normal = append(normal, float64(p.Score))
			known.Insert(p.Text, id)
		case SPUser:
			if s.users == nil {
				s.users = NewTrie(16)
			}
			s.users.Insert(p.Text, id)
			known.Insert(p.Text, id)
		}
	}
	s.UnkID = s.IDs[m.unk]
	s.unigram = Unigram{
		Trie: known, Scores: scores, Unknown: m.unk, single: true,
		UnkScore: float64(float32(Lowest(normal)) - UnkPenalty),
	}
	if m.Kind == SPBPE {
		s.merges = newSPMerges(m)
	}
	if m.bytes {
		own := NewVocab(len(m.Pieces))
		for i, p := range m.Pieces {
			own.Set(p.Text, int32(i))
		}
		if s.byteIDs = ByteTokensOf(own); !s.byteIDs.Complete() {
			s.byteIDs = nil
		}
	}
	return s
}

// Word takes all of a text to pieces. Each word, which begins at a ▁, counts as one.
func (s *Sentences) Word(w *Work, chars []aligned.Char) {
	if s.Clean != nil {
		chars = s.Clean.Normalize(chars)
	}
	chars = s.Normalize(chars)
	w.cuts = w.cuts[:0]
	index := int32(-1)
	cuts := s.pieces(w, chars)
	for i := range len(cuts) {
		c := w.cuts[i] // recutting may have moved them
		covered := chars[c.begin:c.end]
		if index < 0 || covered[0].Rune == SPBlank {
			index = w.NextWord()
		}
		if s.Recut && endsInDigitComma(covered) {
			s.emitRecut(w, covered, index)
			continue
		}
		s.emit(w, c.id, covered, index)
	}
}

// pieces appends the model's pieces of normalised chars to w.cuts, and returns them.
func (s *Sentences) pieces(w *Work, chars []aligned.Char) []cut {
	if s.merges != nil {
		return s.merges.path(w, chars, s)
	}
	return s.unigram.path(w, chars)
}

// emit appends the piece of covered, whose id within the model is given.
func (s *Sentences) emit(w *Work, id int32, covered []aligned.Char, word int32) {
	if id == s.unk {
		if s.byteIDs != nil {
			s.emitBytes(w, covered, word)
			return
		}
		w.Surface(covered)
	}
	w.Pieces = append(w.Pieces, Piece{s.IDs[id], covered[0].From, covered[len(covered)-1].To, word})
}

// emitBytes appends the bytes of an unknown run, the last byte of each
// character with its offsets, the others with none.
func (s *Sentences) emitBytes(w *Work, covered []aligned.Char, word int32) {
	for i := range covered {
		begin := len(w.Pieces)
		w.Pieces = s.byteIDs.spell(w.Pieces, covered[i:i+1], word)
		for j := begin; j < len(w.Pieces); j++ {
			p := &w.Pieces[j]
			if p.ID = s.IDs[p.ID]; j+1 < len(w.Pieces) {
				p.To = p.From
			}
		}
	}
}

// emitRecut appends a piece that ends in a digit and a comma as those of what
// comes before the comma, encoded as a text of its own, and the comma.
func (s *Sentences) emitRecut(w *Work, covered []aligned.Char, word int32) {
	marked := covered[0].Rune == SPBlank
	head := make([]aligned.Char, 0, len(covered))
	for _, c := range covered[:len(covered)-1] {
		if c.Rune != SPBlank {
			head = append(head, c)
		}
	}
	head = s.Normalize(head)
	begin := len(w.cuts)
	for i, c := range s.pieces(w, head) {
		part := head[c.begin:c.end]
		if i == 0 && !marked && part[0].Rune == SPBlank {
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
func (s *Sentences) idOf(chars []aligned.Char) int32 {
	if id, ok := s.byText[string(aligned.AppendText(nil, chars))]; ok {
		return id
	}
	return s.unk
}

func endsInDigitComma(chars []aligned.Char) bool {
	n := len(chars)
	return n > 1 && chars[n-1].Rune == ',' && isDigit(chars[n-2].Rune)
}

// isDigit is Python's isdigit.
func isDigit(r rune) bool {
	if r < utf8.RuneSelf {
		return '0' <= r && r <= '9'
	}
	return aligned.IsDecimal(r) || r == 0xB2 || r == 0xB3 || r == 0xB9 || 0x2070 <= r && r <= 0x2089 || 0x2460 <= r && r <= 0x2468
}
