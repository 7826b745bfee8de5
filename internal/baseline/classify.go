package baseline

import (
	"fmt"
	"math"
)

// Classifier is a logistic regression on counts of words.
type Classifier struct{ linear *Linear }

// Classify fits a classifier to texts and their labels, from 0. The same input
// gives the same classifier.
func Classify(texts []Text, labels []int, o Options) *Classifier {
	if len(texts) != len(labels) {
		panic(fmt.Sprintf("baseline: %d texts with %d labels", len(texts), len(labels)))
	}
	classes := 1
	for _, l := range labels {
		classes = max(classes, l+1)
	}
	return &Classifier{fit(texts, classes, o, func(n int, scores []float64) {
		softmax(scores)
		scores[labels[n]]--
	})}
}

// Predict returns the label with the highest score, the smallest on a tie.
func (c *Classifier) Predict(t Text) int {
	scores := make([]float64, c.linear.outputs)
	c.linear.scores(c.linear.words.indices(t), scores)
	best := 0
	for l, s := range scores {
		if s > scores[best] {
			best = l
		}
	}
	return best
}

// softmax turns scores into probabilities.
func softmax(x []float64) {
	top := math.Inf(-1)
	for _, v := range x {
		top = max(top, v)
	}
	sum := 0.0
	for i, v := range x {
		x[i] = math.Exp(v - top)
		sum += x[i]
	}
	for i := range x {
		x[i] /= sum
	}
}

// Regressor is a least-squares regression on counts of words.
type Regressor struct{ linear *Linear }

// Regress fits a regressor to texts and their scores.
func Regress(texts []Text, scores []float64, o Options) *Regressor {
	if len(texts) != len(scores) {
		panic(fmt.Sprintf("baseline: %d texts with %d scores", len(texts), len(scores)))
	}
	return &Regressor{fit(texts, 1, o, func(n int, out []float64) { out[0] -= scores[n] })}
}

// Predict returns a score.
func (r *Regressor) Predict(t Text) float64 {
	var out [1]float64
	r.linear.scores(r.linear.words.indices(t), out[:])
	return out[0]
}
