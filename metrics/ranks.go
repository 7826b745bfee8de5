package metrics

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// TaskScores is what several models scored on one task.
type TaskScores struct {
	Scores []float64   // of each model
	Values [][]float64 // [model][sample], resampled; NaN where undefined
}

// Resampled returns what the models' runs score on one task's examples, and in
// resamplings of examples and runs together, all models meeting the same
// examples; false if a score is undefined. runs[m] are model m's.
func Resampled(runs [][]Sample, n Name) (TaskScores, bool) {
	all := slices.Concat(runs...)
	values := newPanel(all, n).replicates(IntervalSamples)
	var out TaskScores
	at := 0
	for m, r := range runs {
		scores, mean, ok := scoresByRun(r, n)
		if !ok {
			return TaskScores{}, false
		}
		out.Scores = append(out.Scores, *mean)
		out.Values = append(out.Values, side{scores, values[at : at+len(r)]}.drawn(uint64(10+m)))
		at += len(r)
	}
	return out, true
}

// MeanRanks returns every model's rank, 1 for the best and ties shared, as the
// mean over tasks, and its 95 % bootstrap interval.
func MeanRanks(tasks []TaskScores) (ranks []float64, intervals []Interval) {
	models := len(tasks[0].Scores)
	ranks = make([]float64, models)
	samples := len(tasks[0].Values[0])
	drawn := make([][]float64, models)
	for m := range drawn {
		drawn[m] = make([]float64, samples)
	}
	scores := make([]float64, models)
	for _, t := range tasks {
		for m, r := range fallingRanks(t.Scores) {
			ranks[m] += r / float64(len(tasks))
		}
		for i := range samples {
			for m := range scores {
				if scores[m] = t.Values[m][i]; math.IsNaN(scores[m]) {
					scores[m] = t.Scores[m]
				}
			}
			for m, r := range fallingRanks(scores) {
				drawn[m][i] += r / float64(len(tasks))
			}
		}
	}
	for m := range drawn {
		in, _ := percentiles(drawn[m])
		intervals = append(intervals, in)
	}
	return ranks, intervals
}

func fallingRanks(scores []float64) []float64 {
	down := make([]float64, len(scores))
	for i, s := range scores {
		down[i] = -s
	}
	return Ranks(down)
}

// studentized holds the 0.95 quantiles of the studentized range over √2, for two
// models and more (Demšar 2006, table 5).
var studentized = []float64{1.960, 2.344, 2.569, 2.728, 2.850, 2.948, 3.031, 3.102, 3.164}

// CriticalDifference is Nemenyi's: mean ranks that are further apart over so many
// tasks belong to models that differ; false for fewer than two tasks, and for
// more models than ten.
func CriticalDifference(models, tasks int) (float64, bool) {
	if tasks < 2 || models < 2 || models-2 >= len(studentized) {
		return 0, false
	}
	k := float64(models)
	return studentized[models-2] * math.Sqrt(k*(k+1)/(6*float64(tasks))), true
}

// DrawnScores returns one task's scores as MeanRanks wants them, drawn from the
// distributions of the given variances; task tells the draws of several tasks apart.
func DrawnScores(scores []float64, variances []Variance, task int) TaskScores {
	out := TaskScores{Scores: scores, Values: make([][]float64, len(scores))}
	for m, s := range scores {
		out.Values[m] = make([]float64, IntervalSamples)
		d := draws{stream: newStream(seed^0xd4a3, task*10007+m)}
		examples, runs := math.Sqrt(variances[m].Shared), math.Sqrt(variances[m].Runs)
		for i := range out.Values[m] {
			out.Values[m][i] = s + float64(examples*distuv.UnitNormal.Quantile(d.unit()))
			if runs > 0 {
				out.Values[m][i] += float64(runs * d.student(variances[m].RunsDF))
			}
		}
	}
	return out
}
