package pattern

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Parse reads a pattern: literals, classes, properties, groups, look-around,
// anchors, alternatives and quantifiers, flags, as Oniguruma reads them with Ruby's
// syntax. What it does not know is an error, never a guess.
func Parse(pattern string) (Pattern, error) {
	if len(pattern) > mostPattern {
		return nil, fmt.Errorf("pattern %.40q…: %d bytes: want at most %d", pattern, len(pattern), mostPattern)
	}
	p := &parser{rest: pattern}
	root, err := p.alternatives(0)
	if err == nil && p.rest != "" {
		err = fmt.Errorf("unexpected %q", p.rest)
	}
	x := &regex{source: pattern}
	if err == nil {
		least, _ := lengths(root)
		x.empty = least == 0
		x.program, err = compile(root)
	}
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	return x, nil
}

type parser struct {
	rest    string
	fold    bool // (?i)
	newline bool // (?m): a dot is a newline, too

	captures, ahead int // groups with a number, and what looks ahead, up to here
}

// Bounds of a pattern: its bytes, and its nested groups, which cost stack.
const (
	mostPattern = 1 << 14
	mostNesting = 100
)

func (p *parser) peek() rune {
	if p.rest == "" {
		return -1
	}
	r, _ := utf8.DecodeRuneInString(p.rest)
	return r
}

func (p *parser) next() rune {
	r, n := utf8.DecodeRuneInString(p.rest)
	p.rest = p.rest[n:]
	return r
}

func (p *parser) eat(s string) bool {
	rest, ok := strings.CutPrefix(p.rest, s)
	p.rest = rest
	return ok
}

func (p *parser) alternatives(depth int) (node, error) {
	if depth > mostNesting {
		return nil, fmt.Errorf("groups nested more than %d deep", mostNesting)
	}
	fold, newline := p.fold, p.newline
	defer func() { p.fold, p.newline = fold, newline }()
	var options choice
	for {
		seq, err := p.sequence(depth)
		if err != nil {
			return nil, err
		}
		options = append(options, seq)
		if !p.eat("|") {
			break
		}
	}
	if len(options) == 1 {
		return options[0], nil
	}
	return options, nil
}

// sequence reads up to an alternative's or a group's end.
func (p *parser) sequence(depth int) (node, error) {
	var seq sequence
	var literals []rune // side by side, where case is ignored
	for p.rest != "" && p.peek() != '|' && p.peek() != ')' {
		n, err := p.quantified(depth)
		if err != nil {
			return nil, err
		}
		if s, ok := n.(*set); ok && s.char >= 0 && p.fold {
			literals = append(literals, s.char)
		} else {
			literals = nil
		}
		if err := checkFold(literals); len(literals) > 0 && err != nil {
			return nil, err
		}
		switch n := n.(type) {
		case nil:
		case flags: // to the end of the group around it, further alternatives included
			p.fold, p.newline = n.fold, n.newline
			rest, err := p.alternatives(depth + 1)
			if err != nil {
				return nil, err
			}
			seq = append(seq, rest)
		default:
			seq = append(seq, n)
		}
	}
	if len(seq) == 1 {
		return seq[0], nil
	}
	return seq, nil
}

// flags are switches that hold from here on.
type flags struct{ fold, newline bool }

func (p *parser) atom(depth int) (node, error) {
	switch c := p.next(); c {
	case '(':
		return p.group(depth)
	case '[':
		s, err := p.class(depth)
		if err != nil {
			return nil, err
		}
		return s, nil
	case '.':
		if p.newline {
			return &set{has: func(rune) bool { return true }, char: -1}, nil
		}
		return &set{has: func(r rune) bool { return r == '\n' }, negate: true, char: -1}, nil
	case '^':
		return lineBegin, nil
	case '$':
		return lineEnd, nil
	case '*', '+', '?':
		return nil, fmt.Errorf("%q repeats nothing", c)
	case '\\':
		return p.escaped()
	default:
		return literal(c, p.fold), nil
	}
}
