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
	if !hasScore(s, n) {
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
	var a, b entitySums
	var gain []entityCounts // what a row that differs brings a when it is exchanged, and costs b
	for i, c := range mine {
		d := theirs[i]
		a.add(c, 1)
		b.add(d, 1)
		if c != d {
			gain = append(gain, entityCounts{d.hit - c.hit, d.pred - c.pred, d.gold - c.gold})
		}
	}
	return func(st stream) (float64, float64, bool) {
		var sum entityCounts
		for from := 0; from < len(gain); from += 64 {
			word := st.bits(uint64(from >> 6))
			for _, g := range gain[from:min(from+64, len(gain))] {
				heads := -int32(word & 1) // all bits, or none: no branch to mispredict
				sum.hit += g.hit & heads
				sum.pred += g.pred & heads
				sum.gold += g.gold & heads
				word >>= 1
			}
		}
		x, y := a, b
		x.add(sum, 1)
		y.add(sum, -1)
		return x.named(n), y.named(n), true
	}
}

func (s *Tags) profiles(runs []Sample, n Name) func(int) []byte {
	return profileKeys(len(runs), len(s.kept), 3, func(r, i int, to []int32) {
		c := runs[r].(*Tags).rows(n)[i]
		to[0], to[1], to[2] = c.hit, c.pred, c.gold
	})
}

func (s *Tags) pick(rows []int32, n Name) Sample {
	out := &Tags{}
	for _, i := range rows {
		c := s.rows(n)[i]
		out.kept, out.full, out.exact = append(out.kept, c), append(out.full, c), append(out.exact, s.exact[i])
	}
	return out
}

func (s *Tags) joined(other Sample, _ Name) Sample {
	o := other.(*Tags)
	return &Tags{slices.Concat(s.kept, o.kept), slices.Concat(s.full, o.full), slices.Concat(s.exact, o.exact)}
}

// entitySums are entityCounts of a whole set.
type entitySums struct{ hit, pred, gold int }

// add adds a sentence's counts times times.
func (c *entitySums) add(d entityCounts, times int) {
	c.hit += times * int(d.hit)
	c.pred += times * int(d.pred)
	c.gold += times * int(d.gold)
}
