package trainers

import "github.com/lmkor/bench/internal/splitmix"

// Order returns the order in which an epoch, counted from 0, visits n examples:
// a permutation drawn from the seed and the epoch alone, so that a resumed run
// needs no generator's state, or file order without shuffle.
func Order(n, epoch int, seed uint64, shuffle bool) []int {
	idx := make([]int, n)
	for i := range idx {
		idx[i] = i
	}
	if !shuffle {
		return idx
	}
	key := splitmix.Mix(seed ^ splitmix.Mix(uint64(epoch)))
	for i := n - 1; i > 0; i-- { // Fisher and Yates
		key = splitmix.Mix(key)
		j := int(key % uint64(i+1)) // the bias is below n/2^64
		idx[i], idx[j] = idx[j], idx[i]
	}
	return idx
}
