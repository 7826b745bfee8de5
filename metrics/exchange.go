package metrics

import (
	"math"
	"math/bits"
)

// few is of how many examples that two sides answer otherwise every exchange is tried.
const few = 12

// exchangeP is the least p that the examples allow a difference of two sides, of which
// the first has so many runs: the share of all exchanges of the sides' answers to single
// examples, whole sides at a time, whose difference is as large as the one observed, and
// of more than few examples that differ the least that share can be, 2 in 2^n. What the
// runs' chance adds it does not know: a side all wrong beside one all right has no
// variance, and of five examples is no surer than five heads of fair coins.
func (p *panel) exchangeP(runsA int, difference float64) float64 {
	rows, n := p.differing(runsA)
	if n > few || math.Abs(difference) <= same {
		return min(1, math.Ldexp(1, 1-n))
	}
	all := 1 << n
	as := make([]bool, all)
	eachSample(all, func() func(int) {
		f := p.exchanged(runsA, rows)
		return func(coins int) {
			d, ok := f(uint(coins))
			as[coins] = !ok || math.Abs(d) >= math.Abs(difference)-same
		}
	})
	hits := 0
	for _, v := range as {
		if v {
			hits++
		}
	}
	return float64(hits) / float64(all)
}

// differing returns the profile of every example that the sides answer otherwise, whatever
// the order of their runs, and how many there are; no more profiles than few and one. Of
// numbers all are taken to differ.
func (p *panel) differing(runsA int) (rows []int, n int) {
	key := p.runs[0].profiles(p.runs, p.score)
	for k, c := range p.counts {
		if key != nil && sameAnswers(key(k), len(p.runs), runsA) {
			continue
		}
		n += c
		for range min(c, few+1-len(rows)) {
			rows = append(rows, k)
		}
	}
	return rows, n
}

// sameAnswers reports whether a profile's answers, as profileKeys names them, are as
// frequent among the first runs as among the rest.
func sameAnswers(key []byte, runs, first int) bool {
	width := len(key) / runs
	balance := make(map[string]int, 2)
	for r := range runs {
		answer := key[r*width : (r+1)*width]
		if r < first {
			balance[string(answer)] += runs - first
		} else {
			balance[string(answer)] -= first
		}
	}
	for _, v := range balance {
		if v != 0 {
			return false
		}
	}
	return true
}

// exchanged returns a function that gives the sides' difference when example i, of the
// given profile, changes sides where bit i is set: the mean over pairs of their runs, of
// as many runs over each with its own, for which the mean of both sides is the same.
func (p *panel) exchanged(runsA int, rows []int) func(coins uint) (d float64, ok bool) {
	var pairs []func([]uint32) (float64, bool)
	for i := range runsA {
		for j := runsA; j < len(p.runs); j++ {
			if 2*runsA != len(p.runs) || j == runsA+i {
				pairs = append(pairs, p.runs[i].joined(p.runs[j], p.score).weighted(p.score))
			}
		}
	}
	behind := len(p.counts) // where the second side's rows begin
	a, b := make([]uint32, 2*behind), make([]uint32, 2*behind)
	return func(coins uint) (d float64, ok bool) {
		clear(a)
		for k, c := range p.counts {
			a[k] = uint32(c)
		}
		for ; coins != 0; coins &= coins - 1 {
			k := rows[bits.TrailingZeros(coins)]
			a[k]--
			a[behind+k]++
		}
		copy(b, a[behind:])
		copy(b[behind:], a[:behind])
		for _, score := range pairs {
			x, okA := score(a)
			y, okB := score(b)
			if !okA || !okB {
				return 0, false
			}
			d += (y - x) / float64(len(pairs))
		}
		return d, true
	}
}
