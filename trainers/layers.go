package trainers

import (
	"fmt"
	"math"
	"strings"

	"github.com/nlpodyssey/spago/nn"
)

// layerOf returns the name of the layer that a parameter belongs to: its name up
// to the last part that is a number, with the model's own before it; no name for
// one that belongs to none.
func layerOf(name string) string {
	parts := strings.Split(name, ".")
	for i := len(parts) - 1; i >= 0; i-- {
		if parts[i] != "" && strings.Trim(parts[i], "0123456789") == "" {
			return strings.Join(parts[:i+1], ".")
		}
	}
	return ""
}

// depths returns how deep each parameter lies: 0 below the first layer, then the
// number of its layer from 1, and on top of the last layer one more. Parameters
// come in the order of the network.
func (t *Trainer) depths() (depths []int, layers int) {
	seen := map[string]int{}
	last := 0
	for i, p := range t.params {
		if l := layerOf(p.Name); l != "" {
			if seen[l] == 0 {
				seen[l] = len(seen) + 1
			}
			last = i
		}
	}
	depths = make([]int, len(t.params))
	for i, p := range t.params {
		switch d := seen[layerOf(p.Name)]; {
		case d > 0:
			depths[i] = d
		case strings.Contains(p.Name, "embeddings"): // wherever they come: a decoder's, those of distances
			depths[i] = 0
		case i > last:
			depths[i] = len(seen) + 1
		case i > 0:
			depths[i] = depths[i-1] // between layers
		}
	}
	return depths, len(seen)
}

// layerRates returns what each parameter's learning rate is of the step's: 1 on
// top, and times the decay for each layer down.
func (t *Trainer) layerRates() []float64 {
	depths, layers := t.depths()
	rates := make([]float64, len(depths))
	for i, d := range depths {
		if rates[i] = 1; t.opt.LayerwiseDecay > 0 {
			rates[i] = math.Pow(t.opt.LayerwiseDecay, float64(layers+1-d))
		}
	}
	return rates
}

// freeze takes the frozen parameters out of the training. thaw puts them back as
// they were: some models have parameters that never change.
func (t *Trainer) freeze() (thaw func(), err error) {
	depths, layers := t.depths()
	f := t.opt.Freeze
	if f.Layers > layers {
		return nil, fmt.Errorf("freeze: %d layers of the model's %d", f.Layers, layers)
	}
	var frozen []*nn.Param
	for i, p := range t.weights {
		if (f.Embeddings || f.Layers > 0) && depths[i] <= f.Layers && p.RequiresGrad() {
			p.SetRequiresGrad(false)
			frozen = append(frozen, p)
		}
	}
	return func() {
		for _, p := range frozen {
			p.SetRequiresGrad(true)
		}
	}, nil
}
