package models

import (
	"fmt"

	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/ops"
)

// Kinds of position_embedding_type. With relative ones, tokens have no vectors
// of their position: scores of attention depend on distances (Shaw et al. 2018;
// Huang et al. 2020).
const (
	relativeKey      = "relative_key"       // queries meet the vector of the distance
	relativeKeyQuery = "relative_key_query" // keys do, too
)

// relative reports whether positions are relative.
func (c *Config) relative() bool {
	return c.PositionEmbeddingType == relativeKey || c.PositionEmbeddingType == relativeKeyQuery
}

func (c *Config) checkPositions() error {
	switch t := c.PositionEmbeddingType; t {
	case "", "absolute", relativeKey, relativeKeyQuery:
		return nil
	default:
		return &Error{"position_embedding_type", fmt.Sprintf("%q: want absolute, %s or %s", t, relativeKey, relativeKeyQuery)}
	}
}

// canDecodeRelative refuses to read a text token by token with relative
// positions: transformers then takes all that it reads at once for the last token.
func (c *Config) canDecodeRelative() error {
	if c.relative() {
		return &Error{"position_embedding_type", fmt.Sprintf("%q: want absolute to generate texts", c.PositionEmbeddingType)}
	}
	return nil
}

// far returns how a layer's scores depend on the distances in a batch, multiplied
// by scale, 0 for that of the content's scores; nil where positions are absolute.
func (c *Config) far(in *Batch, scale float32) func(table *nn.Param, at []int32) ops.DistanceSpec {
	if !c.relative() {
		return nil
	}
	spec := ops.DistanceSpec{Scale: scale}
	for s := range in.Sequences() {
		spec.Zero = max(spec.Zero, in.Len(s)-1)
	}
	for i := range 2*spec.Zero + 1 {
		spec.Rows = append(spec.Rows, int32(i-spec.Zero+c.MaxPositionEmbeddings-1))
	}
	both := c.PositionEmbeddingType == relativeKeyQuery
	return func(table *nn.Param, at []int32) ops.DistanceSpec {
		s := spec
		if s.ByQuery, s.At = table, at; both {
			s.ByKey = table
		}
		return s
	}
}
