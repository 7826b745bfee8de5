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
	s := &Tags{}
	for i, g := range gold {
		n := len(g)
		if kept != nil {
			n = min(n, kept[i])
		}
		s.Add(g, pred[i], n)
	}
	return s
}

// Add appends a sentence of which the first kept words reached the model, as
// NewTags does; the sample keeps no reference to it.
func (s *Tags) Add(gold, pred []string, kept int) {
	counts := countEntities(gold[:kept], pred[:kept])
	full := counts
	if kept < len(gold) {
		pred = slices.Clone(pred)
		for j := kept; j < len(pred); j++ {
			pred[j] = "O"
		}
		full = countEntities(gold, pred)
	}
	s.kept, s.full = append(s.kept, counts), append(s.full, full)
	s.exact = append(s.exact, slices.Equal(gold, pred))
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

// named returns score n, 0 for a ratio of 0 to 0, as seqeval does.
func (c entitySums) named(n Name) float64 {
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
		var sum entitySums
		for i, c := range rows {
			sum.add(c, int(w[i]))
		}
		return sum.named(n), len(rows) > 0
	}
}

func (s *Tags) swapped(other Sample, n Name) func(stream) (float64, float64, bool) {
	mine, theirs := s.rows(n), other.(*Tags).rows(n)
	var base entitySums
	var differ [][2]entityCounts
	for i, c := range mine {
		if c == theirs[i] {
			base.add(c, 1)
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
			a.add(d[0], 1)
			b.add(d[1], 1)
		}
		return a.named(n), b.named(n), true
	}
}

// entitySums are entityCounts of a whole set.
type entitySums struct{ hit, pred, gold int }

// add adds a sentence's counts times times.
func (c *entitySums) add(d entityCounts, times int) {
	c.hit += times * int(d.hit)
	c.pred += times * int(d.pred)
	c.gold += times * int(d.gold)
}
