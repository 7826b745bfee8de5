package trainers

// order returns the order in which an epoch, counted from 0, visits n examples:
// a permutation drawn from the seed and the epoch alone, so that a resumed run
// needs no generator's state, or file order without shuffle.
func order(n, epoch int, seed uint64, shuffle bool) []int {
	idx := make([]int, n)
	for i := range idx {
		idx[i] = i
	}
	if !shuffle {
		return idx
	}
	key := mix(seed ^ mix(uint64(epoch)))
	for i := n - 1; i > 0; i-- { // Fisher and Yates
		key = mix(key)
		j := int(key % uint64(i+1)) // the bias is below n/2^64
		idx[i], idx[j] = idx[j], idx[i]
	}
	return idx
}

// mix is one step of SplitMix64 (Steele, Lea, Flood 2014).
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
