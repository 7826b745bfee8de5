package plots

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/results/board"
)

// MeanCost is a cost of every model, the mean over its runs: those that a
// leaderboard shows, lest other settings weigh in.
func MeanCost(title results.Text, runs []results.Run, format func(float64) results.Text, of func(results.Run) float64) Cost {
	sums, counts := map[string]float64{}, map[string]float64{}
	for _, r := range runs {
		if v := of(r); v > 0 && !math.IsNaN(v) {
			sums[r.Result.Model] += v
			counts[r.Result.Model]++
		}
	}
	for model := range sums {
		sums[model] /= counts[model]
	}
	return Cost{Title: title, Of: sums, Format: format}
}

// eachAnswered reads the predictions of the runs that a leaderboard shows for a
// task, model by model.
func eachAnswered(l *board.Leaderboard, runs []results.Run, col board.Column, reading results.Reading,
	f func(model string, a *results.Answers) error) error {
	for _, row := range l.Rows {
		for _, path := range row.Cells[col.Task].Runs {
			i := slices.IndexFunc(runs, func(r results.Run) bool { return r.Path == path })
			if i < 0 {
				continue
			}
			a, err := runs[i].Answers(reading)
			if err != nil {
				return err
			}
			if err := f(row.Model, a); err != nil {
				return err
			}
		}
	}
	return nil
}

// calibrationBins is how many bins a reliability curve has.
const calibrationBins = 10

// Reliabilities reads how often the runs that a leaderboard shows for a task are
// right at each confidence, model by model.
func Reliabilities(l *board.Leaderboard, runs []results.Run, col board.Column,
	reading results.Reading) (all []Reliability, err error) {
	confidence, right := map[string][]float32{}, map[string][]bool{}
	err = eachAnswered(l, runs, col, reading, func(model string, a *results.Answers) error {
		for i, c := range a.Confidence {
			confidence[model], right[model] = append(confidence[model], c), append(right[model], a.Right(i))
		}
		return nil
	})
	for _, row := range l.Rows {
		if bins, ece, ok := metrics.Calibration(confidence[row.Model], right[row.Model], calibrationBins); ok {
			all = append(all, Reliability{Name: row.Model, Bins: bins, ECE: ece})
		}
	}
	return all, err
}

// Confusion draws the gold against the predicted classes of a model's runs on a
// task, each class by its name; "" takes the first model.
func Confusion(l *board.Leaderboard, runs []results.Run, col board.Column, reading results.Reading,
	name string, label func(string) results.Text) (*Figure, error) {
	var sum [][]int
	var labels []string
	err := eachAnswered(l, runs, col, reading, func(model string, a *results.Answers) error {
		if name == "" {
			name = model
		}
		if model != name {
			return nil
		}
		b := a.Breakdown()
		if b.Confusion == nil {
			return fmt.Errorf("%s: no classes to confuse: want a classification", a.File)
		}
		labels = a.Labels
		for i, row := range b.Confusion {
			if len(sum) <= i {
				sum = append(sum, make([]int, len(row)))
			}
			for j, n := range row {
				sum[i][j] += n
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if sum == nil {
		return nil, fmt.Errorf("no run of %s on %s", cmp.Or(name, "any model"), col.Task)
	}
	h := Heat{Title: results.Textf("Confusion of %s, %s", "%[2]s 혼동 행렬, %[1]s", name, col.Title),
		Corner: results.Text{English: "gold / predicted", Korean: "정답 / 예측"}}
	for _, l := range labels {
		h.Rows = append(h.Rows, label(l))
	}
	h.Columns = h.Rows
	for i, row := range sum {
		total := 0
		for _, n := range row {
			total += n
		}
		var text []string
		var shade []float64
		for j, n := range row {
			text = append(text, fmt.Sprint(n))
			v := float64(n) / math.Max(1, float64(total))
			if i != j {
				v = -v
			}
			shade = append(shade, v)
		}
		h.Text, h.Shade = append(h.Text, text), append(h.Shade, shade)
	}
	return h.Draw()
}

// Entities draws the F1 of every entity type by model.
func Entities(l *board.Leaderboard, runs []results.Run, col board.Column, reading results.Reading) (*Figure, error) {
	sums, counts := map[string]map[string]float64{}, map[string]float64{}
	types := map[string]bool{}
	err := eachAnswered(l, runs, col, reading, func(model string, a *results.Answers) error {
		if a.Kind != results.TagsAnswer {
			return fmt.Errorf("%s: no entities: want a tagging task", a.File)
		}
		if sums[model] == nil {
			sums[model] = map[string]float64{}
		}
		counts[model]++
		for _, t := range a.EntityTypes() {
			types[t.Type] = true
			sums[model][t.Type] += t.F1
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	h := Heat{Title: results.Textf("F1 by entity type, %s", "%s 개체 종류별 F1", col.Title),
		Corner: results.Text{English: "type", Korean: "종류"}}
	kinds := slices.Sorted(maps.Keys(types))
	for _, t := range kinds {
		h.Rows = append(h.Rows, results.Alike(t))
	}
	var models []string
	for _, row := range l.Rows {
		if counts[row.Model] > 0 {
			models, h.Columns = append(models, row.Model), append(h.Columns, results.Alike(row.Model))
		}
	}
	for _, t := range kinds {
		var text []string
		var shade []float64
		for _, m := range models {
			v := sums[m][t] / counts[m]
			text, shade = append(text, results.Printed(100*v)), append(shade, v)
		}
		h.Text, h.Shade = append(h.Text, text), append(h.Shade, shade)
	}
	return h.Draw()
}
