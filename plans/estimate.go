package plans

import (
	"math"
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
	momentBytes     = 8
	checkpointBytes = 4
)

const (
	programMB   = 50    // the program, its packing buffers and the runtime
	garbageMB   = 85    // that gathers beside a small heap; beside a large one a tenth: see runs/garbage.go
	logBytes    = 290   // a step's lines in log.jsonl and timing.jsonl
	tokenBytes  = 8     // an id and a type
	writeBytes  = 400e6 // a second, of states and checkpoints, brought to the disk
	answerBytes = 160   // of a line of predictions beside its text
	tagBytes    = 9     // of a word's tag, which is there as gold and as predicted
	wordBytes   = 3     // of a word's quotes and comma
	pieceBytes  = 8     // of a piece in the tokenizer's files

	exampleBytes = 120 // of a row beside its text
)

// estimate fills in what a cell costs: Steps is known, and Step where it resumes.
func estimate(c *Cell, o *runs.Opened, r configs.Recipe, known Measured) {
	var tokens int
	for i := range o.Train.Len() {
		tokens += o.Train.Length(i)
	}
	seconds := 0.0 // an epoch's steps
	eachBatch(o.Train, r, 0, func(tokens int) { seconds += known.Steps.seconds(float64(tokens)) })
	share := 1.0
	if c.Steps > 0 {
		share = float64(c.Steps-c.Step) / float64(c.Steps)
	}
	epochs := epochsOf(c, o, r)
	c.Tokens = int64(share * float64(tokens) * epochs)
	once := 0.0 // an evaluation of all splits
	for _, d := range o.Scored {
		once += evalSeconds(d, r, known.Evals)
	}
	evaluations := math.Ceil(epochs)
	if r.EvalSteps > 0 {
		evaluations += float64(c.Steps / r.EvalSteps)
	}
	params := float64(models.Count(o.Loaded.Model.Params()))
	training := share * (seconds*epochs + once*evaluations)
	best := 0.0 // bytes of the best weights, kept beside the last
	if r.Keep != configs.KeepLast {
		best = params * checkpointBytes
	}
	state := stateSize(o, params) + best
	saved := saves(c, r, int(math.Ceil(epochs)), training, state)
	c.Seconds = o.Took.Seconds() + training + (float64(saved)*state+params*checkpointBytes)/writeBytes
	if best > 0 { // scored once more, unless it is the last
		c.Seconds += once*(1-1/evaluations) + best/writeBytes
	}
	arena := known.Steps.line(float64(largest(o.Train, r)), func(p Point) float64 { return p.ArenaMB })
	stays := best/1e6 + params*memoryBytes/1e6 + arena + dataMB(o)
	c.MemoryMB = programMB + stays + max(garbageMB, stays/10)
	if c.Step > 0 {
		saved++ // it is there already
	}
	c.DiskMB = diskBytes(c, o, params*checkpointBytes, state, best, saved) / 1e6
}

// diskBytes is the most that a run has on the disk: while its last state is written
// beside the one before, or when it is published, the state beside all else.
func diskBytes(c *Cell, o *runs.Opened, checkpoint, state, best float64, saved int) float64 {
	logs, answers := float64(c.Steps*logBytes), answersBytes(o)
	published := checkpoint + vocabularyBytes(o)
	if best > 0 {
		published *= 2
		answers *= 2
	}
	published += answers + min(1, float64(saved))*state
	return logs + max(published, min(2, float64(saved))*state)
}

// stateSize is the size of a state: weights and both moments, of a table's
// moments the rows in use.
func stateSize(o *runs.Opened, params float64) float64 {
	unused := 0
	used := o.Train.Vocabulary()
	for _, p := range o.Loaded.Model.Params() {
		if len(p.Shape) == 2 && p.Shape[0] == o.Loaded.Model.Config.VocabSize {
			unused += (p.Shape[0] - len(used)) * p.Shape[1]
		}
	}
	return params*stateBytes - float64(unused*momentBytes)
}

// onDevice fills in what a cell takes of its device's memory, and takes from the host's
// what lies there; a driver that computes on the processor has both in one.
func onDevice(c *Cell, o *runs.Opened, r configs.Recipe, known Measured) error {
	if r.Device == configs.CPU {
		return nil
	}
	facts, err := devices.Describe(string(r.Device))
	if err != nil {
		return err
	}
	most := float64(largest(o.Train, r))
	c.DeviceMB = known.Steps.line(most, func(p Point) float64 { return p.DeviceMB })
	c.DeviceHas = float64(facts.Memory) / 1e6
	c.MemoryMB -= known.Steps.line(most, func(p Point) float64 { return p.ArenaMB })
	if facts.OnCPU {
		c.MemoryMB += c.DeviceMB
	}
	return nil
}

// epochsOf is how many epochs the cell's steps are: the last need not be whole.
func epochsOf(c *Cell, o *runs.Opened, r configs.Recipe) float64 {
	if r.MaxSteps == 0 {
		return float64(r.Epochs)
	}
	batches := (o.Train.Len() + r.BatchSize - 1) / r.BatchSize
	return float64(c.Steps) / float64(max(1, batches/max(1, r.GradientAccumulationSteps)))
}

// saves is how many states of so many bytes a training of so many seconds saves:
// every save_steps and after epochs, or by the clock, as the trainer does.
func saves(c *Cell, r configs.Recipe, epochs int, training, bytes float64) (n int) {
	if r.SaveSteps > 0 {
		return c.Steps/r.SaveSteps - c.Step/r.SaveSteps + epochs
	}
	cost := bytes / trainers.SaveRate
	last := 0.0
	save := func(at float64) { n, last, cost = n+1, at, bytes/writeBytes }
	for epoch := range epochs {
		end := training * float64(epoch+1) / float64(epochs)
		for {
			pause := max(trainers.SavePause.Seconds(), cost/trainers.SaveShare)
			if last+pause >= end {
				break
			}
			save(last + pause)
		}
		if (end-last)*trainers.SaveShare >= cost {
			save(end)
		}
	}
	return n
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

// evalSeconds is what one evaluation of a split takes: rows of like length are
// scored together, so that a token's time is that of its row's length.
func evalSeconds(d *objectives.Labelled, r configs.Recipe, points Points) (seconds float64) {
	by := map[int]float64{} // a token's time by the row's length
	for i := range d.Len() {
		n := padded(d.Length(i), r)
		each, known := by[n]
		if !known {
			each = points.rate(float64(n))
			by[n] = each
		}
		seconds += each * float64(n)
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
	if len(o.Scored) > 0 {
		for _, e := range o.Scored[0].Examples {
			n += answerBytes + len(e.Text) + len(e.Pair)
			for _, w := range e.Words {
				n += len(w) + wordBytes + 2*tagBytes
			}
		}
	}
	return float64(n)
}

// vocabularyBytes is the size of a tokenizer's files.
func vocabularyBytes(o *runs.Opened) float64 {
	return float64(o.Loaded.Model.Config.VocabSize * pieceBytes)
}
