package metrics

import "slices"

// Tags is a tagging sample: sentences of words.
type Tags struct {
	kept, full []entityCounts // of every sentence: over the words kept, over all
	exact      []bool
}

// NewTags returns a tagging sample. kept[i] is how many of sentence i's words
// reached the model; the words behind them leave the gold of precision, recall
// and F1, and count as predicted O in F1FullGold, whatever pred holds there.
// A nil kept keeps all. It panics if numbers of sentences or words differ.
func NewTags(gold, pred [][]string, kept []int) *Tags {
	checkSentences(gold, pred)
	s := &Tags{make([]entityCounts, len(gold)), make([]entityCounts, len(gold)), make([]bool, len(gold))}
	for i, g := range gold {
		p := pred[i]
		if kept == nil || kept[i] >= len(g) {
			s.kept[i] = countEntities(g, p)
			s.full[i] = s.kept[i]
		} else {
			p = slices.Clone(p)
			for j := kept[i]; j < len(p); j++ {
				p[j] = "O"
			}
			s.kept[i] = countEntities(g[:kept[i]], p[:kept[i]])
			s.full[i] = countEntities(g, p)
		}
		s.exact[i] = slices.Equal(g, p)
	}
	return s
}

func (s *Tags) Len() int       { return len(s.kept) }
func (s *Tags) Scores() Scores { return scoresOf(s) }
func (s *Tags) names() []Name  { return []Name{Precision, Recall, F1, F1FullGold} }

// right is true for sentences whose every word has its gold tag: words of one
// sentence are not independent, sentences are.
func (s *Tags) right() []bool { return s.exact }

func (s *Tags) rows(n Name) []entityCounts {
	if n == F1FullGold {
		return s.full
	}
	return s.kept
}

// score returns 0 for a ratio of 0 to 0, as seqeval does.
func (c entityCounts) score(n Name) float64 {
	s := scoreOf(c.hit, c.pred, c.gold)
	switch n {
	case Precision:
		return s.Precision
	case Recall:
		return s.Recall
	case F1, F1FullGold:
		return s.F1
	}
	panic("metrics: no tagging score " + string(n))
}

func (s *Tags) weighted(n Name) func([]uint32) (float64, bool) {
	if !has(s, n) {
		return nil
	}
	rows := s.rows(n)
	return func(w []uint32) (float64, bool) {
		var sum entityCounts
		for i, c := range rows {
			k := int(w[i])
			sum.hit += k * c.hit
			sum.pred += k * c.pred
			sum.gold += k * c.gold
		}
		return sum.score(n), len(rows) > 0
	}
}

func (s *Tags) swapped(other Sample, n Name) func(stream) (float64, float64, bool) {
	mine, theirs := s.rows(n), other.(*Tags).rows(n)
	var base entityCounts
	var differ [][2]entityCounts
	for i, c := range mine {
		if c == theirs[i] {
			base = base.plus(c)
		} else {
			differ = append(differ, [2]entityCounts{c, theirs[i]})
		}
	}
	return func(st stream) (float64, float64, bool) {
		a, b := base, base
		c := coins{stream: st}
		for i, d := range differ {
			if c.at(i) {
				d[0], d[1] = d[1], d[0]
			}
			a, b = a.plus(d[0]), b.plus(d[1])
		}
		return a.score(n), b.score(n), true
	}
}
