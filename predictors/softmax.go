package predictors

import "math"

// Softmax returns exp(x) / sum(exp(x)), computed in float64 from x less its
// largest value. A NaN or +Inf in x makes every probability NaN.
func Softmax(x []float32) []float64 {
	top := math.Inf(-1)
	for _, v := range x {
		top = max(top, float64(v))
	}
	probs := make([]float64, len(x))
	var sum float64
	for i, v := range x {
		probs[i] = math.Exp(float64(v) - top)
		sum += probs[i]
	}
	for i := range probs {
		probs[i] /= sum
	}
	return probs
}
