// Package splitmix draws numbers that are a function of a counter alone, by
// SplitMix64 (Steele, Lea, Flood 2014).
package splitmix

import "math"

// Step is what a generator's state grows by at each draw.
const Step = 0x9e3779b97f4a7c15

// Mix is one step: what a generator with state z gives next.
func Mix(z uint64) uint64 { return Finish(z + Step) }

// Finish turns a state into the number that is drawn.
func Finish(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// Key joins a seed and counters into the state that a draw starts from.
func Key(seed uint64, counters ...uint64) uint64 {
	for _, c := range counters {
		seed = Mix(seed ^ Mix(c))
	}
	return seed
}

// Unit returns the draw of state z as a number in [0, 1), of 53 bits.
func Unit(z uint64) float64 { return float64(Mix(z)>>11) / (1 << 53) }

// Gumbel returns the draw of state z as a Gumbel number: the largest of logits
// plus Gumbel numbers is a sample of their softmax.
func Gumbel(z uint64) float64 {
	return -math.Log(-math.Log((float64(Mix(z)>>12) + 0.5) / (1 << 52)))
}
