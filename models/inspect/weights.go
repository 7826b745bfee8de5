package inspect

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/models/weights"
)

func (r *Report) checkWeights(dir string, c *hf.Config) {
	w, err := hf.OpenWeights(dir)
	if err != nil {
		r.fault(err)
		return
	}
	defer w.Close()
	r.checkValues(w)
	head, err := models.HeadOf(&c.Config)
	if err != nil { // a base model without a head: as a task would open it
		if head = (models.Head{Kind: models.SequenceHead, Labels: 2}); c.ModelType == "encoder-decoder" {
			head.Kind = models.CausalLMHead
		}
	}
	r.Head = string(head.Kind)
	m, fit, err := models.Inspect(c.Config, head, w)
	if err != nil {
		r.fault(err)
		return
	}
	r.Drawn, r.Missing, r.Unexpected = fit.Drawn, fit.Missing, fit.Unexpected
	if len(fit.Missing) > 0 {
		r.fault(&weights.MissingError{Names: fit.Missing})
	}
	for _, s := range fit.Shapes {
		r.Odd = append(r.Odd, s.Error())
	}
	if n := len(fit.Shapes); n > 0 {
		r.fault(fmt.Errorf("%d tensors are not of the shape that config.json gives them, %s first", n, fit.Shapes[0].Name))
	}
	r.Parameters = models.Count(m.Params())
	r.WeightsMB = float64(4*r.Parameters) / 1e6
	r.FineTuneMB = 4*r.WeightsMB + activationsMB(&c.Config) + programMB
}

// checkValues reads every tensor of the file, those without a use too.
func (r *Report) checkValues(w *hf.Weights) {
	var buf []float32
	broken, first := 0, ""
	for _, name := range w.Names() {
		shape := w.Shape(name)
		size := 1
		for _, d := range shape {
			size *= d
		}
		buf = slices.Grow(buf[:0], size)[:size]
		if err := w.Read(name, buf); err != nil {
			r.fault(err)
			continue
		}
		bad, what := oddValues(buf, len(shape) > 1 && !strings.Contains(name, "token_type_embeddings"))
		if what != "" {
			r.Odd = append(r.Odd, name+": "+what)
		}
		if bad {
			if broken++; first == "" {
				first = name
			}
		}
	}
	if broken > 0 {
		r.fault(fmt.Errorf("%d tensors hold values that are NaN or infinite, %s first", broken, first))
	}
}

// oddValues says what of a tensor's values can't be right, and whether they are
// not finite. A matrix can't be all the same value either.
func oddValues(x []float32, matrix bool) (broken bool, what string) {
	const large = 1e4
	nan, inf, same := 0, 0, 0
	var most float64
	for _, v := range x {
		switch a := math.Abs(float64(v)); {
		case a != a:
			nan++
		case math.IsInf(a, 0):
			inf++
		default:
			most = max(most, a)
		}
		if v == x[0] {
			same++
		}
	}
	switch {
	case nan+inf > 0:
		return true, fmt.Sprintf("%d of %d values are not finite (%d NaN, %d infinite)", nan+inf, len(x), nan, inf)
	case matrix && same == len(x) && len(x) > 64:
		return false, fmt.Sprintf("all %d values are %v", len(x), x[0])
	case most > large:
		return false, fmt.Sprintf("a value of %.3g", most)
	}
	return false, ""
}
