package results

import "github.com/lmkor/bench/metrics"

// DevScore returns the score, in per cent, of the run's chosen checkpoint on the
// split to choose on: of the best one where it was kept, else of the last; false
// where there is no such split, or the score is undefined on it.
func (r *Result) DevScore() (percent float64, ok bool) {
	var dev *metrics.Scores
	if c := r.Chosen(); c != nil {
		dev = c.Dev
	} else if n := len(r.Epochs); n > 0 {
		dev = r.Epochs[n-1].Dev
	}
	if dev == nil {
		return 0, false
	}
	v, ok := dev.Get(r.Metric)
	return Percent(v), ok
}

// ChosenScore returns the headline score of that checkpoint in per cent, and its
// 95 % interval; nil where they are undefined.
func (r *Result) ChosenScore() (score *float64, interval *[2]float64) {
	if c := r.Chosen(); c != nil {
		return c.Score, c.Interval
	}
	return r.Score, r.Interval
}

// ChoosingSplit is the run's data to choose on beside the scored split; false
// where there are none.
func (r Run) ChoosingSplit() (Data, bool) {
	for _, split := range []string{HoldoutSplit, DevSplit} {
		if d, ok := r.Manifest.Split(split); ok && split != r.Result.Split {
			return d, true
		}
	}
	return Data{}, false
}
