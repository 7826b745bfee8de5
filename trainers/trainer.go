package trainers

import (
	"context"
	"fmt"
	"math"
	"time"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/tasks"
)

// Trainer fine-tunes one model on one task.
type Trainer struct {
	model  *models.Model
	opt    Options
	events Events
	store  Store

	mem    *ops.Arena
	params []*nn.Param
	adam   ops.AdamW
	norm   ops.GradNorm

	outcome Outcome
}

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
	GradNorm    float64 // before clipping

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

// Split is data to score under the name that results will show.
type Split struct {
	Name string
	Data *Data
}

// Outcome is what a training gave.
type Outcome struct {
	Epochs      []EpochScores
	Predictions map[string][]Prediction // after the last step, by split
	Steps       int
	Sequences   int // seen in training
	Tokens      int
	Resumed     int // the step at which the training was taken up again, 0 if from the start
}

// EpochScores are the scores of every split after an epoch, counted from 1.
type EpochScores struct {
	Epoch  int
	Scores map[string]metrics.Scores
}

// New returns a trainer of m. store may be nil: then nothing is saved.
func New(m *models.Model, opt Options, events Events, store Store) (*Trainer, error) {
	if err := opt.Check(); err != nil {
		return nil, err
	}
	m.SetDropout(opt.Dropout)
	t := &Trainer{model: m, opt: opt, events: events, store: store, mem: &ops.Arena{}}
	decays := map[*nn.Param]bool{}
	for _, p := range m.Params() {
		t.params = append(t.params, p.Param)
		decays[p.Param] = p.Decays()
	}
	t.adam = ops.AdamW{Beta1: opt.AdamBeta1, Beta2: opt.AdamBeta2, Eps: opt.AdamEpsilon, Decay: func(p *nn.Param) float64 {
		if decays[p] {
			return opt.WeightDecay
		}
		return 0
	}}
	return t, nil
}

// Fit trains on train and scores the splits after every epoch. Cancelling ctx
// stops after the current batch with the last saved state in place.
func (t *Trainer) Fit(ctx context.Context, train *Data, splits []Split) (*Outcome, error) {
	o := t.opt
	batches := (train.Len() + o.BatchSize - 1) / o.BatchSize
	// The reference rounds down: batches behind the last whole accumulation of
	// an epoch leave their gradient to the next one's first step.
	perEpoch := batches / o.Accumulation
	if perEpoch == 0 {
		return nil, fmt.Errorf("%d batches an epoch for %d to a step: lower gradient_accumulation_steps", batches, o.Accumulation)
	}
	total := perEpoch * o.Epochs
	rates := schedule{base: o.LearningRate, warmup: int(o.WarmupRatio * float64(total)), total: total}
	ops.LayOutGradients(t.params)
	t.outcome = Outcome{Steps: total}
	at, err := t.resume()
	if err != nil {
		return nil, err
	}
	if at.Step == 0 {
		t.zeroGrad()
	}

	pass := &ops.Pass{Mem: t.mem, Grad: true, Train: true, Seed: o.Seed, Bfloat16: o.Bfloat16}
	var b models.Batch
	for epoch := at.Epoch; epoch < o.Epochs; epoch++ {
		idx := order(train.Len(), epoch, o.Seed, o.Shuffle)
		var part stepPart
		for i := at.Batch; i < batches; i++ {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			rows := idx[i*o.BatchSize : min(len(idx), (i+1)*o.BatchSize)]
			part.begin()
			train.batch(&b, rows)
			b.PadTo = t.padTo()
			loss, err := t.backward(pass, &b, train, rows, uint64(epoch*batches+i))
			if err != nil {
				return nil, err
			}
			part.add(loss, &b)
			t.outcome.Sequences += b.Sequences()
			t.outcome.Tokens += b.Tokens()
			if (i+1)%o.Accumulation != 0 {
				continue
			}
			at.Step++
			at.Epoch, at.Batch = epoch, i+1
			norm := t.update(rates.rate(at.Step-1), at.Step)
			e := StepEvent{Step: at.Step, Steps: total, Epoch: passed(epoch, i+1, batches), Loss: part.loss / float64(o.Accumulation),
				LR: rates.rate(at.Step - 1), GradNorm: norm, Sequences: part.sequences, Tokens: part.tokens, Elapsed: part.elapsed()}
			part = stepPart{}
			if math.IsNaN(e.Loss) || math.IsInf(e.Loss, 0) || math.IsNaN(norm) || math.IsInf(norm, 0) {
				return nil, &DivergedError{Step: e.Step, Loss: e.Loss, GradNorm: norm}
			}
			t.events.Step(e)
			if o.EvalSteps > 0 && at.Step%o.EvalSteps == 0 && i+1 < batches {
				if _, err := t.evaluate(ctx, splits, at.Step, e.Epoch); err != nil {
					return nil, err
				}
			}
			// Behind the epoch's last step comes the evaluation, and the state is
			// saved then: saved here too, a crash in between would log it twice.
			if o.SaveSteps > 0 && at.Step%o.SaveSteps == 0 && i+o.Accumulation < batches {
				if err := t.save(at); err != nil {
					return nil, err
				}
			}
		}
		scores, err := t.evaluate(ctx, splits, at.Step, float64(epoch+1))
		if err != nil {
			return nil, err
		}
		t.outcome.Epochs = append(t.outcome.Epochs, EpochScores{Epoch: epoch + 1, Scores: scores})
		at.Epoch, at.Batch = epoch+1, 0
		if err := t.save(at); err != nil {
			return nil, err
		}
	}
	if t.outcome.Predictions == nil { // resumed behind the last epoch
		if _, err := t.score(ctx, splits); err != nil {
			return nil, err
		}
	}
	return &t.outcome, nil
}

// passed returns how many epochs are behind, as a fraction.
func passed(epoch, batch, batches int) float64 {
	return float64(epoch) + float64(batch)/float64(batches)
}

// backward runs one batch forward and backward and returns its loss.
func (t *Trainer) backward(pass *ops.Pass, b *models.Batch, d *Data, rows []int, step uint64) (float64, error) {
	pass.Begin(step)
	t.mem.Reset()
	logits := t.model.Forward(pass, b)
	labels, gold := d.targets(rows)
	var loss mat.Tensor
	if d.Task.Kind == tasks.Regress {
		loss = ops.MSE(pass, logits, gold)
	} else {
		loss = ops.CrossEntropy(pass, logits, labels)
	}
	value := float64(ops.Of(loss).Floats()[0])
	return value, ops.Backward(loss, 1/float32(t.opt.Accumulation))
}

// update clips, steps the optimizer and forgets the gradients. It returns the
// global norm before clipping.
func (t *Trainer) update(lr float64, step int) float64 {
	norm := t.norm.Of(t.params)
	scale := 1.0
	if t.opt.MaxGradNorm > 0 {
		scale = min(1, t.opt.MaxGradNorm/(norm+1e-6))
	}
	t.adam.LR, t.adam.Step, t.adam.Scale = lr, step, float32(scale)
	t.adam.OptimizeAll(t.params)
	t.zeroGrad()
	return norm
}

func (t *Trainer) zeroGrad() {
	for _, p := range t.params {
		p.ZeroGrad()
	}
}

func (t *Trainer) evaluate(ctx context.Context, splits []Split, step int, epoch float64) (map[string]metrics.Scores, error) {
	all := map[string]metrics.Scores{}
	t.outcome.Predictions = map[string][]Prediction{}
	for _, s := range splits {
		start := time.Now()
		preds, err := t.Predict(ctx, s.Data)
		if err != nil {
			return nil, err
		}
		t.outcome.Predictions[s.Name] = preds
		all[s.Name] = s.Data.Sample(preds).Scores()
		t.events.Eval(EvalEvent{Step: step, Epoch: epoch, Split: s.Name, Scores: all[s.Name],
			Sequences: s.Data.Len(), Tokens: s.Data.Tokens(), Elapsed: time.Since(start)})
	}
	return all, nil
}

// score predicts every split without telling anyone.
func (t *Trainer) score(ctx context.Context, splits []Split) (map[string]metrics.Scores, error) {
	events := t.events
	t.events = silent{}
	defer func() { t.events = events }()
	return t.evaluate(ctx, splits, 0, 0)
}

type silent struct{}

func (silent) Step(StepEvent) {}
func (silent) Eval(EvalEvent) {}

// padTo is the length that batches carry padding to.
func (t *Trainer) padTo() int {
	if t.opt.PadToMax {
		return t.opt.MaxLength
	}
	return 0
}

// padded is the number of rows that a sequence of n tokens costs.
func (t *Trainer) padded(n int) int { return max(n, t.padTo()) }

// stepPart gathers the batches of one optimizer step.
type stepPart struct {
	loss              float64
	sequences, tokens int
	start             time.Time
}

func (s *stepPart) begin() {
	if s.start.IsZero() {
		s.start = time.Now()
	}
}

func (s *stepPart) add(loss float64, b *models.Batch) {
	s.loss += loss
	s.sequences += b.Sequences()
	s.tokens += b.Tokens()
}

func (s *stepPart) elapsed() time.Duration { return time.Since(s.start) }

// DivergedError says that the loss or the gradient is no number any more.
type DivergedError struct {
	Step           int
	Loss, GradNorm float64
}

func (e *DivergedError) Error() string {
	return fmt.Sprintf("step %d: loss %v, gradient norm %v: the training diverged; try a lower learning_rate", e.Step, e.Loss, e.GradNorm)
}
