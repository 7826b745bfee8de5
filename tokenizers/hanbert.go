package tokenizers

import (
	"fmt"
	"os"
	"strings"
	"unicode"
)

// HanBERT's files: its vocabulary, and the morphological analyser that comes with it.
const (
	hanbertFile  = "vocab_54k.txt"
	moranLibrary = "libmoran4dnlp.so"
)

// MoranHome is where HanBERT's own installer puts its analyser.
const MoranHome = "/usr/local/moran/" + moranLibrary

// analyser cuts a text into morphemes, split by blanks.
type analyser interface {
	analyse(text string) string
}

// hanbert takes text through the analyser, and each morpheme to pieces.
type hanbert struct {
	analyser analyser
	words    *wordPiece
}

// hanbertMaxChars is HanBERT's limit to a morpheme's code points.
const hanbertMaxChars = 200

// loadHanBERT makes the tokenizer of a directory with vocab_54k.txt. The
// analyser is native code, which is never taken from a model's directory: it
// comes from where its own installer puts it, or from the path that the caller names.
func loadHanBERT(s *source, conf *config) (*Tokenizer, error) {
	b, err := s.read(hanbertFile)
	if err != nil {
		return nil, err
	}
	v, err := readVocab(hanbertFile, b, strings.TrimSpace)
	if err != nil {
		return nil, err
	}
	path := s.moran
	if path == "" {
		if path = MoranHome; !exists(path) {
			return nil, &Error{File: path, Msg: "not found: HanBERT's morphological analyser comes in its authors'" +
				" archive, which https://github.com/monologg/HanBert-Transformers links to, with an installer that" +
				" puts it there; it is native code, so it is not loaded from the model's directory," +
				" but from there, or from the path that --moran gives"}
		}
	}
	moran, sum, err := openMoran(path)
	if err != nil {
		return nil, err
	}
	t, err := newHanBERT(v, moran, conf)
	if err != nil {
		return nil, err
	}
	t.info.Analyser = &Analyser{path, sum}
	return t, nil
}

func newHanBERT(v *vocab, a analyser, conf *config) (*Tokenizer, error) {
	words := newWordPiece(v, -1, restPrefix, hanbertMaxChars)
	no := false
	t := &Tokenizer{
		vocab: v, decoder: wordPieceDecoder{restPrefix, true}, tidies: conf.Tidies,
		info: Info{Type: "hanbert", StripAccents: &no},
		pipe: pipeline{model: &hanbert{a, words}},
	}
	if err := t.addBertSpecials(conf); err != nil {
		return nil, err
	}
	words.unk = t.roles.unk
	return t, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// word takes a whole text to pieces.
func (h *hanbert) word(w *work, chars []char) {
	h.cut(w, hanbertText(chars), moranBuffer-1)
}

// cut takes clean text through the analyser in parts of at most limit bytes. Morphemes are
// longer than the text they come from: where they may not all have fitted into the analyser's answer, the
// part is taken again in halves.
func (h *hanbert) cut(w *work, chars []char, limit int) {
	for _, part := range blankSplit(chars, limit) {
		text := string(appendText(nil, part))
		answer := h.analyser.analyse(text)
		if len(answer) > moranBuffer-moranMargin && len(text) > moranMargin {
			h.cut(w, part, len(text)/2)
			continue
		}
		source := part
		for morpheme := range strings.FieldsSeq(answer) {
			var spelled []char
			spelled, source = align(morpheme, source)
			h.words.word(w, spelled)
		}
	}
}

// hanbertText cleans text as HanBERT's tokenizer does, by the categories of
// Python: code points that are not assigned go too, and line separators stay.
func hanbertText(chars []char) []char {
	out := make([]char, 0, len(chars))
	for _, c := range chars {
		switch r := c.r; {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || unicode.Is(unicode.Zs, r):
			c.r = ' '
			out = append(out, c)
		case r == 0 || r == 0xFFFD || isOther(r):
		case isIdeograph(r) || 0x2B820 <= r && r < 0x2B920:
			blank := char{' ', c.from, c.to}
			out = append(out, blank, c, blank)
		default:
			out = append(out, c)
		}
	}
	return out
}

// isOther reports the categories of controls, formats, private use, and of what is not assigned.
func isOther(r rune) bool {
	if r < 0x80 {
		return r < 0x20 || r == 0x7F
	}
	return !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z)
}

// blankSplit cuts chars at blanks into parts of at most limit bytes; a longer
// word is cut where the limit is.
func blankSplit(chars []char, limit int) [][]char {
	var parts [][]char
	for len(chars) > 0 {
		size, end, blank := 0, 0, 0
		for end < len(chars) {
			n := len(string(chars[end].r))
			if size+n > limit {
				break
			}
			size += n
			if end++; chars[end-1].r == ' ' {
				blank = end
			}
		}
		if end < len(chars) && blank > 0 {
			end = blank
		}
		parts = append(parts, chars[:end])
		chars = chars[end:]
	}
	return parts
}

// align gives a morpheme's characters the offsets of the source they probably
// come from, and returns the source that is left. The analyser marks morphemes
// with ~ and may restore their dictionary form, so this is a guess: characters are matched
// in order, one that is not there has the place of what comes next.
func align(morpheme string, source []char) (spelled, rest []char) {
	for len(source) > 0 && source[0].r == ' ' {
		source = source[1:]
	}
	var last char
	for _, r := range morpheme {
		for len(source) > 0 && source[0].r == ' ' {
			source = source[1:]
		}
		switch skip := indexRune(source, r); {
		case skip >= 0:
			last = source[skip]
			source = source[skip+1:]
		case len(source) > 0:
			last = source[0]
		}
		spelled = append(spelled, char{r, last.from, last.to})
	}
	for i := len(spelled) - 2; i >= 0; i-- { // marks before the first match lie at it
		if spelled[i].r == '~' {
			spelled[i].from, spelled[i].to = spelled[i+1].from, spelled[i+1].to
		}
	}
	return spelled, source
}

// alignWindow is how many characters of the source a morpheme may have dropped.
const alignWindow = 4

func indexRune(source []char, r rune) int {
	for i, c := range source[:min(len(source), alignWindow)] {
		if c.r == r {
			return i
		}
	}
	return -1
}

// moranBuffer is the size of the analyser's buffers, with the zero at the end.
const moranBuffer = 102400

// moranMargin is how near to the buffer's end an answer must come to be suspected of being cut.
const moranMargin = 256

var errMoranSystem = fmt.Errorf("HanBERT's analyser is a shared library for Linux")
