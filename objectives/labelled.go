package objectives

import (
	"context"
	"errors"
	"fmt"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/trainers"
)

// Labelled is a split of a labelled task as a model reads it: an objective to
// train the model for, and a scorer of it.
type Labelled struct {
	Task     *tasks.Task
	Examples []tasks.Example

	kind      kind
	predictor *predictors.Predictor
	inputs    *predictors.Encoded
	weights   []float32 // of classes; nil: all count alike
	smoothing float64
}

// kind is a kind of labelled task: what its logits are compared with, and how
// its answers are scored.
type kind interface {
	// loss compares the logits of a batch with the gold of its examples.
	loss(p *ops.Pass, logits logits, d *Labelled, examples []int) ops.Root
	// labels are the classes that the rows of such a batch's logits are to have.
	labels(d *Labelled, examples []int) []int32
	// sample pairs answers with gold.
	sample(d *Labelled, answers []predictors.Answer) metrics.Sample
}

// kinds are the kinds of labelled tasks.
var kinds = []struct {
	of tasks.Kind
	kind
}{
	{tasks.Classify, classification{}},
	{tasks.Regress, regression{}},
	{tasks.Tag, tagging{}},
}

func kindOf(k tasks.Kind) kind {
	for _, x := range kinds {
		if x.of == k {
			return x.kind
		}
	}
	panic("objectives: unknown kind of task " + string(k))
}

// RowError says which example a model can't read.
type RowError struct {
	Line int // of the file
	Err  error
}

func (e *RowError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }
func (e *RowError) Unwrap() error { return e.Err }

// NewLabelled tokenizes examples as the reference recipe does: single texts and
// pairs cut to the recipe's length, or words of which the first token carries the
// tag. The error is a *RowError where the model can't read an example.
func NewLabelled(m *models.Model, tok *tokenizers.Tokenizer, task *tasks.Task, examples []tasks.Example, r Recipe,
) (*Labelled, error) {
	if r.MaxRows > 0 && len(examples) > r.MaxRows {
		examples = examples[:r.MaxRows]
	}
	if len(examples) == 0 {
		return nil, errors.New("no examples")
	}
	if err := r.check(task); err != nil {
		return nil, err
	}
	d := &Labelled{Task: task, Examples: examples, kind: kindOf(task.Kind),
		smoothing: r.Smoothing, predictor: predictors.New(m, tok, predictors.FormOf(task.Kind), r.Recipe)}
	var err error
	d.inputs, err = d.predictor.Encode(len(examples), func(i int) predictors.Input { return predictors.InputOf(&examples[i]) })
	var in *predictors.InputError
	if errors.As(err, &in) {
		return nil, &RowError{Line: examples[in.Input].Line, Err: in.Err}
	}
	if err != nil {
		return nil, err
	}
	counts := make([]int, len(task.Labels))
	for _, l := range d.kind.labels(d, seq(d.Len())) {
		if l != ops.Ignore {
			counts[l]++
		}
	}
	d.weights = r.Weights.weights(counts)
	return d, nil
}

// crossEntropy is the loss of logits whose rows have these labels.
func (d *Labelled) crossEntropy(p *ops.Pass, x logits, labels []int32) ops.Root {
	if d.weights == nil && d.smoothing == 0 {
		return ops.Root{Loss: ops.CrossEntropy(p, x, labels), Weight: 1}
	}
	return ops.Root{Loss: ops.WeightedCrossEntropy(p, x, labels, d.weights, d.smoothing), Weight: 1}
}

// Models returns the one model.
func (d *Labelled) Models() []*models.Model { return []*models.Model{d.predictor.Model()} }

// Len returns the number of examples.
func (d *Labelled) Len() int { return len(d.Examples) }

// Length returns the number of tokens of example i.
func (d *Labelled) Length(i int) int { return d.inputs.Length(i) }

// Tokens returns the number of tokens of all examples.
func (d *Labelled) Tokens() int { return d.inputs.Tokens() }

// Vocabulary returns the ids that occur in the examples, ascending.
func (d *Labelled) Vocabulary() []int32 { return d.inputs.Vocabulary() }

// Batch readies examples; nothing in it is random.
func (d *Labelled) Batch(examples []int, _ uint64) trainers.Batch {
	b := &labelledBatch{d: d, examples: examples}
	d.inputs.Fill(&b.Batch, examples)
	b.PadTo = d.predictor.Recipe().PadTo()
	return b
}

// labelledBatch is examples side by side.
type labelledBatch struct {
	models.Batch
	d        *Labelled
	examples []int
}

// Size returns the numbers of sequences and tokens.
func (b *labelledBatch) Size() (sequences, tokens int) { return b.Sequences(), b.Tokens() }

// Losses returns the one loss.
func (b *labelledBatch) Losses(p *ops.Pass) []ops.Root {
	out := b.d.predictor.Model().Forward(p, &b.Batch)
	return []ops.Root{b.d.kind.loss(p, out, b.d, b.examples)}
}

// Predict answers every example, in file order.
func (d *Labelled) Predict(ctx context.Context, mem ops.Backend) ([]predictors.Answer, error) {
	answers, err := d.predictor.With(mem).Predict(ctx, d.inputs)
	var broken *predictors.NonFiniteError
	if errors.As(err, &broken) {
		err = &RowError{Line: d.Examples[broken.Input].Line, Err: broken.Unwrap()}
	}
	return answers, err
}

// Score answers every example and compares the answers with gold.
func (d *Labelled) Score(ctx context.Context, mem ops.Backend) (*trainers.Evaluation, error) {
	answers, err := d.Predict(ctx, mem)
	if err != nil {
		return nil, err
	}
	return &trainers.Evaluation{Scores: d.Sample(answers).Scores(), Answers: answers, Sequences: d.Len(), Tokens: d.Tokens()}, nil
}

// Sample pairs answers with gold, for scores, intervals and paired tests.
func (d *Labelled) Sample(answers []predictors.Answer) metrics.Sample {
	return d.kind.sample(d, answers)
}

// TagNames returns the names of tags.
func (d *Labelled) TagNames(ids []int) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = d.Task.Labels[id]
	}
	return out
}
