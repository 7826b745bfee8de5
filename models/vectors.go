package models

import (
	"fmt"

	"github.com/nlpodyssey/spago/mat"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/ops"
)

// Vectors returns the last layer's vectors, [R, H], of the given tokens of the
// batch, of all if nil: what transformers calls last_hidden_state. A Funnel with a
// sentence head has no vector for every token, and an encoder-decoder has two
// networks: both are an *Error.
func (m *Model) Vectors(p *ops.Pass, in *Batch, rows []int32) (mat.Tensor, error) {
	n, ok := m.net.(bodied)
	if !ok || !m.Pools(false) {
		return nil, &Error{"architectures", fmt.Sprintf("%s with a %s head has no vector for every token",
			m.Config.ModelType, m.Head.Kind)}
	}
	return n.vectors(p, in, &m.rates, rows), nil
}

// Pools reports whether the model has what Vectors returns, or with pooler what
// Pooled does.
func (m *Model) Pools(pooler bool) bool {
	s, isStacked := m.net.(*stacked)
	if isStacked {
		if f, ok := s.Body.(*funnelBody); ok && f.base {
			return false
		}
	}
	if pooler {
		if !isStacked {
			return false
		}
		_, ok := s.Head.(*pooledHead)
		return ok
	}
	_, ok := m.net.(bodied)
	return ok
}

// bodied is a network of one body, which makes vectors of tokens.
type bodied interface {
	vectors(p *ops.Pass, in *Batch, c *Config, rows []int32) mat.Tensor
}

func (n *stacked) vectors(p *ops.Pass, in *Batch, c *Config, rows []int32) mat.Tensor {
	return n.Body.forward(p, in, c, rows)
}

// Pooled returns what BERT's and ALBERT's pooler makes of each sequence's first
// token, [B, H]: transformers' pooler_output. Only models with a sentence head
// have one, others are an *Error.
func (m *Model) Pooled(p *ops.Pass, in *Batch) (mat.Tensor, error) {
	if s, ok := m.net.(*stacked); ok {
		if h, ok := s.Head.(*pooledHead); ok {
			return h.Pooler.Forward(p, s.vectors(p, in, &m.rates, in.Firsts()), kernels.Tanh), nil
		}
	}
	return nil, &Error{"architectures", fmt.Sprintf("%s with a %s head has no pooler: want a BERT or an ALBERT",
		m.Config.ModelType, m.Head.Kind)}
}
