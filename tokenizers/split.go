package tokenizers

import "slices"

// pattern finds stretches of text.
type pattern interface {
	// find returns the first match [begin, end) at or after from, never
	// empty; begin is -1 without one.
	find(chars []char, from int) (begin, end int)
}

// one finds single code points of a class.
type one func(rune) bool

func (p one) find(chars []char, from int) (int, int) {
	for i := from; i < len(chars); i++ {
		if p(chars[i].r) {
			return i, i + 1
		}
	}
	return -1, -1
}

// verbatim finds a string.
type verbatim []rune

func (p verbatim) find(chars []char, from int) (int, int) {
	for i := from; i+len(p) <= len(chars) && len(p) > 0; i++ {
		if slices.EqualFunc(p, chars[i:i+len(p)], func(r rune, c char) bool { return r == c.r }) {
			return i, i + len(p)
		}
	}
	return -1, -1
}

// wordRuns finds runs of word characters, and runs of what is neither that nor space.
type wordRuns struct{}

func (wordRuns) find(chars []char, from int) (int, int) {
	for from < len(chars) && isSpace(chars[from].r) {
		from++
	}
	if from == len(chars) {
		return -1, -1
	}
	word, end := isWordChar(chars[from].r), from+1
	for end < len(chars) && !isSpace(chars[end].r) && isWordChar(chars[end].r) == word {
		end++
	}
	return from, end
}

// behavior says what becomes of the matches of a pattern when text is cut at them.
type behavior int

const (
	removed behavior = iota
	isolated
	mergedWithPrevious
	mergedWithNext
	contiguous
)

// cutter cuts text at the matches of a pattern, or, inverted, at what lies between them.
type cutter struct {
	pattern  pattern
	behavior behavior
	invert   bool
}

// stretch is a part of the text, matched or not.
type stretch struct {
	begin, end int
	match      bool
}

func (c cutter) split(words [][]char) [][]char {
	var out [][]char
	for _, chars := range words {
		for _, s := range c.behavior.merge(c.stretches(chars)) {
			out = append(out, chars[s.begin:s.end])
		}
	}
	return out
}

// stretches covers chars with matches and what is between them.
func (c cutter) stretches(chars []char) []stretch {
	var list []stretch
	at := 0
	for at < len(chars) {
		begin, end := c.pattern.find(chars, at)
		if begin < 0 {
			break
		}
		if at < begin {
			list = append(list, stretch{at, begin, c.invert})
		}
		list = append(list, stretch{begin, end, !c.invert})
		at = end
	}
	if at < len(chars) {
		list = append(list, stretch{at, len(chars), c.invert})
	}
	return list
}

// merge returns the stretches that are left, in order.
func (b behavior) merge(list []stretch) []stretch {
	var out []stretch
	before := false // whether the stretch before was a match
	switch b {
	case isolated:
		return list
	case removed:
		for _, s := range list {
			if !s.match {
				out = append(out, s)
			}
		}
	case contiguous:
		for _, s := range list {
			if s.match == before && len(out) > 0 {
				out[len(out)-1].end = s.end
			} else {
				out = append(out, s)
			}
			before = s.match
		}
	case mergedWithPrevious:
		for _, s := range list {
			if s.match && !before && len(out) > 0 {
				out[len(out)-1].end = s.end
			} else {
				out = append(out, s)
			}
			before = s.match
		}
	case mergedWithNext:
		for _, s := range slices.Backward(list) {
			if s.match && !before && len(out) > 0 {
				out[len(out)-1].begin = s.begin
			} else {
				out = append(out, s)
			}
			before = s.match
		}
		slices.Reverse(out)
	}
	return out
}

// splitters applies one splitter after the other.
type splitters []splitter

func (s splitters) split(words [][]char) [][]char {
	for _, next := range s {
		words = next.split(words)
	}
	return words
}

// metaspace is SentencePiece's way of words: blanks become a mark, which each
// word begins with.
type metaspace struct {
	mark    rune
	prepend string // always, first or never: whether text without a mark gets one
	cut     bool   // cut before each mark
}

func (m metaspace) split(words [][]char) [][]char {
	var out [][]char
	for _, chars := range words {
		for i := range chars {
			if chars[i].r == ' ' {
				chars[i].r = m.mark
			}
		}
		if chars[0].r != m.mark && (m.prepend == "always" || m.prepend == "first" && chars[0].from == 0) {
			chars = prepended(chars, m.mark)
		}
		if m.cut {
			out = append(out, cutter{one(func(r rune) bool { return r == m.mark }), mergedWithNext, false}.split([][]char{chars})...)
		} else {
			out = append(out, chars)
		}
	}
	return out
}

// prepended puts r before chars, at the place of the first of them.
func prepended(chars []char, r ...rune) []char {
	out := make([]char, 0, len(chars)+len(r))
	for _, r := range r {
		out = append(out, char{r, chars[0].from, chars[0].to})
	}
	return append(out, chars...)
}
