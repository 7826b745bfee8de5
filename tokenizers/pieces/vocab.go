package pieces

import (
	"fmt"
	"maps"
	"slices"
)

// Vocab is the two-way table of a model's tokens. An id without a token (a hole)
// has the empty string.
type Vocab struct {
	Tokens []string
	IDs    map[string]int32
}

func NewVocab(n int) *Vocab {
	return &Vocab{Tokens: make([]string, 0, n), IDs: make(map[string]int32, n)}
}

// Set gives token the id; a later id for the same token replaces the earlier,
// as in the dictionaries of the reference.
func (v *Vocab) Set(token string, id int32) {
	for int(id) >= len(v.Tokens) {
		v.Tokens = append(v.Tokens, "")
	}
	v.Tokens[id] = token
	v.IDs[token] = id
}

// Add returns token's id, a new one at the end if it has none.
func (v *Vocab) Add(token string) int32 {
	if id, ok := v.IDs[token]; ok {
		return id
	}
	id := int32(len(v.Tokens))
	v.Set(token, id)
	return id
}

// ID returns token's id, -1 if there is none.
func (v *Vocab) ID(token string) int32 {
	if id, ok := v.IDs[token]; ok {
		return id
	}
	return -1
}

// Place is set for an id that comes from a file; what it may cost is bounded by the
// number of tokens expected there.
func (v *Vocab) Place(token string, id int64, expected int) error {
	if limit := int64(4*expected + 1<<16); id < 0 || id >= limit || id > MaxID {
		return fmt.Errorf("token %q: id %d: want 0 to %d", token, id, min(limit, MaxID+1)-1)
	}
	v.Set(token, int32(id))
	return nil
}

// Clone returns a copy that shares nothing.
func (v *Vocab) Clone() *Vocab {
	return &Vocab{Tokens: slices.Clone(v.Tokens), IDs: maps.Clone(v.IDs)}
}

// MaxID bounds ids, so that a file can't ask for more memory than a vocabulary needs.
const MaxID = 1<<24 - 1
