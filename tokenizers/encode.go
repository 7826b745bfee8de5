package tokenizers

import (
	"sync"

	"github.com/lmkor/bench/tokenizers/aligned"
	"github.com/lmkor/bench/tokenizers/pattern"
	"github.com/lmkor/bench/tokenizers/pieces"
)

// Options say how a text is encoded. The zero value adds special tokens and
// cuts nothing.
type Options struct {
	MaxLength  int    // in tokens, special ones included; 0: no limit
	Truncation string // of pairs: LongestFirst, also if empty, or LongestFirstPython
	NoSpecial  bool   // no [CLS], no [SEP]
	// Specials has special tokens, such as [MASK], recognised in the text even where the
	// model's own tokenizer reads them as text.
	Specials bool
}

// Encoding is a text, or a pair, as a model reads it. All slices are as long.
type Encoding struct {
	IDs, TypeIDs []int32
	Tokens       []string
	Offsets      [][2]int // [begin, end) in code points of the text, or pair, or word, that holds the token
	ByteOffsets  [][2]int // the same in bytes of UTF-8
	WordIDs      []int    // index of the word within its text; -1 for the template's special tokens

	// Err is a *pattern.BudgetError where one of tokenizer.json's patterns would take
	// too long on the text; there are no tokens then.
	Err error
}

// IDs holds what EncodeIDs makes, and the memory it works in. It may be reused,
// by one goroutine at a time; the zero value is ready.
type IDs struct {
	IDs, TypeIDs []int32
	Truncated    bool  // the text, or the pair, lost pieces to MaxLength
	Err          error // as an Encoding's
	a, b         pieces.Work
}

// workspaces saves Encode's from being made anew for each text.
var workspaces = sync.Pool{New: func() any { return new(IDs) }}

// Encode returns text, with pair if hasPair, as ids with their tokens, offsets
// and words.
func (t *Tokenizer) Encode(text, pair string, hasPair bool, opt Options) (enc Encoding) {
	if t.searches {
		defer givenUp(func(err error) { enc = Encoding{Err: err} })
	}
	s := workspaces.Get().(*IDs)
	defer workspaces.Put(s)
	s.a.Spelled, s.b.Spelled = true, true
	hasPair = hasPair && pair != "" // as transformers has it: an empty second text is none
	t.tokenizeText(&s.a, text, opt)
	if hasPair {
		t.tokenizeText(&s.b, pair, opt)
	}
	parts := t.fit(s, hasPair, opt)
	enc = newEncoding(len(s.a.Pieces) + len(s.b.Pieces)*btoi(hasPair) + specials(parts))
	for _, p := range parts {
		switch p.id {
		case firstText:
			enc.add(t, &s.a, 0, len(s.a.Pieces), p.typeID, text)
		case secondText:
			enc.add(t, &s.b, 0, len(s.b.Pieces), p.typeID, pair)
		default:
			enc.addSpecial(t, p)
		}
	}
	return enc
}

// EncodeIDs leaves the ids and type ids of text, and pair if hasPair, in dst. After
// dst has grown to its full size, it allocates nothing.
func (t *Tokenizer) EncodeIDs(dst *IDs, text, pair string, hasPair bool, opt Options) {
	dst.Err = nil
	if t.searches {
		defer givenUp(func(err error) { dst.IDs, dst.TypeIDs, dst.Err = dst.IDs[:0], dst.TypeIDs[:0], err })
	}
	hasPair = hasPair && pair != ""
	t.tokenizeText(&dst.a, text, opt)
	if hasPair {
		t.tokenizeText(&dst.b, pair, opt)
	}
	dst.IDs, dst.TypeIDs = dst.IDs[:0], dst.TypeIDs[:0]
	for _, p := range t.fit(dst, hasPair, opt) {
		switch p.id {
		case firstText:
			dst.add(dst.a.Pieces, p.typeID)
		case secondText:
			dst.add(dst.b.Pieces, p.typeID)
		default:
			dst.IDs, dst.TypeIDs = append(dst.IDs, p.id), append(dst.TypeIDs, p.typeID)
		}
	}
}

// EncodeWords returns a sentence given as words. Offsets lie within each word,
// and WordIDs are indices of words.
func (t *Tokenizer) EncodeWords(words []string, opt Options) (enc Encoding) {
	if t.searches {
		defer givenUp(func(err error) { enc = Encoding{Err: err} })
	}
	s := workspaces.Get().(*IDs)
	defer workspaces.Put(s)
	s.a.Spelled = true
	t.tokenizeWords(&s.a, words, opt)
	parts := t.fit(s, false, opt)
	enc = newEncoding(len(s.a.Pieces) + specials(parts))
	for _, p := range parts {
		if p.id != firstText {
			enc.addSpecial(t, p)
			continue
		}
		for begin, end := 0, 0; begin < len(s.a.Pieces); begin = end {
			word := s.a.Pieces[begin].Word
			for end = begin + 1; end < len(s.a.Pieces) && s.a.Pieces[end].Word == word; end++ {
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
// words beyond the last were cut away. Token types are all 0. The error is as an Encoding's.
func (t *Tokenizer) EncodeTagged(words []string, maxLength int) (ids []int32, wordStarts []int32, err error) {
	if t.searches {
		defer givenUp(func(e error) { ids, wordStarts, err = nil, nil, e })
	}
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
			t.tokenizeWord(&s.a, word)
			if len(s.a.Pieces) == 0 {
				ids = append(ids, max(t.roles.unk, 0))
			}
			for _, p := range s.a.Pieces {
				ids = append(ids, p.ID)
			}
		}
		ids = ids[:min(len(ids), begin+min(room, len(ids)))]
	}
	return ids, wordStarts, nil
}

// givenUp turns the panic of a pattern that gave up into an error, which it hands to f.
func givenUp(f func(error)) {
	switch e := recover().(type) {
	case nil:
	case *pattern.BudgetError:
		f(e)
	default:
		panic(e)
	}
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
		s.Truncated = len(s.a.Pieces) > max(room, 0)
		s.a.Keep(min(len(s.a.Pieces), max(room, 0)), t.cutsLeft)
		return parts
	}
	n, m := shares(len(s.a.Pieces), len(s.b.Pieces), room, opt.Truncation == LongestFirstPython)
	s.Truncated = n < len(s.a.Pieces) || m < len(s.b.Pieces)
	s.a.Keep(n, t.cutsLeft)
	s.b.Keep(m, t.cutsLeft)
	return parts
}

// tokenizeText leaves the pieces of a text in w.
func (t *Tokenizer) tokenizeText(w *pieces.Work, text string, opt Options) {
	w.Reset(false, false)
	t.tokenize(w, text, opt.Specials)
}

// tokenizeWord leaves the pieces of one word of a sentence in w, as of a text of its own.
func (t *Tokenizer) tokenizeWord(w *pieces.Work, word string) {
	w.Reset(true, false)
	t.tokenize(w, word, false)
}

// tokenizeWords leaves the pieces of a sentence given as words in w.
func (t *Tokenizer) tokenizeWords(w *pieces.Work, words []string, opt Options) {
	w.Reset(true, true)
	for i, word := range words {
		w.Word = int32(i)
		t.tokenize(w, word, opt.Specials)
	}
}

func (dst *IDs) add(list []pieces.Piece, typeID int32) {
	for _, p := range list {
		dst.IDs = append(dst.IDs, p.ID)
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
func (e *Encoding) add(t *Tokenizer, w *pieces.Work, begin, end int, typeID int32, text string) {
	at := aligned.CodePoints{Text: text}
	odd := w.Surfaces
	for len(odd) > 0 && odd[0].Piece < begin {
		odd = odd[1:]
	}
	for i, p := range w.Pieces[begin:end] {
		token := t.Token(p.ID)
		if len(odd) > 0 && odd[0].Piece == begin+i {
			token, odd = odd[0].Text, odd[1:]
		}
		e.IDs = append(e.IDs, p.ID)
		e.TypeIDs = append(e.TypeIDs, typeID)
		e.Tokens = append(e.Tokens, token)
		var bytes, runes [2]int
		if p.From >= 0 {
			bytes = [2]int{int(p.From), int(p.To)}
			runes = [2]int{at.At(bytes[0]), at.At(bytes[1])}
		} else {
			bytes, runes = aligned.StrayOffsets(text, int(-1-p.From), int(-1-p.To))
		}
		if trim := t.trim; trim != nil {
			if w.InWords {
				trim = &trimmedOffsets{blankFirst: true}
			}
			trim.offsets(token, begin+i == 0, &bytes)
			trim.offsets(token, begin+i == 0, &runes)
		}
		e.Offsets = append(e.Offsets, runes)
		e.ByteOffsets = append(e.ByteOffsets, bytes)
		e.WordIDs = append(e.WordIDs, int(p.Word))
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
