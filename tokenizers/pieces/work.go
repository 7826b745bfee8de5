// Package pieces cuts words into the pieces of a vocabulary: WordPiece, byte-pair
// encoding, unigram, whole words, and SentencePiece's models.
package pieces

import "github.com/lmkor/bench/tokenizers/aligned"

// Piece is a token and the bytes [from, to) of the text that it covers.
type Piece struct {
	ID       int32
	From, To int32
	Word     int32 // index of the word it is part of
}

// Model cuts a word, never empty, into pieces, which it appends to w.pieces.
type Model interface {
	Word(w *Work, chars []aligned.Char)
}

// Work is what tokenizing one text leaves behind, reused for the next.
type Work struct {
	Pieces []Piece
	Chars  []aligned.Char
	Words  [][]aligned.Char
	Word   int32 // the next word's index
	Fixed  bool  // the index stays: the text is one of several words given

	InWords bool // the text is a word of a sentence, with a blank before it

	Spelled  bool // whether surfaces are wanted
	Surfaces []Surface

	// Scratch of the models.
	nodes  []node
	cuts   []cut
	links  []link
	joints joints
}

// Surface is how a piece reads where that is not its token's text: what an unknown piece covers.
type Surface struct {
	Piece int
	Text  string
}

// Surface notes that the next piece reads as chars.
func (w *Work) Surface(chars []aligned.Char) {
	if w.Spelled {
		w.Surfaces = append(w.Surfaces, Surface{len(w.Pieces), string(aligned.AppendText(nil, chars))})
	}
}

// Reset makes w ready for another text: a word of a sentence, or, if sentence,
// all its words, one after the other, whose indices the caller sets.
func (w *Work) Reset(inWords, sentence bool) {
	w.Pieces, w.Surfaces, w.Word = w.Pieces[:0], w.Surfaces[:0], 0
	w.InWords, w.Fixed = inWords, sentence
}

// Keep cuts all but n pieces away, from the end or, if left, from the beginning.
func (w *Work) Keep(n int, left bool) {
	if !left {
		w.Pieces = w.Pieces[:n]
		return
	}
	gone := len(w.Pieces) - n
	w.Pieces = w.Pieces[:copy(w.Pieces, w.Pieces[gone:])]
	for len(w.Surfaces) > 0 && w.Surfaces[0].Piece < gone {
		w.Surfaces = w.Surfaces[1:]
	}
	for i := range w.Surfaces {
		w.Surfaces[i].Piece -= gone
	}
}

// NextWord returns the index of the word that comes now.
func (w *Work) NextWord() int32 {
	i := w.Word
	if !w.Fixed {
		w.Word++
	}
	return i
}
