package tokenizers

// trie maps strings to non-negative values, one code point an edge. Edges lie in one open-addressing
// table, so a step is a multiplication and, nearly always, one cache line.
type trie struct {
	edges []edge // its length is a power of two
	shift uint
	used  int
	nodes uint32
}

// edge leads from the node and code point in key to child; value is that of
// the string which ends there, -1 for none. A free slot has key 0.
type edge struct {
	key   uint64
	child uint32
	value int32
}

const rootNode = 1 // so that no key is 0

// newTrie returns an empty trie with room for about n edges.
func newTrie(n int) *trie {
	t := &trie{nodes: rootNode}
	size, bits := 16, uint(4)
	for size*2 < n*3 {
		size, bits = size*2, bits+1
	}
	t.edges, t.shift = make([]edge, size), 64-bits
	return t
}

func edgeKey(node uint32, r rune) uint64 { return uint64(node)<<21 | uint64(r) }

func (t *trie) slot(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 >> t.shift }

// step returns the edge from node along r, nil if there is none.
func (t *trie) step(node uint32, r rune) *edge {
	key := edgeKey(node, r)
	edges := t.edges
	mask := uint64(len(edges) - 1)
	for i := t.slot(key); ; i++ {
		e := &edges[i&mask]
		if e.key == key {
			return e
		}
		if e.key == 0 {
			return nil
		}
	}
}

// insert gives s the value v, which replaces an earlier one. The empty string
// is not stored.
func (t *trie) insert(s string, v int32) {
	node := uint32(rootNode)
	var last *edge
	for _, r := range s {
		last = t.grow(node, r)
		node = last.child
	}
	if last != nil {
		last.value = v
	}
}

// grow returns the edge from node along r, made if it was not there.
func (t *trie) grow(node uint32, r rune) *edge {
	if e := t.step(node, r); e != nil {
		return e
	}
	if (t.used+1)*4 > len(t.edges)*3 {
		t.rehash()
	}
	t.nodes++
	t.used++
	e := t.free(edgeKey(node, r))
	*e = edge{edgeKey(node, r), t.nodes, -1}
	return e
}

func (t *trie) free(key uint64) *edge {
	mask := uint64(len(t.edges) - 1)
	for i := t.slot(key); ; i++ {
		if e := &t.edges[i&mask]; e.key == 0 {
			return e
		}
	}
}

func (t *trie) rehash() {
	old := t.edges
	t.edges, t.shift = make([]edge, 2*len(old)), t.shift-1
	for _, e := range old {
		if e.key != 0 {
			*t.free(e.key) = e
		}
	}
}

// value returns the value of s, -1 if there is none.
func (t *trie) value(s string) int32 {
	node, value := uint32(rootNode), int32(-1)
	for _, r := range s {
		e := t.step(node, r)
		if e == nil {
			return -1
		}
		node, value = e.child, e.value
	}
	return value
}

// node returns the node at the end of s, 0 if no string begins with s.
func (t *trie) node(s string) uint32 {
	node := uint32(rootNode)
	for _, r := range s {
		e := t.step(node, r)
		if e == nil {
			return 0
		}
		node = e.child
	}
	return node
}
