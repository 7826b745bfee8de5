// Package vulkan is the backend of a GPU: calls become launches of compute shaders
// that Vulkan runs. Memory is lent as the CPU's arena lends it; launches are
// recorded, with barriers where one touches what another wrote, and submitted in
// pieces, so that the device runs while the next ones are recorded. There are no
// atomics on floats and no sums whose order is not fixed: the same device, driver
// and program give the same bytes.
//
// A call is a case of one of the functions runMoves, runMath and runAttention, and
// a method that records launches: see launch.
package vulkan

//go:generate go run ./gen
