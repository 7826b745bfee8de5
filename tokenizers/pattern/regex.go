package pattern

import (
	"fmt"
	"slices"
	"unicode"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// regex is a pattern of the kind that tokenizer.json files split and replace
// by. It backtracks, since those patterns look ahead, which Go's own
// expressions can't; a search that takes more than its budget of steps finds nothing.
type regex struct{ root regexNode }

// regexNode matches chars[i:] and calls then with each end it could have, the
// best first, until then is content.
type regexNode interface {
	match(m *regexRun, i int, then func(int) bool) bool
}

// regexRun is one search.
type regexRun struct {
	chars []aligned.Char
	steps int
}

// A search may take leastSteps, and stepsPerChar for each code point of the
// text: far more than honest patterns need, and little enough for hostile ones.
const (
	leastSteps   = 100_000
	stepsPerChar = 100
	mostSteps    = 1_000_000 // bounds the stack, too
)

// Find returns the first match [begin, end) in chars at or after from that is
// not empty; begin is -1 without one.
func (x *regex) Find(chars []aligned.Char, from int) (begin, end int) {
	m := regexRun{chars: chars, steps: min(mostSteps, leastSteps+stepsPerChar*(len(chars)-from))}
	for i := from; i < len(chars) && m.steps > 0; i++ {
		end := -1
		x.root.match(&m, i, func(j int) bool { end = j; return true })
		if end > i {
			return i, end
		}
	}
	return -1, -1
}

// set matches one code point.
type regexSet struct {
	has    func(rune) bool
	negate bool
}

func (s *regexSet) takes(r rune) bool { return s.has(r) != s.negate }

func (s *regexSet) match(m *regexRun, i int, then func(int) bool) bool {
	return i < len(m.chars) && s.takes(m.chars[i].Rune) && then(i+1)
}

// regexSeq matches its parts one after the other.
type regexSeq []regexNode

func (s regexSeq) match(m *regexRun, i int, then func(int) bool) bool {
	if len(s) == 0 {
		return then(i)
	}
	return s[0].match(m, i, func(j int) bool { return s[1:].match(m, j, then) })
}

// regexAny matches the first of its alternatives that lets the rest match.
type regexAny []regexNode

func (s regexAny) match(m *regexRun, i int, then func(int) bool) bool {
	for _, n := range s {
		if m.steps--; m.steps < 0 {
			return false
		}
		if n.match(m, i, then) {
			return true
		}
	}
	return false
}

// regexLook matches nothing, where its pattern would match ahead, or behind.
type regexLook struct {
	node   regexNode
	negate bool
	behind bool
}

func (l *regexLook) match(m *regexRun, i int, then func(int) bool) bool {
	found := false
	if l.behind {
		for j := i; j >= 0 && !found; j-- {
			found = l.node.match(m, j, func(k int) bool { return k == i })
		}
	} else {
		found = l.node.match(m, i, func(int) bool { return true })
	}
	return found != l.negate && then(i)
}

// regexEdge matches at the beginning or the end of the text.
type regexEdge struct{ end bool }

func (e regexEdge) match(m *regexRun, i int, then func(int) bool) bool {
	return (e.end && i == len(m.chars) || !e.end && i == 0) && then(i)
}

// regexRepeat matches node from least to most times, -1 for any number.
type regexRepeat struct {
	node             regexNode
	least, most      int
	lazy, possessive bool
}

func (r *regexRepeat) match(m *regexRun, i int, then func(int) bool) bool {
	if s, ok := r.node.(*regexSet); ok && !r.lazy {
		n := 0
		for i+n < len(m.chars) && n != r.most && s.takes(m.chars[i+n].Rune) {
			n++
		}
		m.steps -= n
		if r.possessive {
			return n >= r.least && then(i+n)
		}
		for ; n >= r.least; n-- {
			if m.steps--; m.steps < 0 {
				return false
			}
			if then(i + n) {
				return true
			}
		}
		return false
	}
	if r.possessive {
		end := -1
		greedy := *r
		greedy.possessive = false
		greedy.match(m, i, func(j int) bool { end = j; return true })
		return end >= 0 && then(end)
	}
	return r.more(m, i, 0, then)
}

func (r *regexRepeat) more(m *regexRun, i, n int, then func(int) bool) bool {
	if m.steps--; m.steps < 0 {
		return false
	}
	again := func() bool {
		return n != r.most && r.node.match(m, i, func(j int) bool {
			return (j > i || n < r.least) && r.more(m, j, n+1, then)
		})
	}
	switch {
	case n < r.least:
		return again()
	case r.lazy:
		return then(i) || again()
	default:
		return again() || then(i)
	}
}

// literal matches one code point, of either case if fold is set.
func literal(r rune, fold bool) regexNode {
	return &regexSet{has: func(c rune) bool { return c == r || fold && sameFolded(c, r) }}
}

func sameFolded(a, b rune) bool {
	for f := unicode.SimpleFold(a); f != a; f = unicode.SimpleFold(f) {
		if f == b {
			return true
		}
	}
	return false
}

// classOf returns the class that an escaped letter names, nil if it names none.
func classOf(c rune) func(rune) bool {
	switch c {
	case 's', 'S':
		return aligned.IsSpace
	case 'd', 'D':
		return aligned.IsDecimal
	case 'w', 'W':
		return aligned.IsPatternWord
	case 'h', 'H':
		return func(r rune) bool {
			return '0' <= r && r <= '9' || 'a' <= r && r <= 'f' || 'A' <= r && r <= 'F'
		}
	}
	return nil
}

// property returns the test for \p{name}.
func property(name string) (func(rune) bool, error) {
	switch name {
	case "L", "Letter":
		return aligned.IsLetter, nil
	case "N", "Number":
		return aligned.IsNumber, nil
	case "Nd":
		return aligned.IsDecimal, nil
	}
	for _, tables := range []map[string]*unicode.RangeTable{unicode.Categories, unicode.Scripts, unicode.Properties} {
		if t, ok := tables[name]; ok {
			return func(r rune) bool { return unicode.Is(t, r) }, nil
		}
	}
	long := map[string]*unicode.RangeTable{
		"Punctuation": unicode.P, "Mark": unicode.M,
		"Symbol": unicode.S, "Separator": unicode.Z, "Alphabetic": unicode.L, "Punct": unicode.P,
	}
	if t, ok := long[name]; ok {
		return func(r rune) bool { return unicode.Is(t, r) }, nil
	}
	names := make([]string, 0, 8)
	for n := range long {
		names = append(names, n)
	}
	slices.Sort(names)
	return nil, fmt.Errorf("\\p{%s}: want a category or script of Unicode, such as L, Lu, Han, or one of %v", name, names)
}

// foldsInto reports whether r in some case lies in [lo, hi].
func foldsInto(r, lo, hi rune) bool {
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		if lo <= f && f <= hi {
			return true
		}
	}
	return false
}
