package kernels

// Finite tells whether x holds neither a NaN nor an infinity, on the calling
// goroutine. It reads at the rate of the nearest cache, so it costs next to
// nothing on what has just been written.
func Finite(x []float32) bool {
	n := 0
	if l := chosen.loops; l != nil {
		if n = l.whole(len(x)); n > 0 {
			with := spareLanes.Get().(*lanes)
			l.nonFinite(&x[0], n, &with[0])
			sum := joined(with[:l.lanes])
			spareLanes.Put(with)
			if sum != 0 {
				return false
			}
		}
	}
	return finiteGo(x[n:])
}

// finiteGo is Finite in plain Go: x·0 is 0 for every number that is finite.
func finiteGo(x []float32) bool {
	var sum float32
	for _, v := range x {
		sum += v * 0
	}
	return sum == 0
}
