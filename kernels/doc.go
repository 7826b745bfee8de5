// Package kernels holds the loops that training spends its time in, in float32:
// matrix products, softmax, layer norm, activations, dropout and the optimizer's
// update, on plain slices; matrix products in bfloat16 too. It knows nothing of
// spago, models or tasks.
//
// Every result is a function of the arguments alone: work is split over rows,
// columns and fixed chunks, never over the inner dimension of a sum, so any
// number of threads gives the same bytes.
package kernels

//go:generate go run ./gen
