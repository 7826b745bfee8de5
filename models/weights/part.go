package weights

import (
	"slices"
	"strings"
)

// Part returns the tensors of src whose names begin with one of prefixes, under what
// is behind it; of two of one name that of the earlier prefix. Names that contain
// without are left out.
func Part(src Source, prefixes []string, without string) Source {
	p := part{Source: src, names: map[string]string{}}
	for _, prefix := range prefixes {
		for _, n := range src.Names() {
			rest, ok := strings.CutPrefix(n, prefix)
			if !ok || strings.Contains(n, without) {
				continue
			}
			if _, twice := p.names[rest]; !twice {
				p.names[rest] = n
			}
		}
	}
	return p
}

// part is a source of some tensors of another, under names of its own.
type part struct {
	Source
	names map[string]string // in the other, by the name here
}

func (p part) Names() []string {
	var all []string
	for n := range p.names {
		all = append(all, n)
	}
	slices.Sort(all)
	return all
}

func (p part) Shape(name string) []int { return p.Source.Shape(p.names[name]) }

func (p part) Read(name string, dst []float32) error { return p.Source.Read(p.names[name], dst) }
