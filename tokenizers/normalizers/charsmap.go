package normalizers

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// Charsmap is SentencePiece's precompiled table of replacements: a double-array
// trie (of the darts-clone library) whose values are offsets into text, where
// each replacement ends with a zero byte.
type Charsmap struct {
	units []uint32
	text  string
}

// NewCharsmap reads the table as models store it: the trie's size, the trie, the text.
func NewCharsmap(blob []byte) (*Charsmap, error) {
	if len(blob) == 0 {
		return nil, nil
	}
	if len(blob) < 4 {
		return nil, fmt.Errorf("precompiled charsmap of %d bytes: want at least 4", len(blob))
	}
	size := binary.LittleEndian.Uint32(blob)
	if uint64(size) > uint64(len(blob)-4) || size%4 != 0 || size == 0 {
		return nil, fmt.Errorf("precompiled charsmap: a trie of %d bytes in %d: want a multiple of 4 that fits", size, len(blob)-4)
	}
	m := &Charsmap{units: make([]uint32, size/4), text: string(blob[4+size:])}
	for i := range m.units {
		m.units[i] = binary.LittleEndian.Uint32(blob[4+4*i:])
	}
	return m, nil
}

// Growth returns the number of code points in the longest replacement.
func (m *Charsmap) Growth() int {
	n := 0
	for with := range strings.SplitSeq(m.text, "\x00") {
		n = max(n, utf8.RuneCountInString(with))
	}
	return n
}

// walk calls found with the length and replacement of each key that s begins
// with, the shortest first, until found returns false.
func (m *Charsmap) walk(s []byte, found func(length int, with string) bool) {
	pos := uint32(0)
	unit := m.units[0]
	pos ^= offsetOf(unit)
	for i, c := range s {
		if pos ^= uint32(c); c == 0 || pos >= uint32(len(m.units)) {
			return
		}
		if unit = m.units[pos]; unit&(1<<31|0xFF) != uint32(c) {
			return
		}
		if pos ^= offsetOf(unit); unit>>8&1 == 0 {
			continue
		}
		if pos >= uint32(len(m.units)) {
			return
		}
		at := m.units[pos] & (1<<31 - 1)
		if at > uint32(len(m.text)) {
			return
		}
		with, _, _ := strings.Cut(m.text[at:], "\x00")
		if !found(i+1, with) {
			return
		}
	}
}

func offsetOf(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) }

// Longest returns the replacement of the longest key that s begins with.
func (m *Charsmap) Longest(s []byte) (length int, with string) {
	m.walk(s, func(n int, w string) bool {
		length, with = n, w
		return true
	})
	return length, with
}

// shortest returns the replacement of the shortest key that s begins with.
func (m *Charsmap) shortest(s []byte) (with string, found bool) {
	m.walk(s, func(_ int, w string) bool {
		with, found = w, true
		return false
	})
	return with, found
}

// Normalize replaces as the tokenizers library does, which is not what
// SentencePiece does: a letter with its marks, if under six bytes, becomes as a whole what the
// shortest key in it becomes; else each code point does.
func (m *Charsmap) Normalize(chars []aligned.Char) []aligned.Char {
	changes := make([]change, 0, len(chars))
	var buf []byte
	for i := 0; i < len(chars); {
		n := cluster(chars[i:])
		buf = aligned.AppendText(buf[:0], chars[i:i+n])
		if len(buf) < 6 {
			if with, ok := m.shortest(buf); ok {
				changes = appendChanges(changes, n, with)
				i += n
				continue
			}
		}
		for _, c := range chars[i : i+n] {
			buf = utf8.AppendRune(buf[:0], c.Rune)
			if with, ok := m.shortest(buf); ok {
				changes = appendChanges(changes, 1, with)
			} else {
				changes = append(changes, change{r: c.Rune})
			}
		}
		i += n
	}
	return realign(chars, changes)
}

// appendChanges appends what replaces n code points.
func appendChanges(changes []change, n int, with string) []change {
	m := 0
	for _, r := range with {
		changes = append(changes, change{r: r})
		m++
	}
	for i := n; i < m; i++ {
		changes[len(changes)-1-(i-n)].n = 1
	}
	if m < n && len(changes) > 0 {
		changes[len(changes)-1].n -= n - m
	}
	return changes
}

// cluster returns the number of code points that chars begin with which readers see as one:
// a character and what extends it. Those of six bytes and more need not be told exactly.
func cluster(chars []aligned.Char) int {
	first := chars[0].Rune
	if first == '\r' && len(chars) > 1 && chars[1].Rune == '\n' {
		return 2
	}
	n := 1
	if unicode.In(first, unicode.Cc, unicode.Zl, unicode.Zp) || unicode.Is(unicode.Cf, first) && !extends(first) {
		return n
	}
	for n < len(chars) && extends(chars[n].Rune) {
		n++
	}
	return n
}

// extends reports whether r belongs to the character before it.
func extends(r rune) bool {
	return r >= 0x300 && (r == 0x200D || unicode.In(r, unicode.M, unicode.Other_Grapheme_Extend))
}
