package pattern

import "github.com/lmkor/bench/tokenizers/aligned"

// node is a part of a pattern: *set, sequence, choice, *repeat, assertion, *look or atomic.
type node any

// set matches one code point.
type set struct {
	has    func(rune) bool
	negate bool
	char   rune // the only one, of a literal; -1: several
}

func (s *set) takes(r rune) bool { return s.has(r) != s.negate }

// sequence matches its parts one after the other.
type sequence []node

// choice matches the first of its alternatives that lets the rest match.
type choice []node

// repeat matches node from least to most times, -1 for any number.
type repeat struct {
	node        node
	least, most int
	lazy        bool
}

// atomic matches as node does at the first, and never otherwise.
type atomic struct{ node node }

// look matches nothing, where its pattern would match ahead, or behind.
type look struct {
	node   node
	negate bool
	behind bool
}

// assertion matches nothing, at some places.
type assertion uint8

const (
	textBegin   assertion = iota // \A
	textEnd                      // \z
	textEndLine                  // \Z: also before a newline that ends the text
	lineBegin                    // ^
	lineEnd                      // $
	wordEdge                     // \b
	noWordEdge                   // \B
)

// holds reports whether the assertion is true before chars[i].
func (a assertion) holds(chars []aligned.Char, i int) bool {
	newline := func(i int) bool { return chars[i].Rune == '\n' }
	n := len(chars)
	switch a {
	case textBegin:
		return i == 0
	case textEnd:
		return i == n
	case textEndLine:
		return i == n || i == n-1 && newline(i)
	case lineBegin:
		return i == 0 || i < n && newline(i-1)
	case lineEnd:
		return i == n || newline(i)
	}
	word := func(i int) bool { return i >= 0 && i < n && aligned.IsPatternWord(chars[i].Rune) }
	return (word(i-1) != word(i)) == (a == wordEdge)
}

// lengths returns how many code points n matches at least, and at most, -1 for any number.
func lengths(n node) (least, most int) {
	switch n := n.(type) {
	case *set:
		return 1, 1
	case sequence:
		for _, part := range n {
			l, m := lengths(part)
			least += l
			if most >= 0 && m >= 0 {
				most += m
			} else {
				most = -1
			}
		}
	case choice:
		for i, option := range n {
			l, m := lengths(option)
			if i == 0 {
				least, most = l, m
				continue
			}
			least = min(least, l)
			if most >= 0 && m >= 0 {
				most = max(most, m)
			} else {
				most = -1
			}
		}
	case *repeat:
		l, m := lengths(n.node)
		least = l * n.least
		switch {
		case m == 0 || n.most == 0:
			most = 0
		case m < 0 || n.most < 0:
			most = -1
		default:
			most = m * n.most
		}
	case atomic:
		return lengths(n.node)
	}
	return least, most
}
