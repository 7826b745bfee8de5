package tokenizers

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// change is a code point that a normalisation puts out: after the first of a
// decomposition, more is true, and it shares its predecessor's place.
type change struct {
	r    rune
	more bool
	ccc  uint8
}

// decompose returns chars in the normal form f, NFD or NFKD. What a code point
// becomes takes its offsets; where marks are put in order, offsets stay in
// place, as in the reference.
func decompose(chars []char, f norm.Form) []char {
	if inForm(chars) {
		return chars
	}
	changes := make([]change, 0, len(chars)*2)
	var buf []byte
	for _, c := range chars {
		if c.r < 0x80 || undecomposed(c.r, f) {
			changes = append(changes, change{r: c.r, ccc: combining(c.r)})
			continue
		}
		buf = f.AppendString(buf[:0], string(c.r))
		for i := 0; i < len(buf); {
			r, n := utf8.DecodeRune(buf[i:])
			changes = append(changes, change{r, i > 0, combining(r)})
			i += n
		}
	}
	order(changes)
	return realign(chars, changes)
}

// inForm reports whether chars are all ASCII, which no form changes.
func inForm(chars []char) bool {
	for _, c := range chars {
		if c.r >= 0x80 {
			return false
		}
	}
	return true
}

// order sorts each run of combining marks by combining class, stably.
func order(changes []change) {
	for i := 1; i < len(changes); i++ {
		for j := i; j > 0 && changes[j].ccc != 0 && changes[j-1].ccc > changes[j].ccc; j-- {
			changes[j-1], changes[j] = changes[j], changes[j-1]
		}
	}
}

// realign gives the changes the offsets of the chars they come from, in the
// order in which they stand now.
func realign(chars []char, changes []change) []char {
	out := make([]char, len(changes))
	at := 0
	for i, c := range changes {
		switch {
		case !c.more && at < len(chars):
			out[i] = char{c.r, chars[at].from, chars[at].to}
			at++
		case at > 0:
			out[i] = char{c.r, chars[at-1].from, chars[at-1].to}
		default:
			out[i] = char{c.r, 0, 0}
		}
	}
	return out
}

// combining is r's canonical combining class.
func combining(r rune) uint8 {
	if r < 0x300 || 0x1100 <= r && r < 0x1200 || unicode.Is(newMark, r) {
		return 0
	}
	return norm.NFD.PropertiesString(string(r)).CCC()
}

// undecomposed reports whether the reference's tables lack r's decomposition.
func undecomposed(r rune, f norm.Form) bool {
	return r == 0x11938 || f == norm.NFKD && unicode.Is(newCompatible, r)
}

var newCompatible = ranges(
	0x32FF, 0x32FF, 0xA7F2, 0xA7F4, 0xAB69, 0xAB69, 0x10781, 0x10785, 0x10787, 0x107B0,
	0x107B2, 0x107BA, 0x1E030, 0x1E06D, 0x1F16C, 0x1F16C, 0x1FBF0, 0x1FBF9,
)
