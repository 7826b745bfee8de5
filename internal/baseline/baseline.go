// Package baseline holds the plain classifiers that a trained model has to
// beat: the most frequent label, and a linear model on counts of words.
package baseline

import (
	"math"
	"strings"
)

// Text is what is classified: one text, or two.
type Text struct{ A, B string }

// Majority returns the label that occurs most often, the smallest of them on a
// tie. Labels are from 0; there must be one.
func Majority(labels []int) int {
	if len(labels) == 0 {
		panic("baseline: no labels")
	}
	var counts []int
	for _, l := range labels {
		for l >= len(counts) {
			counts = append(counts, 0)
		}
		counts[l]++
	}
	best := 0
	for l, n := range counts {
		if n > counts[best] {
			best = l
		}
	}
	return best
}

// Words numbers the words of training texts. A word of the second text is
// another one than the same word of the first.
type Words map[string]int

// CountWords numbers all words of the texts, in their order.
func CountWords(texts []Text) Words {
	w := Words{}
	for _, t := range texts {
		t.each(func(word string) {
			if _, ok := w[word]; !ok {
				w[word] = len(w)
			}
		})
	}
	return w
}

// each calls f with every word, lower-cased and marked by its side.
func (t Text) each(f func(word string)) {
	for i, side := range [...]string{t.A, t.B} {
		for _, word := range strings.Fields(strings.ToLower(side)) {
			f([...]string{"a:", "b:"}[i] + word)
		}
	}
}

// indices returns the numbers of the words that are known, a word that occurs
// twice twice.
func (w Words) indices(t Text) (all []int) {
	t.each(func(word string) {
		if i, ok := w[word]; ok {
			all = append(all, i)
		}
	})
	return all
}

// Options is how a Linear model is fitted. Zero fields mean 30 passes, a step
// of 0.5 and a penalty of 1e-4.
type Options struct {
	Passes  int
	Step    float64 // of AdaGrad
	Penalty float64 // half of it times the squared weights is added to the loss
}

func (o Options) orDefault() Options {
	if o.Passes == 0 {
		o.Passes = 30
	}
	if o.Step == 0 {
		o.Step = 0.5
	}
	if o.Penalty == 0 {
		o.Penalty = 1e-4
	}
	return o
}

// Linear scores a text by the sum of its words' weights.
type Linear struct {
	words   Words
	outputs int
	weights []float64 // [words+1, outputs], the last row the bias
}

// scores adds up the weights of words.
func (l *Linear) scores(words []int, out []float64) {
	copy(out, l.weights[len(l.weights)-l.outputs:])
	for _, w := range words {
		for c := range out {
			out[c] += l.weights[w*l.outputs+c]
		}
	}
}

// fit runs AdaGrad over the texts, in their order, pass by pass. grad turns the
// scores of the n-th text into the loss's gradient.
func fit(texts []Text, outputs int, o Options, grad func(n int, scores []float64)) *Linear {
	o = o.orDefault()
	words := CountWords(texts)
	l := &Linear{words: words, outputs: outputs, weights: make([]float64, (len(words)+1)*outputs)}
	squares := make([]float64, len(l.weights))
	rows := make([][]int, len(texts))
	for n, t := range texts {
		rows[n] = words.indices(t)
	}
	scores := make([]float64, outputs)
	for range o.Passes {
		for n, row := range rows {
			l.scores(row, scores)
			grad(n, scores)
			for _, w := range append([]int{len(words)}, row...) {
				for c, g := range scores {
					i := w*outputs + c
					g += o.Penalty * l.weights[i]
					squares[i] += g * g
					l.weights[i] -= o.Step * g / (math.Sqrt(squares[i]) + 1e-8)
				}
			}
		}
	}
	return l
}
