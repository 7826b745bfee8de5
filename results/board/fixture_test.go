package board

import (
	"github.com/lmkor/bench/internal/samplerun"
	"github.com/lmkor/bench/results"
)

func ptr[T any](v T) *T { return &v }

func run(path, model, task string, seed uint64, score float64) results.Run {
	return samplerun.Run(path, model, task, seed, score)
}

func english(all []results.Text) (out []string) {
	for _, t := range all {
		out = append(out, t.English)
	}
	return out
}
