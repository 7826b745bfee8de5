package trainers_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/devicetest"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/trainers"
)

// memory is a store that keeps a deep copy of the last state.
type memory struct{ last *trainers.State }

func (m *memory) Save(s *trainers.State) error {
	c := *s
	c.Epochs = slices.Clone(s.Epochs)
	c.Tensors = nil
	for _, x := range s.Tensors {
		rows := x.Rows
		if rows != nil {
			rows = append([]int32{}, rows...)
		}
		c.Tensors = append(c.Tensors, trainers.StateTensor{Name: x.Name, Data: slices.Clone(x.Data), Cols: x.Cols, Rows: rows})
	}
	m.last = &c
	return nil
}

func (m *memory) Load() (*trainers.State, error) { return m.last, nil }

// breaker cancels a training at a step.
type breaker struct {
	recorder
	at     int
	cancel context.CancelFunc
}

func (b *breaker) Step(e trainers.StepEvent) {
	b.recorder.Step(e)
	if e.Step == b.at {
		b.cancel()
	}
}

// smallData has labels that nothing in the texts tells.
func smallData(t *testing.T, m *models.Model) *objectives.Labelled {
	return dataLabelled(t, m, predictors.Recipe{}, func(i int, _ []string) int { return i * 7 % 3 % 2 })
}

func dataLabelled(t *testing.T, m *models.Model, r predictors.Recipe, label func(i int, words []string) int,
) *objectives.Labelled {
	t.Helper()
	dir := t.TempDir()
	words := strings.Fields("영화 정말 재미 있다 없다 배우 연기 좋다 나쁘다 음악 이 가 은 는")
	vocab := append([]string{"[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"}, words...)
	if err := os.WriteFile(filepath.Join(dir, "vocab.txt"), []byte(strings.Join(vocab, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	tok, err := tokenizers.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	task, err := tasks.Find("nsmc")
	if err != nil {
		t.Fatal(err)
	}
	var examples []tasks.Example
	for i := range 53 {
		var text []string
		for k := range 2 + i%7 {
			text = append(text, words[(i*5+k*k*3)%len(words)])
		}
		examples = append(examples, tasks.Example{ID: i, Text: strings.Join(text, " "), Label: label(i, text)})
	}
	r.MaxLength = 16
	d, err := objectives.NewLabelled(m, tok, task, examples, objectives.Recipe{Recipe: r})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func smallModel(t *testing.T) *models.Model {
	t.Helper()
	m, err := models.New(models.Config{ModelType: "bert", VocabSize: 24, HiddenSize: 16, NumHiddenLayers: 2, NumAttentionHeads: 2,
		IntermediateSize: 32, HiddenAct: "gelu", MaxPositionEmbeddings: 16, TypeVocabSize: 2, LayerNormEps: 1e-12,
		InitializerRange: 0.1, HiddenDropout: 0.1, AttentionDropout: 0.1}, models.Head{Kind: models.SequenceHead, Labels: 2}, 5)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func smallOptions() trainers.Options {
	return trainers.Options{BatchSize: 4, Epochs: 3, LearningRate: 1e-2, WeightDecay: 0.01, MaxGradNorm: 1,
		AdamBeta1: 0.9, AdamBeta2: 0.999, AdamEpsilon: 1e-8, Accumulation: 3, Seed: 9, Shuffle: true, SaveSteps: 3}
}

func weights(m *models.Model) (all []float32) {
	for _, p := range m.Params() {
		all = append(all, p.Floats()...)
	}
	return all
}

// A training that was interrupted anywhere and taken up again ends with the
// bytes of an unbroken one: 14 batches an epoch, three to a step, so that
// gradients of two are carried over into the next epoch.
func TestResumedTrainingEqualsUnbroken(t *testing.T) {
	opt := smallOptions()
	opt.Backend = devicetest.Backend(t)
	whole := &recorder{}
	m := smallModel(t)
	data := smallData(t, m)
	tr, err := trainers.New(data, opt, whole, &memory{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := tr.Fit(context.Background(), []trainers.Split{{Name: "test", Scorer: data}})
	if err != nil {
		t.Fatal(err)
	}
	for at := 1; at <= 12; at++ {
		t.Run(fmt.Sprint("step=", at), func(t *testing.T) {
			store := &trainers.FileStore{Path: filepath.Join(t.TempDir(), "state")}
			ctx, cancel := context.WithCancel(context.Background())
			b := &breaker{at: at, cancel: cancel}
			data := smallData(t, smallModel(t))
			tr, err := trainers.New(data, opt, b, store)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := tr.Fit(ctx, []trainers.Split{{Name: "test", Scorer: data}}); !errors.Is(err, context.Canceled) {
				t.Fatalf("interrupted training ended with %v", err)
			}
			rest := &recorder{}
			m2 := smallModel(t)
			data = smallData(t, m2)
			tr, err = trainers.New(data, opt, rest, store)
			if err != nil {
				t.Fatal(err)
			}
			got, err := tr.Fit(context.Background(), []trainers.Split{{Name: "test", Scorer: data}})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(weights(m2), weights(m)) {
				t.Error("weights differ")
			}
			if got.Sequences != want.Sequences || got.Tokens != want.Tokens || len(got.Epochs) != len(want.Epochs) {
				t.Errorf("saw %d sequences, %d tokens, %d epochs, want %d, %d, %d", got.Sequences, got.Tokens, len(got.Epochs),
					want.Sequences, want.Tokens, len(want.Epochs))
			}
			for _, e := range rest.steps {
				w := whole.steps[e.Step-1]
				if e.Loss != w.Loss || e.GradNorm != w.GradNorm || e.LR != w.LR || e.Sequences != w.Sequences {
					t.Errorf("step %d: %+v, want %+v", e.Step, e, w)
				}
			}
		})
	}
}

func TestDivergedTrainingSaysSo(t *testing.T) {
	opt := smallOptions()
	opt.LearningRate, opt.WeightDecay = 1e30, 0
	tr, err := trainers.New(smallData(t, smallModel(t)), opt, &recorder{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	_, err = tr.Fit(context.Background(), nil)
	var d *trainers.DivergedError
	if !errors.As(err, &d) || d.Step < 2 {
		t.Errorf("error %v, want a DivergedError after the first step", err)
	}
}

func TestAccumulationLongerThanAnEpoch(t *testing.T) {
	opt := smallOptions()
	opt.Accumulation = 100
	tr, err := trainers.New(smallData(t, smallModel(t)), opt, &recorder{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tr.Fit(context.Background(), nil); err == nil || !strings.Contains(err.Error(), "gradient_accumulation_steps") {
		t.Errorf("error %v, want one that names gradient_accumulation_steps", err)
	}
}
