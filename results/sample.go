package results

import "github.com/lmkor/bench/metrics"

// Sample returns the answers as a sample of scores.
func (a *Answers) Sample() metrics.Sample { return a.sampleOf(nil) }

// sampleOf returns the sample of some of the rows; nil takes all.
func (a *Answers) sampleOf(rows []int32) metrics.Sample {
	switch a.Kind {
	case NumberAnswer:
		if rows == nil {
			return metrics.NewValues(a.GoldValue, a.PredValue)
		}
		return metrics.NewValues(gather(a.GoldValue, rows), gather(a.PredValue, rows))
	case TagsAnswer:
		s := &metrics.Tags{}
		a.eachSentence(rows, func(gold, pred []string, kept int) { s.Add(gold, pred, kept) })
		return s
	}
	gold, pred := a.Gold, a.Pred
	if rows != nil {
		gold, pred = gather(gold, rows), gather(pred, rows)
	}
	return metrics.NewLabels(gold, pred, len(a.Labels))
}

// SampleOf returns the sample of the given rows.
func (a *Answers) SampleOf(rows []int32) metrics.Sample {
	if rows == nil {
		rows = []int32{}
	}
	return a.sampleOf(rows)
}

// eachSentence calls f on the tags of the given sentences, nil for all; the
// slices are used again.
func (a *Answers) eachSentence(rows []int32, f func(gold, pred []string, kept int)) {
	var gold, pred []string
	one := func(i int) {
		gold, pred = gold[:0], pred[:0]
		g, p := a.Tags(i)
		for k := range g {
			gold, pred = append(gold, a.Labels[g[k]]), append(pred, a.Labels[p[k]])
		}
		f(gold, pred, int(a.Kept[i]))
	}
	if rows == nil {
		for i := range a.n {
			one(i)
		}
	}
	for _, i := range rows {
		one(int(i))
	}
}

// EntityTypes returns the scores by entity type, of those that occur.
func (a *Answers) EntityTypes() []metrics.TypeScore { return a.breakTags().Entities }

// SampleOfType returns a tagging sample in which there are only entities of one
// type, and how many gold has among the words kept.
func (a *Answers) SampleOfType(typ string) (sample metrics.Sample, gold int) {
	s := &metrics.Tags{}
	counter := metrics.NewEntityCounter(metrics.Lenient)
	only := func(tags []string) {
		for i, tag := range tags {
			if metrics.TagType(tag) != typ {
				tags[i] = "O"
			}
		}
	}
	a.eachSentence(nil, func(g, p []string, kept int) {
		only(g)
		only(p)
		s.Add(g, p, kept)
		counter.Add(g[:kept], p[:kept])
	})
	for _, t := range counter.Report().Types {
		gold += t.Support
	}
	return s, gold
}
