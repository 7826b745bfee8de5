//go:build !linux

package parallel

// beds tells that threads can't sleep in one: goroutines park.
const beds = false

type bed struct{}

func (*bed) sleep() {}

func (*bed) rouse(int, []int) {}
