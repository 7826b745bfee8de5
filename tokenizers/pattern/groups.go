package pattern

import "fmt"

// group reads what follows an opening parenthesis: a group, look-around, or flags.
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
