package main

import "github.com/lmkor/bench/internal/splitmix"

// dice is a splitmix64 generator. It is our own, so that the sets do not
// change with the standard library's ways of drawing.
type dice struct{ state uint64 }

// next returns the next 64 bits.
func (d *dice) next() uint64 {
	z := splitmix.Mix(d.state)
	d.state += splitmix.Step
	return z
}

// upTo returns an integer in [0, n).
func (d *dice) upTo(n int) int { return int(d.next() >> 11 % uint64(n)) }

// chance is true in percent of 100 cases.
func (d *dice) chance(percent int) bool { return d.upTo(100) < percent }

// pick returns one of the list.
func pick[E any](d *dice, list []E) E { return list[d.upTo(len(list))] }

// early returns one of the list, the sooner the earlier it stands there: what
// comes last is rare, so that a test has words that training hardly showed.
func early[E any](d *dice, list []E) E { return list[min(d.upTo(len(list)), d.upTo(len(list)))] }

// two returns two different members of the list.
func two[E any](d *dice, list []E) (E, E) {
	i := d.upTo(len(list))
	j := d.upTo(len(list) - 1)
	if j >= i {
		j++
	}
	return list[i], list[j]
}

// other returns a member of the list that is not e.
func other[E comparable](d *dice, list []E, e E) E {
	for {
		if o := pick(d, list); o != e {
			return o
		}
	}
}

// shuffle reorders the list.
func shuffle[E any](d *dice, list []E) {
	for i := len(list) - 1; i > 0; i-- {
		j := d.upTo(i + 1)
		list[i], list[j] = list[j], list[i]
	}
}
