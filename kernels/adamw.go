package kernels

import "math"

// AdamW is the update of transformers' classic AdamW (before version 5): eps is
// added before the bias correction, and the decay comes after the update.
type AdamW struct {
	LR, Beta1, Beta2, Eps, WeightDecay float64
	Step                               int     // from 1
	Scale                              float32 // every gradient is multiplied by it first: the clipping
}

// AdamWFactors are what all elements of an update have in common.
type AdamWFactors [8]float32

// Factors returns size, β1, β2, 1-β1, 1-β2, eps, decay and scale.
func (o AdamW) Factors() AdamWFactors {
	size := float32(o.LR * math.Sqrt(1-math.Pow(o.Beta2, float64(o.Step))) / (1 - math.Pow(o.Beta1, float64(o.Step))))
	return AdamWFactors{size, float32(o.Beta1), float32(o.Beta2), float32(1 - o.Beta1), float32(1 - o.Beta2),
		float32(o.Eps), float32(o.LR * o.WeightDecay), o.Scale}
}

// Rescale multiplies every gradient by one more number.
func (f *AdamWFactors) Rescale(by float32) { f[7] *= by }

// Update changes p and its moments m and v by the gradient g, elementwise, on
// the calling goroutine:
//
//	m = β1·m + (1-β1)·g, v = β2·v + (1-β2)·g²
//	p -= LR·√(1-β2^t)/(1-β1^t) · m/(√v + Eps), then p -= LR·WeightDecay·p
func (f *AdamWFactors) Update(p, m, v, g []float32) {
	if l := chosen.loops; l != nil {
		l.adamw4(p, m, v, g, f)
		return
	}
	adamwGo(p, m, v, g, f)
}

// UpdateRows is Update of the given rows alone, ascending, cols wide. A processor can't
// guess which comes next, so the rows behind are asked for.
func (f *AdamWFactors) UpdateRows(p, m, v, g []float32, cols int, rows []int32) {
	ask := chosen.tile.prefetch
	for len(rows) > 0 { // neighbours go together
		n := 1
		for n < len(rows) && rows[n] == rows[0]+int32(n) {
			n++
		}
		if n < len(rows) && ask != nil {
			next := int(rows[n]) * cols
			for _, x := range [][]float32{p, m, v, g} {
				ask(&x[next], 0, 1, 4*cols)
			}
		}
		lo, hi := int(rows[0])*cols, (int(rows[0])+n)*cols
		f.Update(p[lo:hi], m[lo:hi], v[lo:hi], g[lo:hi])
		rows = rows[n:]
	}
}

// adamwGo is Update in plain Go.
func adamwGo(p, m, v, g []float32, with *AdamWFactors) {
	size, b1, b2, c1, c2, eps, decay, scale := with[0], with[1], with[2], with[3], with[4], with[5], with[6], with[7]
	for i, gi := range g {
		gi *= scale
		m[i] = b1*m[i] + c1*gi
		v[i] = b2*v[i] + c2*gi*gi
		x := p[i] - size*m[i]/(float32(math.Sqrt(float64(v[i])))+eps)
		p[i] = x - decay*x
	}
}
