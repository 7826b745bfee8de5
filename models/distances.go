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
		return &Error{"position_embedding_type", fmt.Sprintf("%q: want absolute of a model that generates texts", c.PositionEmbeddingType)}
	}
	return nil
}

// distances are those between the tokens of a batch.
type distances struct {
	rows  []int32 // of a layer's table, from distance -zero on
	zero  int
	both  bool
	scale float32 // 0: that of the content's scores
}

// distancesOf returns the distances in a batch, nil where positions are absolute.
func (c *Config) distancesOf(in *Batch) *distances {
	if !c.relative() {
		return nil
	}
	d := &distances{both: c.PositionEmbeddingType == relativeKeyQuery}
	for s := range in.Sequences() {
		d.zero = max(d.zero, in.Len(s)-1)
	}
	for i := range 2*d.zero + 1 {
		d.rows = append(d.rows, int32(i-d.zero+c.MaxPositionEmbeddings-1))
	}
	return d
}

// of is how a layer with the given table uses them; at are the queries'
// positions, nil for all.
func (d *distances) of(table *nn.Param, at []int32) ops.DistanceSpec {
	s := ops.DistanceSpec{ByQuery: table, Rows: d.rows, Zero: d.zero, At: at, Scale: d.scale}
	if d.both {
		s.ByKey = table
	}
	return s
}

// positions returns the rows' places in their own sequences.
func (s *subset) positions(offsets []int32) []int32 {
	at := make([]int32, len(s.rows))
	for i := range len(s.offsets) - 1 {
		for r := s.offsets[i]; r < s.offsets[i+1]; r++ {
			at[r] = s.rows[r] - offsets[i]
		}
	}
	return at
}
