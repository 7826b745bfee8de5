package trainers

import (
	"context"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/predictors"
)

// Objective is what a training is for: it has the models and the examples, and
// knows how far the ones' answers are from what the others want.
type Objective interface {
	// Models are those whose parameters change.
	Models() []*models.Model
	// Len is the number of examples of an epoch.
	Len() int
	// Batch readies examples. n counts batches from the start of the training:
	// what is random in one is a function of n and the objective's seed.
	Batch(examples []int, n uint64) Batch
}

// Batch is examples that are ready to be read.
type Batch interface {
	// Size returns how many sequences and tokens the models read.
	Size() (sequences, tokens int)
	// Losses runs the models forward. The batch's loss is the weighted sum.
	Losses(p *ops.Pass) []ops.Root
}

// Split is held-out data under the name that results will show.
type Split struct {
	Name string
	Scorer
}

// Scorer scores the models as they are now, working in the given memory.
type Scorer interface {
	Score(ctx context.Context, mem ops.Backend) (*Evaluation, error)
}

// Evaluation is a split scored.
type Evaluation struct {
	Scores            metrics.Scores
	Answers           []predictors.Answer // in file order; nil where there are none
	Sequences, Tokens int                 // read
}
