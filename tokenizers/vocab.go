package tokenizers

import (
	"fmt"
	"maps"
	"slices"
)

// vocab is the two-way table of a model's tokens. An id without a token (a hole)
// has the empty string.
type vocab struct {
	tokens []string
	ids    map[string]int32
}

func newVocab(n int) *vocab {
	return &vocab{tokens: make([]string, 0, n), ids: make(map[string]int32, n)}
}

// set gives token the id; a later id for the same token replaces the earlier,
// as in the dictionaries of the reference.
func (v *vocab) set(token string, id int32) {
	for int(id) >= len(v.tokens) {
		v.tokens = append(v.tokens, "")
	}
	v.tokens[id] = token
	v.ids[token] = id
}

// add returns token's id, a new one at the end if it has none.
func (v *vocab) add(token string) int32 {
	if id, ok := v.ids[token]; ok {
		return id
	}
	id := int32(len(v.tokens))
	v.set(token, id)
	return id
}

// id returns token's id, -1 if there is none.
func (v *vocab) id(token string) int32 {
	if id, ok := v.ids[token]; ok {
		return id
	}
	return -1
}

// place is set for an id that comes from a file; what it may cost is bounded by the
// number of tokens expected there.
func (v *vocab) place(token string, id int64, expected int) error {
	if limit := int64(4*expected + 1<<16); id < 0 || id >= limit || id > maxID {
		return fmt.Errorf("token %q: id %d: want 0 to %d", token, id, min(limit, maxID+1)-1)
	}
	v.set(token, int32(id))
	return nil
}

// clone returns a copy that shares nothing.
func (v *vocab) clone() *vocab {
	return &vocab{tokens: slices.Clone(v.tokens), ids: maps.Clone(v.ids)}
}
