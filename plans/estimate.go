package plans

import (
	"slices"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/devices"
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
	garbageMB   = 85    // that gathers beside a small heap; beside a large one a tenth: see runs/garbage.go
	logBytes    = 330   // a step's lines in log.jsonl and timing.jsonl
	tokenBytes  = 8     // an id and a type
	writeBytes  = 400e6 // a second, of states and checkpoints, brought to the disk
	answerBytes = 160   // of a line of predictions beside its text

	exampleBytes = 120 // of a row beside its text
)

// estimate fills in what a cell costs: Steps is known, and Step where it resumes.
func estimate(c *Cell, o *runs.Opened, r configs.Recipe, points Points) {
	step := func(p Point) float64 { return p.StepSeconds }
	eval := func(p Point) float64 { return p.EvalSeconds }
	var tokens int
	for i := range o.Train.Len() {
		tokens += o.Train.Length(i)
	}
	seconds := 0.0 // an epoch's steps
	eachBatch(o.Train, r, 0, func(tokens int) { seconds += points.at(tokens, step) })
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
	c.Seconds = o.Took.Seconds() + training + saveSeconds(c, r, training, params*stateBytes+best)
	c.Seconds += params * checkpointBytes / writeBytes
	if best > 0 { // scored once more, unless it is the last
		c.Seconds += once*(1-1/evaluations) + best/writeBytes
	}
	arena := points.at(largest(o.Train, r), func(p Point) float64 { return p.ArenaMB })
	stays := best/1e6 + params*memoryBytes/1e6 + arena + dataMB(o)
	c.MemoryMB = programMB + stays + max(garbageMB, stays/10)
	c.DiskMB = (params*(checkpointBytes+stateBytes) + 2*best + float64(c.Steps*logBytes) + answersBytes(o)) / 1e6
}

// onDevice fills in what a cell takes of its device's memory, and takes from the host's
// what lies there; a driver that computes on the processor has both in one.
func onDevice(c *Cell, o *runs.Opened, r configs.Recipe, points Points) error {
	if r.Device == configs.CPU {
		return nil
	}
	facts, err := devices.Describe(string(r.Device))
	if err != nil {
		return err
	}
	most := largest(o.Train, r)
	c.DeviceMB = points.at(most, func(p Point) float64 { return p.DeviceMB })
	c.DeviceHas = float64(facts.Memory) / 1e6
	c.MemoryMB -= points.at(most, func(p Point) float64 { return p.ArenaMB })
	if facts.OnCPU {
		c.MemoryMB += c.DeviceMB
	}
	return nil
}

// saveSeconds is what saving states of so many bytes takes: every save_steps and
// after epochs, or, by the clock, as often as the trainer lets it.
func saveSeconds(c *Cell, r configs.Recipe, training, bytes float64) float64 {
	one := bytes / writeBytes
	if r.SaveSteps > 0 {
		return one * float64(c.Steps/r.SaveSteps-c.Step/r.SaveSteps+r.Epochs)
	}
	most := trainers.SaveShare * training
	if most < one { // not one is worth it
		return 0
	}
	return min(most, one*(float64(r.Epochs)+training/trainers.SavePause.Seconds()))
}

// eachBatch calls f with the tokens of every batch of an epoch, from 0: they are
// those that the training will have.
func eachBatch(d *objectives.Labelled, r configs.Recipe, epoch int, f func(tokens int)) {
	rows := trainers.Order(d.Len(), epoch, r.Seed, r.Shuffle)
	for batch := range slices.Chunk(rows, r.BatchSize) {
		tokens := 0
		for _, i := range batch {
			tokens += padded(d.Length(i), r)
		}
		f(tokens)
	}
}

// largest is the most tokens of a batch. The first epochs tell: later ones hardly
// have a much larger one.
func largest(d *objectives.Labelled, r configs.Recipe) (most int) {
	for epoch := range min(r.Epochs, 3) {
		eachBatch(d, r, epoch, func(tokens int) { most = max(most, tokens) })
	}
	return most
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
