package pattern

import (
	"fmt"
	"strings"
)

// class reads a class in brackets, after the opening one.
func (p *parser) class(depth int) (*set, error) {
	if depth > mostNesting {
		return nil, fmt.Errorf("classes nested more than %d deep", mostNesting)
	}
	out := &set{negate: p.eat("^"), char: -1}
	var parts []*set
	for first := true; ; first = false {
		if p.rest == "" {
			return nil, fmt.Errorf("class without its ]")
		}
		if p.peek() == ']' {
			if first {
				return nil, fmt.Errorf("] at the beginning of a class: want \\]")
			}
			p.eat("]")
			break
		}
		if strings.HasPrefix(p.rest, "[:") || strings.HasPrefix(p.rest, "&&") {
			return nil, fmt.Errorf("%.2s in a class is not known", p.rest)
		}
		if p.eat("[") {
			if p.fold {
				return nil, fmt.Errorf("a class in a class where case is ignored is not known")
			}
			inner, err := p.class(depth + 1)
			if err != nil {
				return nil, err
			}
			parts = append(parts, inner)
			continue
		}
		part, err := p.span()
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	out.has = func(r rune) bool {
		for _, s := range parts {
			if s.takes(r) {
				return true
			}
		}
		return false
	}
	if p.fold {
		for r, several := range fullFolds {
			if out.has(r) && !out.negate && !out.has([]rune(several)[0]) {
				return nil, fmt.Errorf("a class with %q where case is ignored: %q would match, too", r, several)
			}
		}
		out.has = foldedSet(out.has)
	}
	return out, nil
}

// span reads one code point, one range, or one escaped class of those in brackets.
func (p *parser) span() (*set, error) {
	lo, class, err := p.member()
	if err != nil || class != nil {
		return class, err
	}
	hi := lo
	if strings.HasPrefix(p.rest, "-") && !strings.HasPrefix(p.rest, "-]") {
		p.eat("-")
		if p.peek() == '[' {
			return nil, fmt.Errorf("a range in a class goes from %q to a class", lo)
		}
		if hi, class, err = p.member(); err != nil {
			return nil, err
		}
		if class != nil || hi < lo {
			return nil, fmt.Errorf("a range in a class goes from %q down, or to a class", lo)
		}
	}
	return &set{has: func(r rune) bool { return lo <= r && r <= hi }, char: -1}, nil
}

// member reads one code point or escaped class inside brackets.
func (p *parser) member() (rune, *set, error) {
	if p.rest == "" {
		return 0, nil, fmt.Errorf("class without its ]")
	}
	c := p.next()
	if c == '\\' {
		return p.escape()
	}
	return c, nil, nil
}
