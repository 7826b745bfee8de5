package metrics

// Bin is the answers of about one confidence.
type Bin struct {
	N          int
	Confidence float64 // mean
	Accuracy   float64 // share answered right
}

// Calibration sorts answers into bins of equal width by the probability that
// each was given, from 0 to 1, and returns those that hold any and the expected
// calibration error (Naeini 2015): the mean distance of confidence from accuracy,
// weighted by the answers; false without answers.
func Calibration(confidence []float32, right []bool, bins int) (all []Bin, ece float64, ok bool) {
	sums := make([]Bin, bins)
	n := 0
	for i, c := range confidence {
		if !(c >= 0 && c <= 1) { // NaN: the file has none
			continue
		}
		b := &sums[min(bins-1, int(float64(c)*float64(bins)))]
		b.N++
		b.Confidence += float64(c)
		if right[i] {
			b.Accuracy++
		}
		n++
	}
	for _, b := range sums {
		if b.N == 0 {
			continue
		}
		b.Confidence /= float64(b.N)
		b.Accuracy /= float64(b.N)
		d := b.Confidence - b.Accuracy
		ece += max(d, -d) * float64(b.N) / float64(n)
		all = append(all, b)
	}
	return all, ece, n > 0
}
