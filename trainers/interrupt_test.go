package trainers_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/trainers"
)

// stopper cancels a training while it readies its n-th batch, from 1, or scores
// for the n-th time.
type stopper struct {
	trainers.Objective
	trainers.Scorer
	batch, score   int
	batches, calls int
	cancel         context.CancelFunc
}

func (s *stopper) Batch(examples []int, n uint64) trainers.Batch {
	if s.batches++; s.batches == s.batch {
		s.cancel()
	}
	return s.Objective.Batch(examples, n)
}

func (s *stopper) Score(ctx context.Context, mem ops.Backend) (*trainers.Evaluation, error) {
	if s.calls++; s.calls == s.score {
		s.cancel()
	}
	return s.Scorer.Score(ctx, mem)
}

// events keeps everything that a training tells, in order, without times.
type events struct{ all []string }

func (e *events) Step(s trainers.StepEvent) {
	s.Elapsed = 0
	e.all = append(e.all, fmt.Sprintf("%+v", s))
}

func (e *events) Eval(s trainers.EvalEvent) {
	e.all = append(e.all, fmt.Sprintf("step %d epoch %v %s %v", s.Step, s.Epoch, s.Split, *s.Scores.Accuracy))
}

// A training that is asked to stop saves after the current batch, whatever
// save_steps says, and loses and repeats nothing: neither of a step of several
// batches, nor of an evaluation.
func TestPoliteStopLosesNothing(t *testing.T) {
	opt := smallOptions()
	opt.SaveSteps, opt.EvalSteps = 1000, 2
	m := smallModel(t)
	data := smallData(t, m)
	whole := &events{}
	tr, err := trainers.New(data, opt, whole, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Fit(context.Background(), []trainers.Split{{Name: "test", Scorer: data}}); err != nil {
		t.Fatal(err)
	}
	for _, at := range []stopper{{batch: 1}, {batch: 2}, {batch: 3}, {batch: 7}, {batch: 14}, {batch: 15}, {batch: 29},
		{score: 1}, {score: 2}, {score: 3}, {score: 4}} {
		t.Run(fmt.Sprintf("batch=%d,score=%d", at.batch, at.score), func(t *testing.T) {
			store := &trainers.FileStore{Path: filepath.Join(t.TempDir(), "state")}
			heard := &events{}
			ctx, cancel := context.WithCancel(context.Background())
			first := smallData(t, smallModel(t))
			at.Objective, at.Scorer, at.cancel = first, first, cancel
			tr, err := trainers.New(&at, opt, heard, store)
			if err != nil {
				t.Fatal(err)
			}
			_, err = tr.Fit(ctx, []trainers.Split{{Name: "test", Scorer: &at}})
			var stop *trainers.InterruptedError
			if !errors.As(err, &stop) || !stop.Saved || !errors.Is(err, context.Canceled) {
				t.Fatalf("error %v, want an InterruptedError with the state saved", err)
			}
			m2 := smallModel(t)
			second := smallData(t, m2)
			tr, err = trainers.New(second, opt, heard, store)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Fit(context.Background(), []trainers.Split{{Name: "test", Scorer: second}}); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(weights(m2), weights(m)) {
				t.Error("weights differ from the unbroken training's")
			}
			for i, e := range whole.all {
				if i >= len(heard.all) || heard.all[i] != e {
					t.Fatalf("event %d differs:\n got %v\nwant %v", i, heard.all[min(i, len(heard.all)-1)], e)
				}
			}
			if len(heard.all) != len(whole.all) {
				t.Errorf("%d events, want %d", len(heard.all), len(whole.all))
			}
		})
	}
}

// A state in which any bit is flipped, or that is cut short anywhere, is refused
// with the way out.
func TestDamagedStateIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state")
	store := &trainers.FileStore{Path: path}
	ctx, cancel := context.WithCancel(context.Background())
	data := smallData(t, smallModel(t))
	tr, err := trainers.New(&stopper{Objective: data, batch: 9, cancel: cancel}, smallOptions(), nil, store)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Fit(ctx, nil); err == nil {
		t.Fatal("not interrupted")
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	refused := func(name string, content []byte) {
		t.Helper()
		if err := os.WriteFile(path, content, 0o644); err != nil {
			t.Fatal(err)
		}
		if _, err := store.Position(); err == nil && len(content) != len(whole) {
			t.Errorf("%s: has a position", name)
		}
		_, err := store.Load()
		var s *trainers.StateError
		if !errors.As(err, &s) || !strings.Contains(err.Error(), "remove this file") || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: error %v, want a StateError that names the file and the way out", name, err)
		}
	}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 300 {
		bit := r.IntN(8 * len(whole))
		if i < 100 { // most of them in the header
			bit = r.IntN(8 * 2000)
		}
		flipped := slices.Clone(whole)
		flipped[bit/8] ^= 1 << (bit % 8)
		refused(fmt.Sprintf("bit %d", bit), flipped)
	}
	for _, n := range []int{0, 5, 14, 20, len(whole) / 2, len(whole) - 1} {
		refused(fmt.Sprintf("%d bytes", n), whole[:n])
	}
	refused("an older version's", append([]byte("bench-state-1\n"), whole[14:]...))
	if err := os.WriteFile(path, whole, 0o644); err != nil {
		t.Fatal(err)
	}
	if at, err := store.Position(); err != nil || at.Batch != 9 || at.Step != 3 {
		t.Errorf("the whole file stands at %+v, %v", at, err)
	}
	if at, err := (&trainers.FileStore{Path: path + "x"}).Position(); at != nil || err != nil {
		t.Errorf("no file stands at %+v, %v", at, err)
	}
	if s, err := store.Load(); err != nil || s.Position.Batch != 9 || s.Position.Step != 3 {
		t.Errorf("the whole file gives %+v, %v", s, err)
	}
}

// A state whose position no training can have is refused, not indexed with.
func TestStateOfAnotherTrainingIsRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*trainers.State)
		want   string
	}{
		{"a batch below 0", func(s *trainers.State) { s.Position.Batch = -1 }, "batch -1"},
		{"a batch behind the last", func(s *trainers.State) { s.Position.Batch = 15 }, "batch 15"},
		{"an epoch behind the last", func(s *trainers.State) { s.Position.Epoch = 4 }, "epoch 4"},
		{"another step", func(s *trainers.State) { s.Position.Step = 2 }, "step 2"},
		{"other examples", func(s *trainers.State) { s.Examples = 52 }, "52"},
		{"other steps", func(s *trainers.State) { s.Steps = 13 }, "13"},
		{"a lacking weight", func(s *trainers.State) {
			s.Tensors = slices.DeleteFunc(s.Tensors, func(x trainers.StateTensor) bool { return x.Name == "weight/classifier.bias" })
		}, "parameters"},
		{"a foreign tensor", func(s *trainers.State) { s.Tensors[0].Name = "x" }, "belongs to no parameter"},
		{"a moment too short", func(s *trainers.State) { s.Tensors[1].Data = s.Tensors[1].Data[1:] }, "values"},
	} {
		t.Run(c.name, func(t *testing.T) {
			store := &memory{}
			ctx, cancel := context.WithCancel(context.Background())
			data := smallData(t, smallModel(t))
			tr, err := trainers.New(&stopper{Objective: data, batch: 9, cancel: cancel}, smallOptions(), nil, store)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Fit(ctx, nil); err == nil {
				t.Fatal("not interrupted")
			}
			c.change(store.last)
			if tr, err = trainers.New(smallData(t, smallModel(t)), smallOptions(), nil, store); err != nil {
				t.Fatal(err)
			}
			_, err = tr.Fit(context.Background(), nil)
			var s *trainers.StateError
			if !errors.As(err, &s) || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want a StateError about %q", err, c.want)
			}
		})
	}
}

// A second training of one model knows nothing of the first one's moments.
func TestSecondTrainingStartsFresh(t *testing.T) {
	train := func(again bool) []float32 {
		m := smallModel(t)
		start := weights(m)
		data := smallData(t, m)
		tr, err := trainers.New(data, smallOptions(), nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		fit := func() {
			if _, err := tr.Fit(context.Background(), nil); err != nil {
				t.Fatal(err)
			}
		}
		fit()
		if again {
			for _, p := range m.Params() {
				start = start[copy(p.Floats(), start):]
			}
			fit()
		}
		return weights(m)
	}
	if !slices.Equal(train(true), train(false)) {
		t.Error("a second training from the same weights ends elsewhere")
	}
}

func TestOptionsOutOfRange(t *testing.T) {
	nan, huge := 0.0, 1.5
	nan /= nan
	for _, c := range []struct {
		name   string
		change func(*trainers.Options)
	}{
		{"learning_rate", func(o *trainers.Options) { o.LearningRate = nan }},
		{"weight_decay", func(o *trainers.Options) { o.WeightDecay = nan }},
		{"warmup_ratio", func(o *trainers.Options) { o.WarmupRatio = nan }},
		{"max_grad_norm", func(o *trainers.Options) { o.MaxGradNorm = -1 }},
		{"adam_beta1", func(o *trainers.Options) { o.AdamBeta1 = 1 }},
		{"adam_beta2", func(o *trainers.Options) { o.AdamBeta2 = nan }},
		{"adam_epsilon", func(o *trainers.Options) { o.AdamEpsilon = 0 }},
		{"dropout", func(o *trainers.Options) { o.Dropout = &huge }},
		{"epochs", func(o *trainers.Options) { o.Epochs = 0 }},
		{"batch_size", func(o *trainers.Options) { o.BatchSize = -1 }},
		{"gradient_accumulation_steps", func(o *trainers.Options) { o.Accumulation = 0 }},
		{"save_steps", func(o *trainers.Options) { o.SaveSteps = -1 }},
	} {
		opt := smallOptions()
		c.change(&opt)
		if err := opt.Check(); err == nil || !strings.Contains(err.Error(), c.name) {
			t.Errorf("error %v, want one about %s", err, c.name)
		}
	}
	if err := smallOptions().Check(); err != nil {
		t.Error(err)
	}
}
