package tokenizers

import (
	"github.com/lmkor/bench/tokenizers/aligned"
	"github.com/lmkor/bench/tokenizers/normalizers"
	"github.com/lmkor/bench/tokenizers/pieces"
	"github.com/lmkor/bench/tokenizers/splitters"
)

// pipeline takes plain text, between added tokens, to pieces.
type pipeline struct {
	norm   normalizers.Normalizer // nil: none
	finder *finder                // of tokens sought in normalised text; nil: none
	pre    splitters.Splitter     // nil: none
	model  pieces.Model
	blanks bool // pieces spell the blank before a word, so that a word given alone needs one
}

// tokenize appends the pieces of text to w.pieces; hidden special tokens are
// recognised if seek is set.
func (t *Tokenizer) tokenize(w *pieces.Work, text string, seek bool) {
	f := t.finder
	if f == nil && seek {
		f = t.hidden
	}
	if f == nil {
		t.plain(w, text, 0)
		return
	}
	f.split(text,
		func(from, to int) { t.plain(w, text[from:to], int32(from)) },
		func(a *AddedToken, from, to int) {
			if w.Spelled && text[from:to] != t.Token(a.ID) { // white space that belongs to it
				w.Surfaces = append(w.Surfaces, pieces.Surface{Piece: len(w.Pieces), Text: text[from:to]})
			}
			w.Pieces = append(w.Pieces, pieces.Piece{ID: a.ID, From: int32(from), To: int32(to), Word: w.NextWord()})
		})
}

// plain appends the pieces of text without added tokens, which begins at base.
func (t *Tokenizer) plain(w *pieces.Work, text string, base int32) {
	if t.fast != nil {
		t.fast.Split(w, text, base)
		return
	}
	w.Chars = aligned.Append(w.Chars[:0], text, base)
	t.pipe.run(w, w.Chars)
}

func (p *pipeline) run(w *pieces.Work, chars []aligned.Char) {
	if p.norm != nil {
		chars = p.norm.Normalize(chars)
	}
	if p.finder == nil {
		p.words(w, chars)
		return
	}
	text, starts := aligned.BytesOf(chars)
	p.finder.split(text,
		func(from, to int) { p.words(w, chars[starts[from]:starts[to]]) },
		func(a *AddedToken, from, to int) {
			first, last := chars[starts[from]], chars[starts[to]-1]
			w.Surface(chars[starts[from]:starts[to]])
			w.Pieces = append(w.Pieces, pieces.Piece{ID: a.ID, From: first.From, To: last.To, Word: w.NextWord()})
		})
}

func (p *pipeline) words(w *pieces.Work, chars []aligned.Char) {
	if len(chars) == 0 {
		return
	}
	if p.blanks && w.InWords && chars[0].Rune != ' ' {
		chars = aligned.Prepended(chars, ' ')
	}
	w.Words = append(w.Words[:0], chars)
	if p.pre != nil {
		w.Words = p.pre.Split(w.Words)
	}
	for _, word := range w.Words {
		p.model.Word(w, word)
	}
}
