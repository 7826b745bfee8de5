package generation

import (
	"cmp"
	"math"
	"slices"
)

// lost is the score of what must not be chosen.
const lost = float32(-1e9)

// beam is a sequence of a beam search.
type beam struct {
	ids   []int32
	score float32 // sum of the logarithmic probabilities; of a finished one by the length penalty
	from  int     // the running beam that it continues
	done  bool
}

// search is a beam search as transformers 4.57 does it, sums in float32.
type search struct {
	o        *Options
	prompt   int    // tokens that don't count for the length penalty
	running  []beam // the best first
	finished []beam // the best first, as many as beams; those that are not done are empty places
	hopeless bool   // no running beam can beat the finished ones
}

func newSearch(ids []int32, o *Options) *search {
	s := &search{o: o, prompt: len(ids)}
	for i := range o.Beams {
		s.running, s.finished = append(s.running, beam{ids: ids}), append(s.finished, beam{ids: ids, score: lost})
		if i > 0 {
			s.running[i].score = lost
		}
	}
	return s
}

// best returns the best text and its score.
func (s *search) best() ([]int32, float64, error) {
	b := s.finished[0]
	if math.IsInf(float64(b.score), -1) {
		return nil, 0, errNoToken
	}
	return b.ids, float64(b.score), nil
}

// step takes the scores of the running beams' next tokens and reports whether
// the search goes on.
func (s *search) step(scores [][]float32) bool {
	top := s.continuations(scores)
	s.finish(top)
	rest := slices.Clone(top)
	over := true
	for i, b := range rest {
		over = over && b.done
		if b.done {
			rest[i].score += lost
		}
	}
	slices.SortStableFunc(rest, better)
	s.running = rest[:s.o.Beams]
	s.running = slices.Clone(s.running)
	s.judge()
	full := !slices.ContainsFunc(s.finished, func(b beam) bool { return !b.done })
	return !s.hopeless && !(full && s.o.EarlyStopping == StopFull) && !over
}

func better(a, b beam) int { return cmp.Compare(b.score, a.score) }

// continuations returns the best continuations of the running beams, twice as
// many as beams, so that enough are left when half of them end.
func (s *search) continuations(scores [][]float32) []beam {
	type token struct {
		beam  int
		id    int32
		score float32
	}
	keep := max(2, 1+len(s.o.End)) * s.o.Beams
	var top []token
	for i, b := range s.running {
		logSoftmax(scores[i])
		o := *s.o
		if i > 0 {
			o.SourceRepetitionPenalty = 0 // which transformers applies to the best beam alone
		}
		o.process(scores[i], b.ids)
		if s.o.Renormalize {
			logSoftmax(scores[i])
		}
		for id, v := range scores[i] {
			t := token{i, int32(id), v + b.score}
			if len(top) == keep && !(t.score > top[keep-1].score) {
				continue
			}
			at, _ := slices.BinarySearchFunc(top, t, func(a, b token) int {
				if a.score >= b.score { // equals keep their order
					return -1
				}
				return 1
			})
			top = slices.Insert(top[:min(len(top), keep-1)], min(at, keep-1), t)
		}
	}
	var all []beam
	for _, t := range top {
		ids := append(slices.Clone(s.running[t.beam].ids), t.id)
		done := len(ids) == s.o.MaxLength || slices.Contains(s.o.End, t.id)
		all = append(all, beam{ids, t.score, t.beam, done})
	}
	return all
}

// finish takes up those of the best continuations that end, of the first as
// many as beams only, where they are better than what is finished.
func (s *search) finish(top []beam) {
	full := !slices.ContainsFunc(s.finished, func(b beam) bool { return !b.done })
	for i, b := range top {
		b.score = s.byLength(b.score, len(b.ids))
		b.done = b.done && i < s.o.Beams
		if full && s.o.EarlyStopping == StopFull {
			b.score += lost
		}
		if s.hopeless {
			b.score += lost
		}
		if !b.done {
			b.score += lost
		}
		s.finished = append(s.finished, b)
	}
	slices.SortStableFunc(s.finished, better)
	s.finished = slices.Clone(s.finished[:s.o.Beams])
}

// judge finds out whether the best running beam could still beat one of the
// finished ones, at its length or, if it is never to stop early, at the longest.
func (s *search) judge() {
	length := len(s.running[0].ids)
	if s.o.EarlyStopping == StopNever && s.o.LengthPenalty > 0 {
		length = s.o.MaxLength
	}
	best := s.byLength(s.running[0].score, length)
	worst := slices.MinFunc(s.finished, func(a, b beam) int { return cmp.Compare(a.score, b.score) }).score
	for _, f := range s.finished {
		if !f.done && best > lost || f.done && best > worst {
			return
		}
	}
	s.hopeless = true
}

// byLength divides a sum by the number of new tokens to the length penalty.
func (s *search) byLength(score float32, length int) float32 {
	return score / float32(math.Pow(float64(length-s.prompt), s.o.LengthPenalty))
}
