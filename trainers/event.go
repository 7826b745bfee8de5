package trainers

import (
	"time"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/predictors"
)

// Events hears what happens, as it happens. Neither call may keep its argument.
type Events interface {
	Step(StepEvent)
	Eval(EvalEvent)
}

// StepEvent is an optimizer step.
type StepEvent struct {
	Step, Steps int     // from 1; of the whole training
	Epoch       float64 // passed, as a fraction
	Loss        float64 // the batch's mean, before the update
	LR          float64
	GradNorm    float64 // before clipping, and without the loss scale
	LossScale   float64 // that the gradients were multiplied by; 0: by none
	Skipped     bool    // the norm is not finite, and the step changed nothing

	Sequences, Tokens int // of this step
	Elapsed           time.Duration
}

// EvalEvent is a scored split.
type EvalEvent struct {
	Step   int
	Epoch  float64
	Split  string
	Scores metrics.Scores

	Sequences, Tokens int
	Elapsed           time.Duration
}

// Outcome is what a training gave.
type Outcome struct {
	Epochs    []EpochScores
	Answers   map[string][]predictors.Answer // after the last step, by split
	Best      *Best                          // the best evaluation, if one is chosen
	Steps     int
	Sequences int // seen in training
	Tokens    int
	Skipped   int // steps that changed nothing: see Scaling
	Resumed   int // the step at which the training was taken up again, 0 if from the start
}

// EpochScores are the scores of every split after an epoch, counted from 1.
type EpochScores struct {
	Epoch  int
	Scores map[string]metrics.Scores
}

// Best is the best evaluation so far.
type Best struct {
	Step   int                       `json:"step"`
	Epoch  float64                   `json:"epoch"`
	Split  string                    `json:"split"`
	Metric metrics.Name              `json:"metric"`
	Score  *float64                  `json:"score"`  // nil: none was defined
	Scores map[string]metrics.Scores `json:"scores"` // of every split
}
