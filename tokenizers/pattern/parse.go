package pattern

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/lmkor/bench/tokenizers/aligned"
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

func (p *parser) group(depth int) (node, error) {
	var around *look
	once := false
	fold, newline := p.fold, p.newline
	captures, before := p.captures, p.ahead
	switch {
	case p.eat("?:"):
	case p.eat("?>"):
		once = true
	case p.eat("?="):
		around = &look{}
	case p.eat("?!"):
		around = &look{negate: true}
	case p.eat("?<="):
		around = &look{behind: true}
	case p.eat("?<!"):
		around = &look{behind: true, negate: true}
	case p.peek() == '?':
		group := p.rest
		fold, newline, whole, ok := p.switches()
		if !ok {
			return nil, fmt.Errorf("group (%.6s: want (…), (?:…), (?>…), look-around, or (?i) and (?m)", group)
		}
		if whole {
			return flags{fold, newline}, nil
		}
		p.fold, p.newline = fold, newline
	default:
		p.captures++
	}
	n, err := p.alternatives(depth + 1)
	p.fold, p.newline = fold, newline
	if err != nil {
		return nil, err
	}
	if !p.eat(")") {
		return nil, fmt.Errorf("group without its )")
	}
	switch {
	case once:
		return atomic{n}, nil
	case around == nil:
		return n, nil
	}
	around.node = n
	p.ahead++ // of a look-behind, too: it may not stand in another
	if !around.behind {
		return around, nil
	}
	switch _, most := lengths(n); {
	case most < 0 || most > mostBehind:
		return nil, fmt.Errorf("look-behind: want at most %d characters", mostBehind)
	case p.ahead > before+1:
		return nil, fmt.Errorf("look-behind: want nothing that looks around in it, nor \\z")
	case p.captures > captures && around.negate:
		return nil, fmt.Errorf("look-behind: want (?:…) in place of (…) in it")
	}
	return around, nil
}

// mostBehind bounds what a look-behind may match.
const mostBehind = 255

// switches reads ?im-im: or ?im-im), and tells what holds then, and whether it
// does to the end of the group around it.
func (p *parser) switches() (fold, newline, whole, ok bool) {
	fold, newline = p.fold, p.newline
	on := true
	for i, c := range p.rest {
		switch {
		case i == 0:
		case c == '-' && on:
			on = false
		case c == 'i':
			fold = on
		case c == 'm':
			newline = on
		case c == ':' || c == ')':
			p.rest = p.rest[i+1:]
			return fold, newline, c == ')', i > 1
		default:
			return false, false, false, false
		}
	}
	return false, false, false, false
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
