package tokenizers

import "sync"

// Options say how a text is encoded. The zero value adds special tokens and
// cuts nothing.
type Options struct {
	MaxLength  int    // in tokens, special ones included; 0: no limit
	Truncation string // of pairs: LongestFirst, also if empty, or LongestFirstPython
	NoSpecial  bool   // no [CLS], no [SEP]
	Specials   bool   // recognise special tokens, such as [MASK], in the text even where the model's own tokenizer reads them as text
}

// Encoding is a text, or a pair, as a model reads it. All slices are as long.
type Encoding struct {
	IDs, TypeIDs []int32
	Tokens       []string
	Offsets      [][2]int // [begin, end) in code points of the text, or pair, or word, that holds the token
	ByteOffsets  [][2]int // the same in bytes of UTF-8
	WordIDs      []int    // index of the word within its text; -1 for the template's special tokens
}

// IDs holds what EncodeIDs makes, and the memory it works in. It may be reused,
// by one goroutine at a time; the zero value is ready.
type IDs struct {
	IDs, TypeIDs []int32
	Truncated    bool // the text, or the pair, lost pieces to MaxLength
	a, b         work
}

// workspaces saves Encode's from being made anew for each text.
var workspaces = sync.Pool{New: func() any { return new(IDs) }}

// Encode returns text, with pair if hasPair, as ids with their tokens, offsets
// and words.
func (t *Tokenizer) Encode(text, pair string, hasPair bool, opt Options) Encoding {
	s := workspaces.Get().(*IDs)
	defer workspaces.Put(s)
	s.a.spelled, s.b.spelled = true, true
	hasPair = hasPair && pair != "" // as transformers has it: an empty second text is none
	s.a.start(t, text, opt)
	if hasPair {
		s.b.start(t, pair, opt)
	}
	parts := t.fit(s, hasPair, opt)
	enc := newEncoding(len(s.a.pieces) + len(s.b.pieces)*btoi(hasPair) + specials(parts))
	for _, p := range parts {
		switch p.id {
		case firstText:
			enc.add(t, &s.a, 0, len(s.a.pieces), p.typeID, text)
		case secondText:
			enc.add(t, &s.b, 0, len(s.b.pieces), p.typeID, pair)
		default:
			enc.addSpecial(t, p)
		}
	}
	return enc
}

// EncodeIDs leaves the ids and type ids of text, and pair if hasPair, in dst. After
// dst has grown to its full size, it allocates nothing.
func (t *Tokenizer) EncodeIDs(dst *IDs, text, pair string, hasPair bool, opt Options) {
	hasPair = hasPair && pair != ""
	dst.a.start(t, text, opt)
	if hasPair {
		dst.b.start(t, pair, opt)
	}
	dst.IDs, dst.TypeIDs = dst.IDs[:0], dst.TypeIDs[:0]
	for _, p := range t.fit(dst, hasPair, opt) {
		switch p.id {
		case firstText:
			dst.add(dst.a.pieces, p.typeID)
		case secondText:
			dst.add(dst.b.pieces, p.typeID)
		default:
			dst.IDs, dst.TypeIDs = append(dst.IDs, p.id), append(dst.TypeIDs, p.typeID)
		}
	}
}

// EncodeWords returns a sentence given as words. Offsets lie within each word,
// and WordIDs are indices of words.
func (t *Tokenizer) EncodeWords(words []string, opt Options) Encoding {
	s := workspaces.Get().(*IDs)
	defer workspaces.Put(s)
	s.a.spelled = true
	s.a.startWords(t, words, opt)
	parts := t.fit(s, false, opt)
	enc := newEncoding(len(s.a.pieces) + specials(parts))
	for _, p := range parts {
		if p.id != firstText {
			enc.addSpecial(t, p)
			continue
		}
		for begin, end := 0, 0; begin < len(s.a.pieces); begin = end {
			word := s.a.pieces[begin].word
			for end = begin + 1; end < len(s.a.pieces) && s.a.pieces[end].word == word; end++ {
			}
			enc.add(t, &s.a, begin, end, p.typeID, words[word])
		}
	}
	return enc
}

// EncodeTagged returns a sentence of tagged words as the reference recipe for named entities
// reads it: each word tokenized alone, a word without pieces as the unknown token,
// pieces cut to make room for [CLS] and [SEP] in maxLength, 0 for no limit.
// wordStarts are the indices in ids of the first piece of each word that is left;
// words beyond the last were cut away. Token types are all 0.
func (t *Tokenizer) EncodeTagged(words []string, maxLength int) (ids []int32, wordStarts []int32) {
	s := workspaces.Get().(*IDs)
	defer workspaces.Put(s)
	parts := t.template.single
	room := int(^uint(0) >> 1)
	if maxLength > 0 {
		room = max(0, maxLength-specials(parts))
	}
	wordStarts = make([]int32, 0, len(words))
	for _, p := range parts {
		if p.id != firstText {
			ids = append(ids, p.id)
			continue
		}
		if len(wordStarts) > 0 {
			continue // a template may name the text twice; the recipe has it once
		}
		begin := len(ids)
		for _, word := range words {
			if len(ids)-begin >= room {
				break
			}
			wordStarts = append(wordStarts, int32(len(ids)))
			s.a.startWord(t, word)
			if len(s.a.pieces) == 0 {
				ids = append(ids, max(t.roles.unk, 0))
			}
			for _, p := range s.a.pieces {
				ids = append(ids, p.id)
			}
		}
		ids = ids[:min(len(ids), begin+min(room, len(ids)))]
	}
	return ids, wordStarts
}

// fit cuts the pieces of s to the options' length and returns the parts around them.
func (t *Tokenizer) fit(s *IDs, hasPair bool, opt Options) []part {
	s.Truncated = false
	parts, bare := t.template.single, t.template.bare[0]
	if hasPair {
		parts, bare = t.template.pair, t.template.bare[1]
	}
	if opt.NoSpecial {
		parts = bare
	}
	if opt.MaxLength <= 0 {
		return parts
	}
	room := opt.MaxLength - specials(parts)
	if !hasPair {
		s.Truncated = len(s.a.pieces) > max(room, 0)
		s.a.keep(min(len(s.a.pieces), max(room, 0)), t.cutsLeft)
		return parts
	}
	n, m := shares(len(s.a.pieces), len(s.b.pieces), room, opt.Truncation == LongestFirstPython)
	s.Truncated = n < len(s.a.pieces) || m < len(s.b.pieces)
	s.a.keep(n, t.cutsLeft)
	s.b.keep(m, t.cutsLeft)
	return parts
}

// keep cuts all but n pieces away, from the end or, if left, from the beginning.
func (w *work) keep(n int, left bool) {
	if !left {
		w.pieces = w.pieces[:n]
		return
	}
	gone := len(w.pieces) - n
	w.pieces = w.pieces[:copy(w.pieces, w.pieces[gone:])]
	for len(w.surfaces) > 0 && w.surfaces[0].piece < gone {
		w.surfaces = w.surfaces[1:]
	}
	for i := range w.surfaces {
		w.surfaces[i].piece -= gone
	}
}

func (w *work) start(t *Tokenizer, text string, opt Options) {
	w.inWords = false
	w.pieces, w.surfaces, w.word, w.fixed = w.pieces[:0], w.surfaces[:0], 0, false
	t.cut(w, text, opt.Specials)
}

// startWord cuts one word of a sentence, as a text of its own.
func (w *work) startWord(t *Tokenizer, word string) {
	w.inWords = true
	w.pieces, w.surfaces, w.word, w.fixed = w.pieces[:0], w.surfaces[:0], 0, false
	t.cut(w, word, false)
}

func (w *work) startWords(t *Tokenizer, words []string, opt Options) {
	w.inWords = true
	w.pieces, w.surfaces, w.fixed = w.pieces[:0], w.surfaces[:0], true
	for i, word := range words {
		w.word = int32(i)
		t.cut(w, word, opt.Specials)
	}
}

func (dst *IDs) add(pieces []piece, typeID int32) {
	for _, p := range pieces {
		dst.IDs = append(dst.IDs, p.id)
		dst.TypeIDs = append(dst.TypeIDs, typeID)
	}
}

func newEncoding(n int) Encoding {
	return Encoding{
		IDs: make([]int32, 0, n), TypeIDs: make([]int32, 0, n), Tokens: make([]string, 0, n),
		Offsets: make([][2]int, 0, n), ByteOffsets: make([][2]int, 0, n), WordIDs: make([]int, 0, n),
	}
}

// add appends the pieces [begin, end) of w, which are of text.
func (e *Encoding) add(t *Tokenizer, w *work, begin, end int, typeID int32, text string) {
	at := codePoints{text: text}
	odd := w.surfaces
	for len(odd) > 0 && odd[0].piece < begin {
		odd = odd[1:]
	}
	for i, p := range w.pieces[begin:end] {
		token := t.Token(p.id)
		if len(odd) > 0 && odd[0].piece == begin+i {
			token, odd = odd[0].text, odd[1:]
		}
		e.IDs = append(e.IDs, p.id)
		e.TypeIDs = append(e.TypeIDs, typeID)
		e.Tokens = append(e.Tokens, token)
		var bytes, runes [2]int
		if p.from >= 0 {
			bytes = [2]int{int(p.from), int(p.to)}
			runes = [2]int{at.at(bytes[0]), at.at(bytes[1])}
		} else {
			bytes, runes = strayOffsets(text, int(-1-p.from), int(-1-p.to))
		}
		if trim := t.trim; trim != nil {
			if w.inWords {
				trim = &trimmedOffsets{blankFirst: true}
			}
			trim.offsets(token, begin+i == 0, &bytes)
			trim.offsets(token, begin+i == 0, &runes)
		}
		e.Offsets = append(e.Offsets, runes)
		e.ByteOffsets = append(e.ByteOffsets, bytes)
		e.WordIDs = append(e.WordIDs, int(p.word))
	}
}

func (e *Encoding) addSpecial(t *Tokenizer, p part) {
	e.IDs = append(e.IDs, p.id)
	e.TypeIDs = append(e.TypeIDs, p.typeID)
	e.Tokens = append(e.Tokens, t.Token(p.id))
	e.Offsets = append(e.Offsets, [2]int{})
	e.ByteOffsets = append(e.ByteOffsets, [2]int{})
	e.WordIDs = append(e.WordIDs, -1)
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}
