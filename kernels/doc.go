// Package kernels holds the float32 loops that training spends its time in:
// matrix products, softmax, layer norm, activations, dropout and the optimizer's
// update, on plain slices. It knows nothing of spago, models or tasks.
//
// Every result is a function of the arguments alone: work is split over rows,
// columns and fixed chunks, never over the inner dimension of a sum, so any
// number of threads gives the same bytes.
package kernels

//go:generate go run ./gen
