package pattern

import "github.com/lmkor/bench/tokenizers/aligned"

// run is a program at work on one text.
type run struct {
	x     *regex
	chars []aligned.Char
	steps int
	width int // bits of the memo for an instruction: one for each place in the text

	// bad has the choices that led to no match, by instruction and place; good
	// those that led a look-ahead to one. Both hold for the whole text, wherever a search begins.
	bad, good []uint64
	stack     []choicePoint
	path      []int // bits of the choices on the way, none of which has failed
}

// choicePoint is where to go on after a failure.
type choicePoint struct {
	pc, at int32
	path   int32 // length of the path there
}

// start makes the pattern ready for a text.
func (x *regex) start(chars []aligned.Char) *run {
	r, _ := x.runs.Get().(*run)
	if r == nil {
		r = &run{x: x}
	}
	r.chars, r.width = chars, len(chars)+1
	r.steps = leastSteps + stepsPerChar*len(chars)
	bits := x.program.memos * r.width
	if bits > mostMemo {
		panic(&BudgetError{x.source})
	}
	r.bad, r.good = cleared(r.bad, bits), cleared(r.good, bits)
	r.stack, r.path = r.stack[:0], r.path[:0]
	return r
}

func cleared(list []uint64, bits int) []uint64 {
	n := (bits + 63) / 64
	if n > cap(list) {
		return make([]uint64, n)
	}
	list = list[:n]
	clear(list)
	return list
}

// find returns the first match at or after from, -1 without one.
func (r *run) find(from int) (begin, end int) {
	for i := from; i <= len(r.chars); i++ {
		if end := r.match(0, i, ahead, 0); end >= 0 {
			return i, end
		}
	}
	return -1, -1
}

// What a program is run for.
type purpose int

const (
	ahead  purpose = iota // to find its end
	looked                // to know whether it matches
	behind                // to match just up to a place: what fails there may do elsewhere
	within                // to find its end, no further than a place
)

// match runs the program at pc from a place in the text and returns where it ends,
// -1 if it does not match. For behind, it has to end at target, beyond which
// behind and within see no text.
func (r *run) match(pc int32, at int, why purpose, target int) int {
	stack, path := len(r.stack), len(r.path)
	code, place, size := r.x.program.code, int32(at), len(r.chars)
	forgets := why == behind || why == within
	if forgets {
		size = target
	}
	for {
		if r.steps--; r.steps < 0 {
			panic(&BudgetError{r.x.source})
		}
		failed := false
		switch i := &code[pc]; i.op {
		case opMatch:
			if why == behind && int(place) != target {
				failed = true
				break
			}
			r.succeed(stack, path, why)
			return int(place)
		case opSet:
			if int(place) < size && i.set.takes(r.chars[place].Rune) {
				place++
				pc++
			} else {
				failed = true
			}
		case opJump:
			pc = i.x
		case opSplit:
			if !forgets {
				bit := int(i.memo)*r.width + int(place)
				if r.bad[bit>>6]>>(bit&63)&1 != 0 {
					failed = true
					break
				}
				if why == looked && r.good[bit>>6]>>(bit&63)&1 != 0 {
					r.succeed(stack, path, why)
					return int(place)
				}
				r.bad[bit>>6] |= 1 << (bit & 63)
				r.path = append(r.path, bit)
			}
			r.stack = append(r.stack, choicePoint{i.y, place, int32(len(r.path))})
			pc = i.x
		case opAssert:
			if i.assertion.holds(r.chars, int(place)) {
				pc++
			} else {
				failed = true
			}
		case opLook:
			if r.look(i, int(place)) {
				pc = i.y
			} else {
				failed = true
			}
		case opAtomic:
			sub := ahead
			if forgets {
				sub = within
			}
			end := r.match(i.x, int(place), sub, target)
			if end >= 0 {
				pc, place = i.y, int32(end)
			} else {
				failed = true
			}
		}
		if !failed {
			continue
		}
		if len(r.stack) == stack {
			r.path = r.path[:path]
			return -1
		}
		last := r.stack[len(r.stack)-1]
		r.stack = r.stack[:len(r.stack)-1]
		pc, place = last.pc, last.at
		r.path = r.path[:last.path]
	}
}

// succeed forgives the choices that led here since the run began.
func (r *run) succeed(stack, path int, why purpose) {
	for _, bit := range r.path[path:] {
		r.bad[bit>>6] &^= 1 << (bit & 63)
		if why == looked {
			r.good[bit>>6] |= 1 << (bit & 63)
		}
	}
	r.stack, r.path = r.stack[:stack], r.path[:path]
}

// look reports whether a look-around holds.
func (r *run) look(i *instruction, at int) bool {
	found := false
	if !i.behind {
		found = r.match(i.x, at, looked, 0) >= 0
	} else {
		for j := at - int(i.least); j >= 0 && j >= at-int(i.most) && !found; j-- {
			found = r.match(i.x, j, behind, at) >= 0
		}
	}
	return found != i.negate
}
