package models

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/ops"
)

// Linear is y = x·Wᵀ + b, W [out, in]; B is nil where there is no bias.
type Linear struct {
	nn.Module
	W, B *nn.Param
}

// Forward maps x, [T, in], to act(x·Wᵀ + b), [T, out].
func (l Linear) Forward(p *ops.Pass, x mat.Tensor, act kernels.Act) mat.Tensor {
	return ops.Linear(p, x, act, []*nn.Param{l.W}, []*nn.Param{l.B})
}

// sideBySide maps x, [T, in], to the outputs of all layers, [T, out1+out2+…].
func sideBySide(p *ops.Pass, x mat.Tensor, layers ...Linear) mat.Tensor {
	ws, bs := make([]*nn.Param, len(layers)), make([]*nn.Param, len(layers))
	for i, l := range layers {
		ws[i], bs[i] = l.W, l.B
	}
	return ops.Linear(p, x, kernels.Identity, ws, bs)
}

// Norm is a layer norm.
type Norm struct {
	nn.Module
	W, B *nn.Param
	eps  float32
}

// Forward normalises the rows of x.
func (n Norm) Forward(p *ops.Pass, x mat.Tensor) mat.Tensor {
	return ops.LayerNorm(p, x, n.W, n.B, n.eps)
}

// AddForward normalises the rows of residual + dropout(x).
func (n Norm) AddForward(p *ops.Pass, x, residual mat.Tensor, dropout float64) mat.Tensor {
	return ops.AddNorm(p, x, residual, n.W, n.B, n.eps, float32(dropout))
}

// SumForward returns residual + dropout(x), and normalises its rows.
func (n Norm) SumForward(p *ops.Pass, x, residual mat.Tensor, dropout float64) (sum, normed mat.Tensor) {
	return ops.SumNorm(p, x, residual, n.W, n.B, n.eps, float32(dropout))
}

// activation returns the activation that a config names, as transformers' ACT2FN
// does but for those with parameters of their own.
func activation(field, name string) (kernels.Act, error) {
	if act, ok := kernels.ActOf(name); ok {
		return act, nil
	}
	if name == "prelu" || name == "xielu" {
		return 0, &Error{field, fmt.Sprintf("activation %q has parameters of its own: want one without", name)}
	}
	return 0, &Error{field, fmt.Sprintf("activation %q: want gelu, gelu_new, relu, silu, tanh or another of "+
		"transformers' names", name)}
}
