package tokenizers

// piece is a token and the bytes [from, to) of the text that it covers.
type piece struct {
	id       int32
	from, to int32
	word     int32 // index of the word it is part of
}

// normalizer rewrites text before it is split. It may overwrite its argument.
type normalizer interface {
	normalize([]char) []char
}

// splitter cuts stretches of text into smaller ones, dropping the empty.
type splitter interface {
	split(words [][]char) [][]char
}

// model cuts a word, never empty, into pieces, which it appends to w.pieces.
type model interface {
	word(w *work, chars []char)
}

// pipeline takes plain text, between added tokens, to pieces.
type pipeline struct {
	norm   normalizer // nil: none
	finder *finder    // of tokens sought in normalised text; nil: none
	pre    splitter   // nil: none
	model  model
	blanks bool // pieces spell the blank before a word, so that a word given alone needs one
}

// work is what tokenizing one text leaves behind, reused for the next.
type work struct {
	pieces []piece
	chars  []char
	words  [][]char
	word   int32 // the next word's index
	fixed  bool  // the index stays: the text is one of several words given

	inWords bool // the text is a word of a sentence, with a blank before it

	spelled  bool // whether surfaces are wanted
	surfaces []surface

	// Scratch of the models.
	nodes  []node
	cuts   []cut
	links  []link
	joints []joint
}

// surface is how a piece reads where that is not its token's text: what an unknown piece covers.
type surface struct {
	piece int
	text  string
}

// surface notes that the next piece reads as chars.
func (w *work) surface(chars []char) {
	if w.spelled {
		w.surfaces = append(w.surfaces, surface{len(w.pieces), string(appendText(nil, chars))})
	}
}

func (w *work) nextWord() int32 {
	i := w.word
	if !w.fixed {
		w.word++
	}
	return i
}

// cut appends the pieces of text to w.pieces; hidden special tokens are
// recognised if seek is set.
func (t *Tokenizer) cut(w *work, text string, seek bool) {
	f := t.finder
	if f == nil && seek {
		f = t.hidden
	}
	if f == nil {
		t.plain(w, text, 0)
		return
	}
	f.cut(text,
		func(from, to int) { t.plain(w, text[from:to], int32(from)) },
		func(a *AddedToken, from, to int) {
			if w.spelled && text[from:to] != t.Token(a.ID) { // white space that belongs to it
				w.surfaces = append(w.surfaces, surface{len(w.pieces), text[from:to]})
			}
			w.pieces = append(w.pieces, piece{a.ID, int32(from), int32(to), w.nextWord()})
		})
}

// plain appends the pieces of text without added tokens, which begins at base.
func (t *Tokenizer) plain(w *work, text string, base int32) {
	if t.fast != nil {
		t.fast.split(w, text, base)
		return
	}
	w.chars = appendChars(w.chars[:0], text, base)
	t.pipe.run(w, w.chars)
}

func (p *pipeline) run(w *work, chars []char) {
	if p.norm != nil {
		chars = p.norm.normalize(chars)
	}
	if p.finder == nil {
		p.words(w, chars)
		return
	}
	text, starts := bytesOf(chars)
	p.finder.cut(text,
		func(from, to int) { p.words(w, chars[starts[from]:starts[to]]) },
		func(a *AddedToken, from, to int) {
			first, last := chars[starts[from]], chars[starts[to]-1]
			w.surface(chars[starts[from]:starts[to]])
			w.pieces = append(w.pieces, piece{a.ID, first.from, last.to, w.nextWord()})
		})
}

func (p *pipeline) words(w *work, chars []char) {
	if len(chars) == 0 {
		return
	}
	if p.blanks && w.inWords && chars[0].r != ' ' {
		chars = prepended(chars, ' ')
	}
	w.words = append(w.words[:0], chars)
	if p.pre != nil {
		w.words = p.pre.split(w.words)
	}
	for _, word := range w.words {
		p.model.word(w, word)
	}
}

// bytesOf returns chars as text, and for each byte that begins a char, and for
// the end, the index of the char.
func bytesOf(chars []char) (string, []int) {
	text := appendText(nil, chars)
	starts := make([]int, len(text)+1)
	at := 0
	for i := range string(text) {
		starts[i] = at
		at++
	}
	starts[len(text)] = len(chars)
	return string(text), starts
}

// bertSplit cuts at white space, which it drops, and around punctuation.
type bertSplit struct{}

func (bertSplit) split(words [][]char) [][]char {
	var out [][]char
	for _, chars := range words {
		begin := 0
		for i, c := range chars {
			space := isSpace(c.r)
			if !space && !isPunct(c.r) {
				continue
			}
			if begin < i {
				out = append(out, chars[begin:i])
			}
			if !space {
				out = append(out, chars[i:i+1])
			}
			begin = i + 1
		}
		if begin < len(chars) {
			out = append(out, chars[begin:])
		}
	}
	return out
}
