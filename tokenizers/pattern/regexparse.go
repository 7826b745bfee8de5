package pattern

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Parse reads a pattern: literals, classes, properties, groups, look-around,
// alternatives and quantifiers, (?i), as Oniguruma reads them. What it does not know is an
// error, never a guess.
func Parse(pattern string) (*regex, error) {
	p := &regexParser{rest: pattern}
	node, err := p.alternatives(0)
	if err == nil && p.rest != "" {
		err = fmt.Errorf("unexpected %q", p.rest)
	}
	if err != nil {
		return nil, fmt.Errorf("pattern %q: %w", pattern, err)
	}
	return &regex{node}, nil
}

type regexParser struct {
	rest string
	fold bool // (?i)
}

// maxRegexDepth bounds nested groups, which cost stack.
const maxRegexDepth = 100

func (p *regexParser) peek() rune {
	if p.rest == "" {
		return -1
	}
	r, _ := utf8.DecodeRuneInString(p.rest)
	return r
}

func (p *regexParser) take() rune {
	r, n := utf8.DecodeRuneInString(p.rest)
	p.rest = p.rest[n:]
	return r
}

func (p *regexParser) eat(s string) bool {
	rest, ok := strings.CutPrefix(p.rest, s)
	p.rest = rest
	return ok
}

func (p *regexParser) alternatives(depth int) (regexNode, error) {
	if depth > maxRegexDepth {
		return nil, fmt.Errorf("groups nested more than %d deep", maxRegexDepth)
	}
	fold := p.fold
	defer func() { p.fold = fold }()
	var options regexAny
	for {
		var seq regexSeq
		for p.rest != "" && p.peek() != '|' && p.peek() != ')' {
			node, err := p.quantified(depth)
			if err != nil {
				return nil, err
			}
			if node != nil {
				seq = append(seq, node)
			}
		}
		if len(seq) == 1 {
			options = append(options, seq[0])
		} else {
			options = append(options, seq)
		}
		if !p.eat("|") {
			break
		}
	}
	if len(options) == 1 {
		return options[0], nil
	}
	return options, nil
}

func (p *regexParser) quantified(depth int) (regexNode, error) {
	node, err := p.atom(depth)
	if err != nil || node == nil {
		return nil, err
	}
	for {
		r := &regexRepeat{node: node, most: -1}
		switch {
		case p.eat("*"):
		case p.eat("+"):
			r.least = 1
		case p.eat("?"):
			r.most = 1
		case p.peek() == '{':
			counted, err := p.counts(r)
			if err != nil {
				return nil, err
			}
			if !counted {
				return node, nil
			}
		default:
			return node, nil
		}
		if p.eat("?") {
			r.lazy = true
		} else if p.eat("+") {
			r.possessive = true
		}
		node = r
	}
}

// counts reads {n}, {n,}, {,m} or {n,m}; a brace that is none of them is a literal.
func (p *regexParser) counts(r *regexRepeat) (bool, error) {
	inside, rest, ok := strings.Cut(p.rest[1:], "}")
	first, last, ranged := strings.Cut(inside, ",")
	if !ok || inside == "" || inside == "," || strings.Trim(inside, "0123456789,") != "" || strings.Contains(last, ",") {
		return false, nil
	}
	number := func(s string, otherwise int) (int, error) {
		if s == "" {
			return otherwise, nil
		}
		n, err := strconv.Atoi(s)
		if err != nil || n > 1000 {
			return 0, fmt.Errorf("{%s}: want counts up to 1000", inside)
		}
		return n, nil
	}
	var err error
	if r.least, err = number(first, 0); err != nil {
		return false, err
	}
	if r.most = r.least; ranged {
		if r.most, err = number(last, -1); err != nil {
			return false, err
		}
	}
	p.rest = rest
	return true, nil
}

func (p *regexParser) atom(depth int) (regexNode, error) {
	switch c := p.take(); c {
	case '(':
		return p.group(depth)
	case '[':
		return p.Set(depth)
	case '.':
		return &regexSet{has: func(r rune) bool { return r == '\n' }, negate: true}, nil
	case '^':
		return regexEdge{}, nil
	case '$':
		return regexEdge{end: true}, nil
	case '*', '+', '?':
		return nil, fmt.Errorf("%q repeats nothing", c)
	case '\\':
		switch {
		case p.eat("A"):
			return regexEdge{}, nil
		case p.eat("z"), p.eat("Z"):
			return regexEdge{end: true}, nil
		}
		r, set, err := p.escape()
		if err != nil || set != nil {
			return set, err
		}
		return literal(r, p.fold), nil
	default:
		return literal(c, p.fold), nil
	}
}

func (p *regexParser) group(depth int) (regexNode, error) {
	look := (*regexLook)(nil)
	fold := p.fold
	switch {
	case p.eat("?:"), p.eat("?-i:"):
	case p.eat("?i:"):
		p.fold = true
	case p.eat("?i)"): // to the end of the group around it
		p.fold = true
		return nil, nil
	case p.eat("?="):
		look = &regexLook{}
	case p.eat("?!"):
		look = &regexLook{negate: true}
	case p.eat("?<="):
		look = &regexLook{behind: true}
	case p.eat("?<!"):
		look = &regexLook{behind: true, negate: true}
	case p.peek() == '?':
		return nil, fmt.Errorf("group (%.6s: want (…), (?:…), (?i:…) or look-around", p.rest)
	}
	node, err := p.alternatives(depth + 1)
	p.fold = fold
	if err != nil {
		return nil, err
	}
	if !p.eat(")") {
		return nil, fmt.Errorf("group without its )")
	}
	if look != nil {
		look.node = node
		return look, nil
	}
	return node, nil
}

// escape reads what follows a backslash: a code point, or a class.
func (p *regexParser) escape() (rune, *regexSet, error) {
	if p.rest == "" {
		return 0, nil, fmt.Errorf("nothing after \\")
	}
	c := p.take()
	if has := classOf(c); has != nil {
		return 0, &regexSet{has: has, negate: 'A' <= c && c <= 'Z'}, nil
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
		return 0, &regexSet{has: has, negate: (c == 'P') != negated}, nil
	}
	if c >= 0x80 || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' {
		return 0, nil, fmt.Errorf("\\%c is not known", c)
	}
	return c, nil, nil
}

// Set reads a class in brackets, after the opening one.
func (p *regexParser) Set(depth int) (*regexSet, error) {
	if depth > maxRegexDepth {
		return nil, fmt.Errorf("classes nested more than %d deep", maxRegexDepth)
	}
	out := &regexSet{negate: p.eat("^")}
	var parts []*regexSet
	for first := true; ; first = false {
		if p.rest == "" {
			return nil, fmt.Errorf("class without its ]")
		}
		if !first && p.eat("]") {
			break
		}
		if strings.HasPrefix(p.rest, "[:") || strings.HasPrefix(p.rest, "&&") {
			return nil, fmt.Errorf("%.2s in a class is not known", p.rest)
		}
		if p.eat("[") {
			inner, err := p.Set(depth + 1)
			if err != nil {
				return nil, err
			}
			parts = append(parts, inner)
			continue
		}
		lo, class, err := p.member()
		if err != nil {
			return nil, err
		}
		if class != nil {
			parts = append(parts, class)
			continue
		}
		hi := lo
		if strings.HasPrefix(p.rest, "-") && !strings.HasPrefix(p.rest, "-]") {
			p.eat("-")
			if hi, class, err = p.member(); err != nil {
				return nil, err
			}
			if class != nil || hi < lo {
				return nil, fmt.Errorf("a range in a class goes from %q down, or to a class", lo)
			}
		}
		fold := p.fold
		parts = append(parts, &regexSet{has: func(r rune) bool {
			if lo <= r && r <= hi {
				return true
			}
			return fold && foldsInto(r, lo, hi)
		}})
	}
	out.has = func(r rune) bool {
		for _, s := range parts {
			if s.takes(r) {
				return true
			}
		}
		return false
	}
	return out, nil
}

// member reads one code point or escaped class inside brackets.
func (p *regexParser) member() (rune, *regexSet, error) {
	if p.rest == "" {
		return 0, nil, fmt.Errorf("class without its ]")
	}
	c := p.take()
	if c == '\\' {
		return p.escape()
	}
	return c, nil, nil
}
