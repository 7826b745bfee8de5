package metrics

import (
	"slices"
	"strings"
)

// Mode says which tags begin an entity.
type Mode int

const (
	// Lenient is seqeval's default: a B, an I after O or at the start, and any
	// change of type begin an entity.
	Lenient Mode = iota
	// Strict is IOB2: only a B begins an entity; an I that continues none
	// belongs to none.
	Strict
)

// Entity is a run of words of one type.
type Entity struct {
	Type        string
	First, Last int // words, both included
}

// Entities reads the entities of one sentence's tags. Tags are "O", or a type
// with B or I behind it ("PER-B") or before it ("B-PER"); anything else counts
// as O.
func Entities(tags []string, mode Mode) []Entity {
	var all []Entity
	open := false // whether the last entity may go on
	for i, tag := range tags {
		typ, letter := splitTag(tag)
		switch {
		case letter == 0:
			open = false
		case letter == 'I' && open && all[len(all)-1].Type == typ:
			all[len(all)-1].Last = i
		case letter == 'B' || mode == Lenient:
			all = append(all, Entity{typ, i, i})
			open = true
		default: // an I without its B
			open = false
		}
	}
	return all
}

// TagType returns the type of the entity that a tag is of, "" for none.
func TagType(tag string) string {
	typ, _ := splitTag(tag)
	return typ
}

// splitTag returns a tag's type and letter, B or I; 0 for outside.
func splitTag(tag string) (typ string, letter byte) {
	if n := len(tag); n > 2 {
		if tag[n-2] == '-' && (tag[n-1] == 'B' || tag[n-1] == 'I') {
			return tag[:n-2], tag[n-1]
		}
		if strings.HasPrefix(tag, "B-") || strings.HasPrefix(tag, "I-") {
			return tag[2:], tag[0]
		}
	}
	return "", 0
}

// EntityReport holds entity scores by type and over all.
type EntityReport struct {
	Types    []TypeScore // sorted by type; those that occur in gold or predictions
	Micro    ClassScore  // over all entities
	Macro    *ClassScore // mean over types; nil without any
	Weighted ClassScore  // mean over types, weighted by support
}

// TypeScore holds the scores of one entity type.
type TypeScore struct {
	Type string `json:"type"`
	ClassScore
}

// NewEntityReport compares the entities of gold and pred, sentence by
// sentence. It panics if the number or lengths of sentences differ.
func NewEntityReport(gold, pred [][]string, mode Mode) EntityReport {
	checkSentences(gold, pred)
	c := NewEntityCounter(mode)
	for i := range gold {
		c.Add(gold[i], pred[i])
	}
	return c.Report()
}

// EntityCounter counts entities by type, sentence by sentence.
type EntityCounter struct {
	mode   Mode
	byType map[string]*entityCounts
}

// NewEntityCounter returns a counter of no sentences.
func NewEntityCounter(mode Mode) *EntityCounter {
	return &EntityCounter{mode, map[string]*entityCounts{}}
}

func (c *EntityCounter) of(typ string) *entityCounts {
	n := c.byType[typ]
	if n == nil {
		n = &entityCounts{}
		c.byType[strings.Clone(typ)] = n
	}
	return n
}

// Add counts a sentence's gold and predicted tags, as many.
func (c *EntityCounter) Add(gold, pred []string) {
	g, p := Entities(gold, c.mode), Entities(pred, c.mode)
	for _, e := range g {
		c.of(e.Type).gold++
	}
	for _, e := range p {
		c.of(e.Type).pred++
	}
	for _, e := range common(g, p) {
		c.of(e.Type).hit++
	}
}

// Report returns the scores of what was counted.
func (c *EntityCounter) Report() EntityReport { return reportOf(c.byType) }

func reportOf(byType map[string]*entityCounts) EntityReport {
	var r EntityReport
	var all entityCounts
	var macro, weighted ClassScore
	types := make([]string, 0, len(byType))
	for t := range byType {
		types = append(types, t)
	}
	slices.Sort(types)
	for _, t := range types {
		c := *byType[t]
		s := c.score()
		r.Types = append(r.Types, TypeScore{t, s})
		all = all.plus(c)
		macro = macro.plus(s, 1)
		weighted = weighted.plus(s, float64(s.Support))
	}
	r.Micro = all.score()
	if n := len(types); n > 0 {
		m := macro.over(float64(n))
		m.Support = int(all.gold)
		r.Macro = &m
	}
	if all.gold > 0 {
		r.Weighted = weighted.over(float64(all.gold))
	}
	r.Weighted.Support = int(all.gold)
	return r
}

func (s ClassScore) plus(t ClassScore, weight float64) ClassScore {
	s.Precision += float64(t.Precision * weight)
	s.Recall += float64(t.Recall * weight)
	s.F1 += float64(t.F1 * weight)
	return s
}

func (s ClassScore) over(n float64) ClassScore {
	return ClassScore{Precision: s.Precision / n, Recall: s.Recall / n, F1: s.F1 / n}
}

// entityCounts are one sentence's, type's or set's entities: what precision,
// recall and F1 are functions of.
type entityCounts struct{ hit, pred, gold int32 }

func (c entityCounts) plus(d entityCounts) entityCounts {
	return entityCounts{c.hit + d.hit, c.pred + d.pred, c.gold + d.gold}
}

func (c entityCounts) score() ClassScore { return scoreOf(int(c.hit), int(c.pred), int(c.gold)) }

// countEntities compares one sentence's tags.
func countEntities(gold, pred []string) entityCounts {
	g, p := Entities(gold, Lenient), Entities(pred, Lenient)
	return entityCounts{hit: int32(len(common(g, p))), pred: int32(len(p)), gold: int32(len(g))}
}

// common returns the entities that are in both lists, each sorted by First.
func common(a, b []Entity) []Entity {
	var both []Entity
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0] == b[0]:
			both = append(both, a[0])
			a, b = a[1:], b[1:]
		case a[0].First < b[0].First:
			a = a[1:]
		case a[0].First > b[0].First:
			b = b[1:]
		default:
			a, b = a[1:], b[1:]
		}
	}
	return both
}

func checkSentences(gold, pred [][]string) {
	if len(gold) != len(pred) {
		panic("metrics: gold and predictions have different numbers of sentences")
	}
	for i := range gold {
		if len(gold[i]) != len(pred[i]) {
			panic("metrics: a sentence has different numbers of gold and predicted tags")
		}
	}
}
