package trainers_test

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/metrics"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/trainers"
)

// recipeTrace is a training with one recipe field set, as the script that made it
// says.
type recipeTrace struct {
	Recipe struct {
		Schedule       string          `json:"lr_schedule"`
		WarmupSteps    int             `json:"warmup_steps"`
		MaxSteps       int             `json:"max_steps"`
		Smoothing      float64         `json:"label_smoothing"`
		Weights        json.RawMessage `json:"class_weights"`
		LayerwiseDecay float64         `json:"layerwise_lr_decay"`
		WeightDecay    float64         `json:"weight_decay"`
		Freeze         json.RawMessage `json:"freeze"`
	} `json:"recipe"`
	Steps  []traceStep `json:"steps"`
	Logits [][]float64 `json:"logits"`
}

// hateSpeech opens the task of the traces, the tokenizer of their model, which lies in source,
// and their training rows.
func hateSpeech(t *testing.T) (source string, task *tasks.Task, tok *tokenizers.Tokenizer, set *tasks.Set) {
	t.Helper()
	source = filepath.Join("testdata", "training", "hate-speech-bert")
	task, err := tasks.Find("hate-speech")
	if err != nil {
		t.Fatal(err)
	}
	if tok, err = tokenizers.Load(filepath.Join(source, "model")); err != nil {
		t.Fatal(err)
	}
	if set, err = task.OpenFile(filepath.Join(source, "data", "hate-speech", "train.tsv"), tasks.Train); err != nil {
		t.Fatal(err)
	}
	return source, task, tok, set
}

func TestRecipeFieldsEqualReference(t *testing.T) {
	source, task, tok, set := hateSpeech(t)
	files := golden.Dirs(t, filepath.Join("recipes", "*.json"))
	if len(files) < 15 {
		t.Fatalf("%d traces", len(files))
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			tr := golden.JSON[recipeTrace](t, file)
			r, none := tr.Recipe, 0.0
			opt := trainers.Options{BatchSize: 8, Epochs: 2, LearningRate: 3e-4, WeightDecay: r.WeightDecay, MaxGradNorm: 1,
				AdamBeta1: 0.9, AdamBeta2: 0.999, AdamEpsilon: 1e-8, Accumulation: 1, Dropout: &none,
				Schedule: r.Schedule, WarmupSteps: r.WarmupSteps, MaxSteps: r.MaxSteps, LayerwiseDecay: r.LayerwiseDecay}
			reading := objectives.Recipe{Recipe: predictors.Recipe{MaxLength: 40, Truncation: tokenizers.LongestFirstPython},
				Smoothing: r.Smoothing}
			switch string(r.Freeze) {
			case "", `"embeddings"`:
				opt.Freeze.Embeddings = r.Freeze != nil
			default:
				opt.Freeze.Layers = 1
			}
			if reading.Weights.Balanced = string(r.Weights) == `"balanced"`; r.Weights != nil && !reading.Weights.Balanced {
				if err := json.Unmarshal(r.Weights, &reading.Weights.List); err != nil {
					t.Fatal(err)
				}
			}
			m := openModel(t, filepath.Join(source, "model"), task)
			before := weights(m)
			d, err := objectives.NewLabelled(m, tok, task, set.Examples, reading)
			if err != nil {
				t.Fatal(err)
			}
			rec := &recorder{}
			trainer, err := trainers.New(d, opt, rec, nil)
			if err != nil {
				t.Fatal(err)
			}
			out, err := trainer.Fit(context.Background(), []trainers.Split{{Name: "train", Scorer: d}})
			if err != nil {
				t.Fatal(err)
			}
			compareSteps(t, rec.steps, tr.Steps)
			for i, want := range tr.Logits {
				for k, v := range want {
					if got := out.Answers["train"][i].Logits[k]; !golden.Within(1e-3).Near(float64(got), v) {
						t.Errorf("row %d: logits %v, want %v", i, out.Answers["train"][i].Logits, want)
						break
					}
				}
			}
			if out.Steps != len(tr.Steps) || len(out.Epochs) != (out.Steps+8)/9 {
				t.Errorf("%d steps in %d epochs, want %d", out.Steps, len(out.Epochs), len(tr.Steps))
			}
			checkFrozen(t, m, before, opt.Freeze)
		})
	}
}

// checkFrozen holds that frozen parameters kept their bytes and others did not,
// and that the model can be trained whole again.
func checkFrozen(t *testing.T, m *models.Model, before []float32, f trainers.Freeze) {
	t.Helper()
	for _, p := range m.Params() {
		n := len(p.Floats())
		same := slices.Equal(p.Floats(), before[:n])
		before = before[n:]
		frozen := f.Embeddings || f.Layers > 0
		want := frozen && strings.Contains(p.Name, "embeddings") || f.Layers > 0 && strings.Contains(p.Name, "layer.0.")
		if same != want {
			t.Errorf("%s: unchanged %t, want %t", p.Name, same, want)
		}
		if !p.RequiresGrad() {
			t.Errorf("%s is frozen for good", p.Name)
		}
	}
}

// scripted scores a split with numbers given beforehand.
type scripted struct {
	scores []float64
	made   int
}

func (s *scripted) Score(context.Context, ops.Backend) (*trainers.Evaluation, error) {
	v := s.scores[min(s.made, len(s.scores)-1)]
	s.made++
	return &trainers.Evaluation{Scores: metrics.Scores{Accuracy: &v}}, nil
}

// Early stopping ends where transformers' EarlyStoppingCallback does.
func TestEarlyStoppingEqualsReference(t *testing.T) {
	type trace struct {
		Scores      []float64
		Patience    int
		Evaluations int
		Best        float64
	}
	for i, c := range golden.Lines[trace](t, filepath.Join("testdata", "recipes", "stopping.jsonl")) {
		opt := smallOptions()
		opt.Accumulation, opt.BatchSize, opt.Epochs = 1, 53, len(c.Scores)
		opt.Patience, opt.Choose = c.Patience, trainers.Choose{Split: "dev", Metric: metrics.Accuracy}
		dev := &scripted{scores: c.Scores}
		tr, err := trainers.New(smallData(t, smallModel(t)), opt, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		out, err := tr.Fit(context.Background(), []trainers.Split{{Name: "dev", Scorer: dev}})
		if err != nil {
			t.Fatal(err)
		}
		if dev.made != c.Evaluations || *out.Best.Score != c.Best || len(out.Epochs) != c.Evaluations {
			t.Errorf("line %d: %d evaluations, best %v, want %d and %v", i+1, dev.made, *out.Best.Score, c.Evaluations, c.Best)
		}
	}
}

// The best weights are kept, over an interruption too, and used when asked for.
func TestBestWeightsAreKept(t *testing.T) {
	opt := smallOptions()
	opt.Accumulation, opt.BatchSize, opt.Epochs, opt.SaveSteps = 1, 20, 4, 1 // three steps an epoch
	opt.EvalSteps = 2
	opt.KeepBest, opt.Choose = true, trainers.Choose{Split: "dev", Metric: metrics.Accuracy}
	scores := []float64{0.1, 0.2, 0.3, 0.9, 0.4, 0.9, 0.1} // evaluations after steps 2, 3, 4, 6, 8, 9, 10, 12
	fit := func(m *models.Model, stopAt int, store trainers.Store, dev *scripted) (*trainers.Trainer, []float32, error) {
		ctx, cancel := context.WithCancel(context.Background())
		var atBest []float32
		r := &bestRecorder{cancel: cancel, stop: stopAt, at: 6, copy: func() { atBest = weights(m) }}
		tr, err := trainers.New(smallData(t, m), opt, r, store)
		if err != nil {
			t.Fatal(err)
		}
		_, err = tr.Fit(ctx, []trainers.Split{{Name: "dev", Scorer: dev}})
		return tr, atBest, err
	}
	m := smallModel(t)
	tr, want, err := fit(m, 0, nil, &scripted{scores: scores})
	if err != nil {
		t.Fatal(err)
	}
	last := weights(m)
	if _, err := tr.UseBest(context.Background(), nil); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(weights(m), want) || slices.Equal(want, last) {
		t.Error("the best weights are not those of step 6")
	}
	for _, stop := range []int{5, 7, 8} {
		t.Run(fmt.Sprint("stop=", stop), func(t *testing.T) {
			store := &trainers.FileStore{Path: filepath.Join(t.TempDir(), "state")}
			dev := &scripted{scores: scores}
			if _, _, err := fit(smallModel(t), stop, store, dev); err == nil {
				t.Fatal("not interrupted")
			}
			m := smallModel(t)
			tr, _, err := fit(m, 0, store, dev)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(weights(m), last) {
				t.Error("the last weights differ from the unbroken training's")
			}
			if _, err := tr.UseBest(context.Background(), nil); err != nil {
				t.Fatal(err)
			}
			if !slices.Equal(weights(m), want) {
				t.Error("the best weights differ from the unbroken training's")
			}
		})
	}
}

type bestRecorder struct {
	stop, at int
	cancel   context.CancelFunc
	copy     func()
}

func (r *bestRecorder) Step(e trainers.StepEvent) {
	if e.Step == r.stop {
		r.cancel()
	}
}

func (r *bestRecorder) Eval(e trainers.EvalEvent) {
	if e.Step == r.at {
		r.copy()
	}
}

func TestChoosingNeedsASplit(t *testing.T) {
	opt := smallOptions()
	opt.Patience = 2
	_, err := trainers.New(smallData(t, smallModel(t)), opt, nil, nil)
	if err == nil || !strings.Contains(err.Error(), "dev split") {
		t.Errorf("error %v, want one about a dev split", err)
	}
}
