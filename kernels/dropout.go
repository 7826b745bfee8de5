package kernels

// Dropper draws dropout decisions from a counter: whether element i is kept is
// a function of Seed, Step, Site and i alone, so neither the number of threads
// nor the order of the work changes it, and backward can draw them again.
type Dropper struct {
	Seed uint64
	Step uint64 // the optimizer step, accumulation parts counted apart
	Site uint64 // which dropout of the graph
	P    float32
}

// Apply writes x times 0 or 1/(1-P) to y; i counts from base. y may be x. With P <= 0 it
// copies. It runs on the calling goroutine.
func (d Dropper) Apply(y, x []float32, base int) {
	if d.P <= 0 {
		copy(y, x)
		return
	}
	key := mix64(d.Seed ^ mix64(d.Step^mix64(d.Site+0x9e3779b97f4a7c15)))
	limit := uint32(float64(d.P) * (1 << 32))
	scale := 1 / (1 - d.P)
	for i, v := range x {
		if uint32(mix64(key+uint64(base+i))>>32) < limit {
			y[i] = 0
		} else {
			y[i] = v * scale
		}
	}
}

// Drop is Apply over the whole of x on the pool, from element 0.
func (d Dropper) Drop(y, x []float32) {
	each(len(x), func(lo, hi int) { d.Apply(y[lo:hi], x[lo:hi], lo) })
}

// mix64 is the finaliser of SplitMix64 (Steele, Lea, Flood 2014).
func mix64(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
