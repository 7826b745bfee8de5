package plans

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

// Sizes are measured in turn, round after round, so that a moment in which the
// machine did something else falls on none of them alone.
const (
	measureSteps = 800 * time.Millisecond // for so long
	measureEvals = 400 * time.Millisecond
	leastRounds  = 2 // of a model for which this is short
	mostRounds   = 40
)

// measuring measures one opened cell.
type measuring struct {
	cell *runs.Cell
	o    *runs.Opened
}

// unknownSteps returns the batches whose steps are to be measured, the small ones
// first: of the first epoch's a usual one, the largest and the smallest, as far as
// nothing near them is known. Batches of a training hold rows of all lengths, and
// attention takes more for these than for as many tokens in rows of one.
func (m *measuring) unknownSteps(known Points) [][]int {
	r := m.cell.Recipe
	all := slices.Collect(slices.Chunk(trainers.Order(m.o.Train.Len(), 0, r.Seed, r.Shuffle), r.BatchSize))
	if last := len(all) - 1; last > 0 && len(all[last]) < r.BatchSize {
		all = all[:last]
	}
	size := func(rows []int) float64 { return float64(tokensOf(m.o.Train, rows, r)) }
	slices.SortStableFunc(all, func(a, b []int) int { return cmp.Compare(size(a), size(b)) })
	var unknown [][]int
	for _, i := range []int{len(all) / 2, len(all) - 1, 0} {
		if at := size(all[i]); !known.cover(at) {
			known = known.with(Points{{At: at}})
			unknown = append(unknown, all[i])
		}
	}
	slices.SortFunc(unknown, func(a, b []int) int { return cmp.Compare(size(a), size(b)) })
	return unknown
}

// unknownEvals returns groups of rows of like length whose scoring is to be measured:
// each as many as are scored together.
func (m *measuring) unknownEvals(known Points) [][]int {
	var unknown [][]int
	sorted := byLength(m.o.Train)
	for _, q := range quantiles {
		row := sorted[min(len(sorted)-1, int(q*float64(len(sorted))))]
		length := max(1, padded(m.o.Train.Length(row), m.cell.Recipe))
		rows := around(sorted, q, max(1, predictors.BatchTokens/length))
		if at := m.length(rows); !known.cover(at) {
			known = known.with(Points{{At: at}})
			unknown = append(unknown, rows)
		}
	}
	return unknown
}

// length is the mean number of tokens of rows.
func (m *measuring) length(rows []int) float64 {
	return float64(tokensOf(m.o.Train, rows, m.cell.Recipe)) / float64(len(rows))
}

// measure measures steps of batches, the small ones first, and the scoring of groups
// of rows.
func (m *measuring) measure(ctx context.Context, batches, rows [][]int) (all Measured, err error) {
	defer device.Caught(&err)
	on, err := devices.Open(ctx, string(m.cell.Recipe.Device), m.cell.Recipe.Threads)
	if err != nil {
		return Measured{}, err
	}
	defer on.Close()
	l := m.o.Loaded
	defer l.Model.Place(ops.NewCPU())
	l.Model.Place(on.Backend)
	if all.Evals, err = m.evals(ctx, rows, on.Backend); err != nil {
		return all, err
	}
	all.Steps, err = m.steps(ctx, batches, on.Backend)
	for i := range all.Steps {
		if on.GPU != nil {
			all.Steps[i].DeviceMB = float64(on.GPU.Footprint().All()) / 1e6
		}
	}
	return all, err
}

// evals measures what scoring a token of each group takes.
func (m *measuring) evals(ctx context.Context, groups [][]int, mem ops.Backend) (Points, error) {
	var all []*objectives.Labelled
	for _, rows := range groups {
		d, err := m.labelled(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, d)
	}
	if all == nil {
		return nil, nil
	}
	if _, err := all[0].Predict(ctx, mem); err != nil { // warms up
		return nil, err
	}
	took := make([][]float64, len(all))
	begun := time.Now()
	for round := 0; round < mostRounds && (round == 0 || time.Since(begun) < measureEvals); round++ {
		for i, d := range all {
			start := time.Now()
			if _, err := d.Predict(ctx, mem); err != nil {
				return nil, err
			}
			took[i] = append(took[i], time.Since(start).Seconds())
		}
	}
	points := make(Points, len(all))
	for i, rows := range groups {
		points[i] = Point{At: m.length(rows), Seconds: middle(took[i]) / float64(tokensOf(m.o.Train, rows, m.cell.Recipe))}
	}
	return points, nil
}

// steps measures training steps, with the moments of a training that has seen its
// data.
func (m *measuring) steps(ctx context.Context, batches [][]int, mem ops.Backend) (Points, error) {
	if batches == nil {
		return nil, nil
	}
	d, err := m.labelled(slices.Concat(batches...))
	if err != nil {
		return nil, err
	}
	opt := runs.Options(m.cell.Recipe)
	opt.Backend = mem
	t, err := trainers.New(d, opt, nil, nil)
	if err != nil {
		return nil, err
	}
	next := 0
	inTurn := make([][]int, len(batches))
	for i, rows := range batches {
		for range rows {
			inTurn[i] = append(inTurn[i], next)
			next++
		}
	}
	begun := time.Time{}
	r, err := t.MeasureRounds(inTurn, m.o.Train.Vocabulary(), func(rounds int) bool {
		if rounds == 0 {
			begun = time.Now()
		}
		return ctx.Err() == nil && (rounds < leastRounds || rounds < mostRounds && time.Since(begun) < measureSteps)
	})
	if err != nil {
		return nil, err
	}
	points := make(Points, len(batches))
	for i, rows := range batches {
		points[i] = Point{At: float64(tokensOf(m.o.Train, rows, m.cell.Recipe)), Seconds: middle(r.Seconds[i]),
			ArenaMB: float64(r.Held[i]) / 1e6}
	}
	return points, ctx.Err()
}

// labelled are rows of the training data by themselves.
func (m *measuring) labelled(rows []int) (*objectives.Labelled, error) {
	examples := make([]tasks.Example, len(rows))
	for k, i := range rows {
		examples[k] = m.o.Train.Examples[i]
	}
	l := m.o.Loaded
	return objectives.NewLabelled(l.Model, l.Tokenizer, m.cell.Task, examples, runs.Reading(m.cell.Recipe, 0))
}

// middle is the mean of the middle half of some times: neither one in which the
// machine was disturbed nor a lucky one counts.
func middle(seconds []float64) float64 {
	sorted := slices.Sorted(slices.Values(seconds))
	cut := len(sorted) / 4
	sum := 0.0
	for _, s := range sorted[cut : len(sorted)-cut] {
		sum += s
	}
	return sum / float64(len(sorted)-2*cut)
}
