package normalizers

import (
	"cmp"
	"slices"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// change is a code point that a normalisation puts out, and what it means for
// those it came from: 0 takes the place of the next, a positive number shares
// the place of the one before, and -n takes the place of the next and n more.
type change struct {
	r   rune
	n   int
	ccc uint8
}

// Form is one of Unicode's normal forms. What a code point becomes takes
// its offsets, what several become takes the first one's; where marks are put in order, offsets
// stay in place. All that is the reference's.
type Form struct {
	norm.Form
	Current bool // by Unicode's tables as they are now, as Python has them, not by the library's older ones
}

func (f Form) Normalize(chars []aligned.Char) []aligned.Char {
	switch f.Form {
	case norm.NFD, norm.NFKD:
		return f.decompose(chars)
	}
	if f.IsNormal(aligned.AppendText(nil, chars)) {
		return chars
	}
	apart := Form{norm.NFD, f.Current}
	if f.Form == norm.NFKC {
		apart.Form = norm.NFKD
	}
	return realign(chars, compose(apart.changes(chars)))
}

// decompose returns chars in the form f, NFD or NFKD.
func (f Form) decompose(chars []aligned.Char) []aligned.Char {
	for _, c := range chars {
		if c.Rune >= 0x80 {
			return realign(chars, f.changes(chars))
		}
	}
	return chars
}

// changes takes chars apart and puts marks in order.
func (f Form) changes(chars []aligned.Char) []change {
	changes := make([]change, 0, len(chars)*5/2)
	var text, apart []byte
	for _, c := range chars {
		switch {
		case c.Rune < 0x80:
			changes = append(changes, change{r: c.Rune})
		case 0xAC00 <= c.Rune && c.Rune <= 0xD7A3: // Hangul, by its arithmetic
			s := c.Rune - 0xAC00
			changes = append(changes, change{r: 0x1100 + s/588}, change{r: 0x1161 + s%588/28, n: 1})
			if s%28 != 0 {
				changes = append(changes, change{r: 0x11A7 + s%28, n: 1})
			}
		case !f.Current && undecomposed(c.Rune, f.Form):
			changes = append(changes, change{r: c.Rune, ccc: f.class(c.Rune)})
		default:
			text = utf8.AppendRune(text[:0], c.Rune)
			apart = f.Append(apart[:0], text...)
			for i := 0; i < len(apart); {
				r, n := utf8.DecodeRune(apart[i:])
				changes = append(changes, change{r, min(i, 1), f.class(r)})
				i += n
			}
		}
	}
	order(changes)
	return changes
}

// order sorts each run of combining marks by combining class, stably.
func order(changes []change) {
	for from := 0; from < len(changes); {
		if changes[from].ccc == 0 {
			from++
			continue
		}
		to := from + 1
		for to < len(changes) && changes[to].ccc != 0 {
			to++
		}
		if run := changes[from:to]; len(run) > 1 {
			slices.SortStableFunc(run, func(a, b change) int { return cmp.Compare(a.ccc, b.ccc) })
		}
		from = to
	}
}

// compose joins what can be joined: a starter with the marks after it that
// no other mark keeps from it, in order.
func compose(changes []change) []change {
	out := changes[:0]
	starter := -1       // its index in out
	blocked := uint8(0) // combining class of the last mark that stayed apart
	for _, c := range changes {
		if starter >= 0 && (starter == len(out)-1 || blocked < c.ccc) {
			if r, ok := composite(out[starter].r, c.r); ok {
				out[starter].r = r
				out[starter].n += c.n - 1
				continue
			}
		}
		if c.ccc == 0 {
			starter, blocked = len(out), 0
		} else {
			blocked = c.ccc
		}
		out = append(out, c)
	}
	return out
}

// composite is the code point that a and b make together.
func composite(a, b rune) (rune, bool) {
	var text, joined [2 * utf8.UTFMax]byte
	in := utf8.AppendRune(utf8.AppendRune(text[:0], a), b)
	out := norm.NFC.Append(joined[:0], in...)
	r, n := utf8.DecodeRune(out)
	return r, n == len(out)
}

// realign gives the changes the offsets of the chars they come from, in the
// order in which they stand now.
func realign(chars []aligned.Char, changes []change) []aligned.Char {
	out := make([]aligned.Char, len(changes))
	at := 0
	for i, c := range changes {
		switch {
		case c.n <= 0 && at < len(chars):
			out[i] = aligned.Char{Rune: c.r, From: chars[at].From, To: chars[at].To}
			at += 1 - c.n
		case at > 0:
			last := chars[min(at, len(chars))-1]
			out[i] = aligned.Char{Rune: c.r, From: last.From, To: last.To}
		default:
			out[i] = aligned.Char{Rune: c.r, From: 0, To: 0}
		}
	}
	return out
}

// class is r's canonical combining class.
func (f Form) class(r rune) uint8 {
	if !f.Current && unicode.Is(aligned.NewMark, r) {
		return 0
	}
	return Combining(r)
}

// Combining is r's canonical combining class in Unicode's current tables.
func Combining(r rune) uint8 {
	if r < 0x300 || 0x1100 <= r && r < 0x1200 || 0x2E80 <= r && r < 0x302A || 0x3400 <= r && r < 0xA000 {
		return 0
	}
	var buf [utf8.UTFMax]byte
	return norm.NFD.Properties(utf8.AppendRune(buf[:0], r)).CCC()
}

// undecomposed reports whether the reference's tables lack r's decomposition.
func undecomposed(r rune, f norm.Form) bool {
	return r == 0x11938 || f == norm.NFKD && unicode.Is(newCompatible, r)
}

var newCompatible = aligned.Ranges(
	0x32FF, 0x32FF, 0xA7F2, 0xA7F4, 0xAB69, 0xAB69, 0x10781, 0x10785, 0x10787, 0x107B0,
	0x107B2, 0x107BA, 0x1E030, 0x1E06D, 0x1F16C, 0x1F16C, 0x1FBF0, 0x1FBF9,
)
