package tokenizers

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
