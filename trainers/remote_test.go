package trainers_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/internal/remote"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/trainers"
)

// anyModel is an objective for whatever a model answers, and a scorer: sequences
// whose tokens are a function of their number.
type anyModel struct {
	m      *models.Model
	logits []float32 // of every evaluation
	stop   int       // the training's batch, from 1, after which to cancel
	cancel func()
}

const anyExamples = 13

func (a *anyModel) Models() []*models.Model { return []*models.Model{a.m} }
func (a *anyModel) Len() int                { return anyExamples }

func (a *anyModel) Batch(examples []int, n uint64) trainers.Batch {
	if int(n)+1 == a.stop {
		a.cancel()
	}
	b := &anyBatch{m: a.m, n: n}
	if a.m.Config.Decoder != nil {
		b.in.Target = &models.Batch{}
	}
	for _, i := range examples {
		b.in.Append(anyTokens(i, a.m.Config.Vocabulary()), nil)
		if b.in.Target != nil {
			b.in.Target.Append(anyTokens(i+3, a.m.Config.Outputs()), nil)
		}
	}
	return b
}

func anyTokens(i, vocab int) (ids []int32) {
	for k := range 3 + i%4 {
		ids = append(ids, int32((1+i*3+k*k*5)%vocab))
	}
	return ids
}

type anyBatch struct {
	m  *models.Model
	in models.Batch
	n  uint64
}

func (b *anyBatch) Size() (sequences, tokens int) { return b.in.Sequences(), b.in.Tokens() }

func (b *anyBatch) Losses(p *ops.Pass) []ops.Root {
	y := b.m.Forward(p, &b.in)
	rows, cols := ops.Of(y).Rows(), ops.Of(y).Cols()
	if cols == 1 {
		gold := make([]float32, rows)
		for i := range gold {
			gold[i] = float32(i%3) - float32(b.n%2)
		}
		return []ops.Root{{Loss: ops.MSE(p, y, gold), Weight: 0.5}}
	}
	labels := make([]int32, rows)
	for i := range labels {
		labels[i] = int32((uint64(i) + b.n) % uint64(cols))
	}
	return []ops.Root{{Loss: ops.CrossEntropy(p, y, labels), Weight: 1}}
}

func (a *anyModel) Score(_ context.Context, mem ops.Backend) (*trainers.Evaluation, error) {
	b := a.Batch([]int{2, 9, 5}, 0).(*anyBatch)
	pass := &ops.Pass{Backend: mem}
	pass.Begin(0)
	values, finite := ops.Values(a.m.Forward(pass, &b.in))
	if !finite {
		return nil, errors.New("not finite")
	}
	a.logits = append(a.logits, values...)
	score := float64(values[0])
	pass.Release()
	return &trainers.Evaluation{Scores: metrics.Scores{Accuracy: &score}}, nil
}

// everyArchitecture calls f with a model of each architecture that has such a head
// in the reference's random configurations.
func everyArchitecture(t *testing.T, f func(t *testing.T, open func() *models.Model)) {
	seen := map[string]bool{}
	for _, dir := range golden.Dirs(t, filepath.Join("..", "..", "models", "testdata", "random", "*")) {
		c, err := hf.ReadConfig(dir)
		if err != nil {
			t.Fatal(err)
		}
		head, err := models.HeadOf(&c.Config)
		if err != nil {
			t.Fatal(err)
		}
		key := c.ModelType + "/" + string(head.Kind)
		if seen[key] {
			continue
		}
		seen[key] = true
		t.Run(key, func(t *testing.T) {
			f(t, func() *models.Model {
				w, err := hf.OpenWeights(dir)
				if err != nil {
					t.Fatal(err)
				}
				defer w.Close()
				m, _, err := models.Open(c.Config, head, w, false, 1)
				if err != nil {
					t.Fatal(err)
				}
				return m
			})
		})
	}
	if len(seen) < 20 {
		t.Errorf("%d architectures with heads: want all", len(seen))
	}
}

// remoteOptions clip, accumulate, carry gradients over an epoch's end, evaluate
// within it and keep the best weights.
func remoteOptions() trainers.Options {
	o := smallOptions()
	rate := 0.2
	o.BatchSize, o.Accumulation, o.Epochs, o.EvalSteps, o.SaveSteps = 2, 2, 2, 2, 5
	o.MaxGradNorm, o.Dropout, o.LearningRate = 0.05, &rate, 1e-3
	o.KeepBest, o.Choose = true, trainers.Choose{Split: "dev", Metric: metrics.Accuracy}
	return o
}

// trained is all that a training gives.
type trained struct {
	steps  []trainers.StepEvent
	state  *trainers.State
	logits []float32
	best   []float32
}

// train fits a model, stopping behind the given batch, if it is not 0.
func train(t *testing.T, m *models.Model, backend ops.Backend, store *memory, stop int) (*trained, error) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	a, r := &anyModel{m: m, stop: stop, cancel: cancel}, &recorder{}
	opt := remoteOptions()
	opt.Backend = backend
	tr, err := trainers.New(a, opt, r, store)
	if err != nil {
		t.Fatal(err)
	}
	splits := []trainers.Split{{Name: "dev", Scorer: a}}
	start := time.Now()
	_, err = tr.Fit(ctx, splits)
	var told time.Duration
	for _, e := range r.steps {
		told += e.Elapsed
	}
	if took := time.Since(start); told > took {
		t.Errorf("the steps are told to have taken %v, and all of the training took %v", told, took)
	}
	out := &trained{steps: r.steps, state: store.last, logits: a.logits}
	if err != nil {
		return out, err
	}
	if _, err := tr.UseBest(context.Background(), splits); err != nil {
		t.Fatal(err)
	}
	out.best = weights(m)
	return out, nil
}

func sameTraining(t *testing.T, what string, got, want *trained) {
	t.Helper()
	if len(got.steps) != len(want.steps) {
		t.Fatalf("%s: %d steps are told of, want %d", what, len(got.steps), len(want.steps))
	}
	for i, g := range got.steps {
		w := want.steps[i]
		if g.Elapsed, w.Elapsed = 0, 0; g != w {
			t.Errorf("%s: step %+v, want %+v", what, g, w)
		}
	}
	if !slices.Equal(got.logits[len(got.logits)-len(want.logits):], want.logits) {
		t.Errorf("%s: evaluations' logits are others", what)
	}
	if !slices.Equal(got.best, want.best) {
		t.Errorf("%s: the best weights are others", what)
	}
	g, w := got.state, want.state
	if g.Position != w.Position || g.Best.Step != w.Best.Step || *g.Best.Score != *w.Best.Score || len(g.Tensors) != len(w.Tensors) {
		t.Fatalf("%s: the state stands at %+v with %d tensors, want %+v with %d", what, g.Position, len(g.Tensors),
			w.Position, len(w.Tensors))
	}
	for i, x := range g.Tensors {
		if y := w.Tensors[i]; x.Name != y.Name || x.Cols != y.Cols || !slices.Equal(x.Data, y.Data) || !slices.Equal(x.Rows, y.Rows) {
			t.Errorf("%s: %s of the state is another", what, x.Name)
		}
	}
}

// TestTrainingNeedsNoFloats trains every architecture on a backend whose memory is
// out of reach and which computes late, and holds all that it gives to the CPU's, to
// the byte; so does a training that was interrupted and taken up again there.
func TestTrainingNeedsNoFloats(t *testing.T) {
	everyArchitecture(t, func(t *testing.T, open func() *models.Model) {
		want, err := train(t, open(), nil, &memory{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		far := remote.New()
		m := open()
		got, err := train(t, m, far, &memory{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		sameTraining(t, "unbroken", got, want)
		if far.Late == 0 {
			t.Error("nothing was read late")
		}
		m.Place(ops.NewCPU())
		if n, floats := far.Kept(); n > 1 { // the norm's one float
			t.Errorf("%d buffers of %d floats stay behind", n, floats)
		}

		store := &memory{} // within the second step
		var stopped *trainers.InterruptedError
		first, err := train(t, open(), remote.New(), store, 3)
		if !errors.As(err, &stopped) || !stopped.Saved {
			t.Fatalf("%v, want an interruption", err)
		}
		rest, err := train(t, open(), remote.New(), store, 0)
		if err != nil {
			t.Fatal(err)
		}
		rest.steps = append(first.steps, rest.steps...)
		rest.logits = append(first.logits, rest.logits...)
		sameTraining(t, "taken up again", rest, want)
	})
}
