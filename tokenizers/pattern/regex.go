package pattern

import (
	"fmt"
	"iter"
	"sync"

	"github.com/lmkor/bench/tokenizers/aligned"
)

// regex is a pattern of the kind that tokenizer.json files split and replace
// by. It backtracks, since those patterns look around, which Go's own
// expressions can't, and notes what has failed where: the time it takes is
// bounded by the length of the text times that of the pattern, but for atomic
// groups and look-behind, which a budget of steps bounds.
type regex struct {
	source  string
	program program
	empty   bool // may match nothing at all
	runs    sync.Pool
}

// BudgetError is the panic of a search that would take too long, or too much memory.
type BudgetError struct{ Pattern string }

func (e *BudgetError) Error() string {
	return fmt.Sprintf("pattern %q: gave up: the text takes more steps than %d and %d a character",
		e.Pattern, leastSteps, stepsPerChar)
}

// A text may take leastSteps, and stepsPerChar for each of its code points: far
// more than honest patterns need, and little enough for hostile ones.
const (
	leastSteps   = 1_000_000
	stepsPerChar = 2_000
	mostMemo     = 1 << 31 // bits
)

// Find returns the first match [begin, end) in chars at or after from, which may
// be empty; begin is -1 without one. It panics with a BudgetError.
func (x *regex) Find(chars []aligned.Char, from int) (begin, end int) {
	r := x.start(chars)
	defer x.runs.Put(r)
	return r.find(from)
}

// All returns the matches in chars in order, as Oniguruma's iteration has them: an
// empty one does not follow another match at once. It panics with a BudgetError.
func All(p Pattern, chars []aligned.Char) iter.Seq2[int, int] {
	x, ok := p.(*regex)
	if !ok {
		return func(yield func(int, int) bool) {
			for at := 0; at < len(chars); {
				begin, end := p.Find(chars, at)
				if begin < 0 || !yield(begin, end) {
					return
				}
				at = end
			}
		}
	}
	return func(yield func(int, int) bool) {
		r := x.start(chars)
		defer x.runs.Put(r)
		at, last := 0, -1
		for at <= len(chars) {
			begin, end := r.find(at)
			switch {
			case begin < 0:
				return
			case begin == end && end == last:
				at++
				continue
			}
			if !yield(begin, end) {
				return
			}
			at, last = end, end
		}
	}
}

// MayBeEmpty reports whether a pattern can match nothing at all, at some place.
func MayBeEmpty(p Pattern) bool {
	x, ok := p.(*regex)
	return ok && x.empty
}
