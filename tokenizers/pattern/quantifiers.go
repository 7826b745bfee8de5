package pattern

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// quantified reads one item of a sequence, with the quantifiers behind it.
func (p *parser) quantified(depth int) (node, error) {
	n, err := p.atom(depth)
	if err != nil || n == nil {
		return nil, err
	}
	for {
		r := &repeat{node: n, most: -1}
		interval := false
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
				return n, nil
			}
			interval = true
		default:
			return n, nil
		}
		possessive := false
		switch {
		case interval && r.least == r.most && p.peek() == '?': // {2}? is two or none
		case p.eat("?"):
			r.lazy = true
		case !interval && p.eat("+"): // behind an interval, + repeats it
			possessive = true
		}
		if n, err = repeated(r, possessive); err != nil {
			return nil, err
		}
	}
}

// repeated makes one of a repeat of a repeat where that is Oniguruma's way, and
// refuses repeats that are errors there, or could go on without end.
func repeated(r *repeat, possessive bool) (node, error) {
	if matchesPlace(r.node) {
		return nil, fmt.Errorf("a repeat of what matches a place")
	}
	if inner, ok := r.node.(*repeat); ok && !possessive {
		r = reduced(inner, r)
	}
	if least, _ := lengths(r.node); least == 0 && r.most < 0 {
		return nil, fmt.Errorf("an endless repeat of what may match nothing")
	}
	if possessive {
		return atomic{r}, nil
	}
	return r, nil
}

// matchesPlace reports whether n, or an alternative of it, is nothing but
// anchors and look-around.
func matchesPlace(n node) bool {
	switch n := n.(type) {
	case assertion, *look, flags:
		return true
	case sequence:
		for _, part := range n {
			if !matchesPlace(part) {
				return false
			}
		}
		return len(n) > 0
	case choice:
		return slices.ContainsFunc(n, matchesPlace)
	}
	return false
}

// reduced is outer, a repeat of inner, as one repeat where both are *, + or ?,
// lazy or not: the table by which Oniguruma does it.
func reduced(inner, outer *repeat) *repeat {
	const (
		del = iota // inner alone
		star
		lazyStar
		lazyOpt
		lazyOptOfPlus
		both // as it stands
	)
	kind := func(r *repeat) int {
		k := -1
		switch {
		case r.least == 0 && r.most == 1:
			k = 0
		case r.least == 0 && r.most < 0:
			k = 1
		case r.least == 1 && r.most < 0:
			k = 2
		}
		if k >= 0 && r.lazy {
			k += 3
		}
		return k
	}
	i, o := kind(inner), kind(outer)
	if i < 0 || o < 0 {
		return outer
	}
	switch [6][6]int{
		{del, star, star, lazyOpt, lazyStar, both},
		{del, del, del, lazyOptOfPlus, lazyOptOfPlus, del},
		{star, star, del, both, lazyOptOfPlus, del},
		{del, lazyStar, lazyStar, del, lazyStar, lazyStar},
		{del, del, del, del, del, del},
		{both, both, both, lazyStar, lazyStar, del},
	}[i][o] {
	case del:
		return inner
	case star:
		return &repeat{node: inner.node, most: -1}
	case lazyStar:
		return &repeat{node: inner.node, most: -1, lazy: true}
	case lazyOpt:
		return &repeat{node: inner.node, most: 1, lazy: true}
	case lazyOptOfPlus:
		return &repeat{node: &repeat{node: inner.node, least: 1, most: -1}, most: 1, lazy: true}
	}
	return outer
}

// counts reads {n}, {n,}, {,m} or {n,m}; a brace that is none of them is a literal.
func (p *parser) counts(r *repeat) (bool, error) {
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
	if r.most >= 0 && r.most < r.least {
		return false, fmt.Errorf("{%s}: want the smaller count first", inside)
	}
	p.rest = rest
	return true, nil
}
