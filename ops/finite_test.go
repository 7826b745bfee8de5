package ops

import (
	"errors"
	"math"
	"testing"

	"github.com/nlpodyssey/spago/nn"
)

func TestFinite(t *testing.T) {
	p := randomParam(300, 70, 1)
	if !Finite(p) {
		t.Error("a random parameter is said not to be finite")
	}
	for _, at := range []int{0, 16383, 16384, 20999} {
		for _, v := range []float32{float32(math.NaN()), float32(math.Inf(-1))} {
			data := Of(p).Floats()
			old := data[at]
			data[at] = v
			if Finite(p) {
				t.Errorf("%v at %d was not seen", v, at)
			}
			data[at] = old
		}
	}
}

func TestOptimizeAllNamesTheFirstBrokenParameter(t *testing.T) {
	nan := float32(math.NaN())
	for _, sparse := range []bool{false, true} {
		params := []*nn.Param{randomParam(40, 500, 1), randomParam(7, 4, 2), randomParam(60, 400, 3)}
		LayOutGradients(params)
		o := AdamW{Beta1: 0.9, Beta2: 0.999, Eps: 1e-8, LR: 0.01, Step: 1, Scale: 1, Decay: func(*nn.Param) float64 { return 0 }}
		for i, p := range params {
			g := numbers(Of(p).Size(), uint64(i))
			var rows []int32
			if sparse {
				rows = []int32{1, 3}
			}
			SetGradient(p, g, rows)
		}
		if err := o.OptimizeAll(params); err != nil {
			t.Fatalf("sparse=%v: %v", sparse, err)
		}
		for _, i := range []int{1, 2} {
			GradientOf(params[i]).Values[Of(params[i]).Cols()] = nan // of row 1
		}
		var broken *NotFiniteError
		if err := o.OptimizeAll(params); !errors.As(err, &broken) || broken.Param != params[1] {
			t.Errorf("sparse=%v: %v, want the second parameter named", sparse, err)
		}
		if Finite(params[2]) {
			t.Errorf("sparse=%v: the third parameter was not updated", sparse)
		}
	}
}
