package plans

import (
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/runs"
)

// Bytes of a parameter: the weight, its gradient and AdamW's two moments in
// memory, all but the gradient in a saved state, the weight in a checkpoint.
const (
	memoryBytes     = 16
	stateBytes      = 12
	checkpointBytes = 4
)

const (
	programMB   = 60    // the program, its packing buffers and the runtime
	logBytes    = 330   // a step's lines in log.jsonl and timing.jsonl
	tokenBytes  = 8     // an id and a type
	writeBytes  = 300e6 // a second, of states and checkpoints, brought to the disk
	answerBytes = 160   // of a line of predictions beside its text
)

// estimate fills in what a cell costs: Steps is known, and Step where it resumes.
func estimate(c *Cell, o *runs.Opened, r configs.Recipe, points Points) {
	step := func(p Point) float64 { return p.StepSeconds }
	eval := func(p Point) float64 { return p.EvalSeconds }
	var largest, tokens int
	var seconds float64
	for i := 0; i < o.Train.Len(); i += r.BatchSize {
		batch := 0
		for k := i; k < min(o.Train.Len(), i+r.BatchSize); k++ {
			batch += padded(o.Train.Length(k), r)
			tokens += o.Train.Length(k)
		}
		seconds += points.at(batch, step)
		largest = max(largest, batch)
	}
	largest = max(largest, longest(o.Train, r))
	share := 1.0
	if c.Steps > 0 {
		share = float64(c.Steps-c.Step) / float64(c.Steps)
	}
	c.Tokens = int64(share * float64(tokens*r.Epochs))
	once := 0.0 // an evaluation of all splits
	for _, d := range o.Scored {
		once += evalSeconds(d, r, points, eval)
	}
	evaluations := float64(r.Epochs)
	if r.EvalSteps > 0 {
		evaluations += float64(c.Steps / r.EvalSteps)
	}
	params := float64(models.Count(o.Loaded.Model.Params()))
	saves := evaluations*params*stateBytes/writeBytes + params*checkpointBytes/writeBytes
	c.Seconds = o.Took.Seconds() + share*(seconds*float64(r.Epochs)+once*evaluations+saves)
	best := 0.0 // bytes of the best weights, kept beside the last
	if r.Keep != configs.KeepLast {
		best = params * checkpointBytes
		c.Seconds += once + (share*evaluations+1)*best/writeBytes
	}
	c.MemoryMB = programMB + best/1e6 + params*memoryBytes/1e6 +
		points.at(largest, func(p Point) float64 { return p.ArenaMB }) + dataMB(o)
	c.DiskMB = (params*(checkpointBytes+stateBytes) + 2*best + float64(c.Steps*logBytes) + answersBytes(o)) / 1e6
}

// longest is the most tokens that a batch of any order can have.
func longest(d *objectives.Labelled, r configs.Recipe) (tokens int) {
	for _, i := range around(byLength(d), 1, r.BatchSize) {
		tokens += padded(d.Length(i), r)
	}
	return tokens
}

// evalSeconds is what one evaluation of a split takes: its batches hold rows of
// like length, so each group of rows costs as a batch of them does.
func evalSeconds(d *objectives.Labelled, r configs.Recipe, points Points, of func(Point) float64) (seconds float64) {
	rows := byLength(d)
	for i := 0; i < len(rows); i += r.BatchSize {
		batch := rows[i:min(len(rows), i+r.BatchSize)]
		tokens := 0
		for _, k := range batch {
			tokens += padded(d.Length(k), r)
		}
		seconds += points.at(tokens, of)
	}
	return seconds
}

// dataMB is what texts and tokens take.
func dataMB(o *runs.Opened) float64 {
	n := 0
	for _, d := range append([]*objectives.Labelled{o.Train}, o.Scored...) {
		n += d.Tokens() * tokenBytes
		for i := range d.Examples {
			n += 120 + textBytes(d, i)
		}
	}
	return float64(n) / 1e6
}

func textBytes(d *objectives.Labelled, i int) int {
	e := &d.Examples[i]
	n := len(e.Text) + len(e.Pair)
	for _, w := range e.Words {
		n += len(w) + 24
	}
	return n
}

// answersBytes is the size of predictions.jsonl.
func answersBytes(o *runs.Opened) float64 {
	n := 0
	if last := len(o.Scored) - 1; last >= 0 {
		for i := range o.Scored[last].Examples {
			n += answerBytes + textBytes(o.Scored[last], i)
		}
	}
	return float64(n)
}
