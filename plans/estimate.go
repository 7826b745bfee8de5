package plans

import (
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/runs"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/trainers"
)

// Bytes of a parameter: the weight, its gradient and AdamW's two moments in
// memory, all but the gradient in a saved state, the weight in a checkpoint.
const (
	memoryBytes     = 16
	stateBytes      = 12
	checkpointBytes = 4
)

const (
	programMB   = 50    // the program, its packing buffers and the runtime
	garbageMB   = 67    // that may gather beside a small heap; beside a large one a tenth: see runs/garbage.go
	logBytes    = 330   // a step's lines in log.jsonl and timing.jsonl
	tokenBytes  = 8     // an id and a type
	writeBytes  = 300e6 // a second, of states and checkpoints, brought to the disk
	answerBytes = 160   // of a line of predictions beside its text

	exampleBytes = 160 // of a row beside its text
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
	training := share * (seconds*float64(r.Epochs) + once*evaluations)
	best := 0.0 // bytes of the best weights, kept beside the last
	if r.Keep != configs.KeepLast {
		best = params * checkpointBytes
	}
	c.Seconds = o.Took.Seconds() + training + saveSeconds(c, r, training, params*stateBytes+best) + params*checkpointBytes/writeBytes
	if best > 0 {
		c.Seconds += once + best/writeBytes
	}
	stays := best/1e6 + params*memoryBytes/1e6 + points.at(largest, func(p Point) float64 { return p.ArenaMB }) + dataMB(o)
	c.MemoryMB = programMB + stays + max(garbageMB, stays/10)
	c.DiskMB = (params*(checkpointBytes+stateBytes) + 2*best + float64(c.Steps*logBytes) + answersBytes(o)) / 1e6
}

// saveSeconds is what saving states of so many bytes takes: every save_steps and
// after epochs, or, by the clock, as often as the trainer lets it.
func saveSeconds(c *Cell, r configs.Recipe, training, bytes float64) float64 {
	one := bytes / writeBytes
	if r.SaveSteps > 0 {
		return one * (float64(c.Steps-c.Step)/float64(r.SaveSteps) + float64(r.Epochs))
	}
	most := trainers.SaveShare * training
	if most < one { // not one is worth it
		return 0
	}
	return min(most, one*(float64(r.Epochs)+training/trainers.SavePause.Seconds()))
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

// dataMB is what rows, read whole and then cut to those asked for, and tokens take.
func dataMB(o *runs.Opened) float64 {
	n := 0
	for _, d := range append([]*objectives.Labelled{o.Train}, o.Scored...) {
		n += d.Tokens() * tokenBytes
	}
	for _, set := range o.Data.All() {
		for i := range set.Examples {
			n += exampleBytes + textBytes(&set.Examples[i])
		}
	}
	return float64(n) / 1e6
}

func textBytes(e *tasks.Example) int {
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
			n += answerBytes + textBytes(&o.Scored[last].Examples[i])
		}
	}
	return float64(n)
}
