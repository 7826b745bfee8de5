package pattern

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// escaped reads what follows a backslash outside of brackets.
func (p *parser) escaped() (node, error) {
	for letter, a := range map[string]assertion{
		"A": textBegin, "z": textEnd, "Z": textEndLine, "b": wordEdge, "B": noWordEdge,
	} {
		if p.eat(letter) {
			if a == textEnd || a == textEndLine {
				p.ahead++
			}
			return a, nil
		}
	}
	if c := p.peek(); c == 'w' || c == 'W' { // with ² and the like, unlike in brackets
		p.next()
		return &set{has: aligned.IsPatternWord, negate: c == 'W', char: -1}, nil
	}
	r, s, err := p.escape()
	if err != nil {
		return nil, err
	}
	if s == nil {
		return literal(r, p.fold), nil
	}
	return s, nil
}

// literal matches one code point, in either case if fold is set.
func literal(r rune, fold bool) *set {
	if !fold {
		return &set{has: func(c rune) bool { return c == r }, char: r}
	}
	return &set{has: func(c rune) bool { return c == r || sameFolded(c, r) }, char: r}
}

// escape reads what follows a backslash: a code point, or a class.
func (p *parser) escape() (rune, *set, error) {
	if p.rest == "" {
		return 0, nil, fmt.Errorf("nothing after \\")
	}
	c := p.next()
	if has := classOf(c); has != nil {
		return 0, &set{has: has, negate: 'A' <= c && c <= 'Z', char: -1}, nil
	}
	switch c {
	case 'n':
		return '\n', nil, nil
	case 'r':
		return '\r', nil, nil
	case 't':
		return '\t', nil, nil
	case 'f':
		return '\f', nil, nil
	case 'v':
		return '\v', nil, nil
	case '0':
		return 0, nil, nil
	case 'x', 'u':
		digits := map[rune]int{'x': 2, 'u': 4}[c]
		hex := ""
		if p.eat("{") {
			inside, rest, ok := strings.Cut(p.rest, "}")
			if !ok {
				return 0, nil, fmt.Errorf("\\%c{ without its }", c)
			}
			hex, p.rest = inside, rest
		} else if len(p.rest) >= digits {
			hex, p.rest = p.rest[:digits], p.rest[digits:]
		}
		n, err := strconv.ParseUint(hex, 16, 21)
		if err != nil {
			return 0, nil, fmt.Errorf("\\%c%s: want a hexadecimal code point", c, hex)
		}
		return rune(n), nil, nil
	case 'p', 'P':
		if !p.eat("{") {
			return 0, nil, fmt.Errorf("\\%c: want \\%c{…}", c, c)
		}
		name, rest, ok := strings.Cut(p.rest, "}")
		if !ok {
			return 0, nil, fmt.Errorf("\\%c{ without its }", c)
		}
		p.rest = rest
		inner, negated := strings.CutPrefix(name, "^")
		has, err := property(inner)
		if err != nil {
			return 0, nil, err
		}
		return 0, &set{has: has, negate: (c == 'P') != negated, char: -1}, nil
	}
	if c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
		return 0, nil, fmt.Errorf("\\%c is not known", c)
	}
	return c, nil, nil
}
