package pieces

// Trie maps strings to non-negative values, one code point an edge. Edges lie in one open-addressing
// table, so a step is a multiplication and, nearly always, one cache line.
type Trie struct {
	edges []edge // its length is a power of two
	shift uint
	used  int
	nodes uint32
}

// edge leads from the node and code point in key to child; value is that of
// the string which ends there, -1 for none. A free slot has key 0.
type edge struct {
	key   uint64
	Child uint32
	Value int32
}

const RootNode = 1 // so that no key is 0

// NewTrie returns an empty trie with room for about n edges.
func NewTrie(n int) *Trie {
	t := &Trie{nodes: RootNode}
	size, bits := 16, uint(4)
	for size*2 < n*3 {
		size, bits = size*2, bits+1
	}
	t.edges, t.shift = make([]edge, size), 64-bits
	return t
}

func edgeKey(node uint32, r rune) uint64 { return uint64(node)<<21 | uint64(r) }

func (t *Trie) slot(key uint64) uint64 { return key * 0x9E3779B97F4A7C15 >> t.shift }

// Step returns the edge from node along r, nil if there is none.
func (t *Trie) Step(node uint32, r rune) *edge {
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

// Insert gives s the value v, which replaces an earlier one. The empty string
// is not stored.
func (t *Trie) Insert(s string, v int32) {
	node := uint32(RootNode)
	var last *edge
	for _, r := range s {
		last = t.grow(node, r)
		node = last.Child
	}
	if last != nil {
		last.Value = v
	}
}

// grow returns the edge from node along r, made if it was not there.
func (t *Trie) grow(node uint32, r rune) *edge {
	if e := t.Step(node, r); e != nil {
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

func (t *Trie) free(key uint64) *edge {
	mask := uint64(len(t.edges) - 1)
	for i := t.slot(key); ; i++ {
		if e := &t.edges[i&mask]; e.key == 0 {
			return e
		}
	}
}

func (t *Trie) rehash() {
	old := t.edges
	t.edges, t.shift = make([]edge, 2*len(old)), t.shift-1
	for _, e := range old {
		if e.key != 0 {
			*t.free(e.key) = e
		}
	}
}

// Value returns the value of s, -1 if there is none.
func (t *Trie) Value(s string) int32 {
	node, value := uint32(RootNode), int32(-1)
	for _, r := range s {
		e := t.Step(node, r)
		if e == nil {
			return -1
		}
		node, value = e.Child, e.Value
	}
	return value
}

// node returns the node at the end of s, 0 if no string begins with s.
func (t *Trie) node(s string) uint32 {
	node := uint32(RootNode)
	for _, r := range s {
		e := t.Step(node, r)
		if e == nil {
			return 0
		}
		node = e.Child
	}
	return node
}
