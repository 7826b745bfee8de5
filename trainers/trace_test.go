package trainers_test

import (
	"context"
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/devicetest"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/trainers"
)

// trace is the recipe of a reference training, as the script that made it says.
type trace struct {
	Task         string  `json:"task"`
	TrainFile    string  `json:"train_file"`
	EvalFile     string  `json:"eval_file"`
	MaxLength    int     `json:"max_length"`
	BatchSize    int     `json:"batch_size"`
	Epochs       int     `json:"epochs"`
	LearningRate float64 `json:"learning_rate"`
	WeightDecay  float64 `json:"weight_decay"`
	WarmupRatio  float64 `json:"warmup_ratio"`
	Accumulation int     `json:"gradient_accumulation_steps"`
}

type traceStep struct {
	Step     int     `json:"step"`
	Loss     float64 `json:"loss"`
	LR       float64 `json:"lr"`
	GradNorm float64 `json:"grad_norm"`
}

type tracePrediction struct {
	Gold, Pred json.RawMessage
	Logits     []float64
	Kept       int
}

// recorder keeps what a training tells.
type recorder struct{ steps []trainers.StepEvent }

func (r *recorder) Step(e trainers.StepEvent) { r.steps = append(r.steps, e) }
func (r *recorder) Eval(trainers.EvalEvent)   {}

func openModel(t *testing.T, dir string, task *tasks.Task) *models.Model {
	t.Helper()
	config, err := hf.ReadConfig(dir)
	if err != nil {
		t.Fatal(err)
	}
	w, err := hf.OpenWeights(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	head := models.Head{Kind: models.SequenceHead, Labels: max(1, len(task.Labels))}
	if task.Kind == tasks.Tag {
		head.Kind = models.TokenHead
	}
	m, loaded, err := models.Open(config.Config, head, w, false, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(loaded.Drawn) > 0 {
		t.Fatalf("drawn anew: %v", loaded.Drawn)
	}
	return m
}

func load(t *testing.T, m *models.Model, task *tasks.Task, dir, file, split string, tok *tokenizers.Tokenizer, tr trace,
) *objectives.Labelled {
	t.Helper()
	set, err := task.OpenFile(filepath.Join(dir, "data", task.Name, file), split)
	if err != nil {
		t.Fatal(err)
	}
	d, err := objectives.NewLabelled(m, tok, task, set.Examples, objectives.Recipe{Recipe: predictors.Recipe{
		MaxLength: tr.MaxLength, Truncation: tokenizers.LongestFirstPython, PadToMax: true}})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestTrainingEqualsReference(t *testing.T) {
	for _, dir := range golden.Dirs(t, "training/*") {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			tr := golden.JSON[trace](t, filepath.Join(dir, "config.json"))
			task, err := tasks.Find(tr.Task)
			if err != nil {
				t.Fatal(err)
			}
			m := openModel(t, filepath.Join(dir, "model"), task)
			tok, err := tokenizers.Load(filepath.Join(dir, "model"))
			if err != nil {
				t.Fatal(err)
			}
			rec := &recorder{}
			none := 0.0
			train := load(t, m, task, dir, tr.TrainFile, "train", tok, tr)
			test := load(t, m, task, dir, tr.EvalFile, "test", tok, tr)
			trainer, err := trainers.New(train, trainers.Options{
				BatchSize: tr.BatchSize, Epochs: tr.Epochs, LearningRate: tr.LearningRate,
				WeightDecay: tr.WeightDecay, WarmupRatio: tr.WarmupRatio, MaxGradNorm: 1, AdamBeta1: 0.9, AdamBeta2: 0.999,
				AdamEpsilon: 1e-8, Accumulation: max(1, tr.Accumulation), Dropout: &none, Backend: devicetest.Backend(t),
			}, rec, nil)
			if err != nil {
				t.Fatal(err)
			}
			out, err := trainer.Fit(context.Background(), []trainers.Split{{Name: "test", Scorer: test}})
			if err != nil {
				t.Fatal(err)
			}
			compareSteps(t, rec.steps, golden.Lines[traceStep](t, filepath.Join(dir, "steps.jsonl")))
			compareWeights(t, m, golden.Tensors(t, filepath.Join(dir, "final.safetensors")))
			comparePredictions(t, task, out.Answers["test"], golden.Lines[tracePrediction](t, filepath.Join(dir, "predictions.jsonl")))
			compareScores(t, out, golden.JSON[map[string]any](t, filepath.Join(dir, "eval.json")))
		})
	}
}

// lossTolerance is that of losses and of gradients' norms.
var lossTolerance = golden.Tolerance{Abs: 1e-5, Rel: 1e-4}

func compareSteps(t *testing.T, got []trainers.StepEvent, want []traceStep) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d steps, want %d", len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		if !lossTolerance.Near(g.Loss, w.Loss) || !lossTolerance.Near(g.GradNorm, w.GradNorm) ||
			!golden.Within(1e-12).Near(g.LR, w.LR) {
			t.Errorf("step %d: loss %.7f lr %g norm %.7f, want %.7f %g %.7f", w.Step, g.Loss, g.LR, g.GradNorm, w.Loss, w.LR, w.GradNorm)
		}
	}
}

// compareWeights leaves room for key biases: their true gradient is zero, and
// Adam makes whole steps of the rounding noise that is there instead.
func compareWeights(t *testing.T, m *models.Model, want map[string][]float32) {
	t.Helper()
	for _, p := range m.Params() {
		limit := 1e-4
		if strings.HasSuffix(p.Name, "key.bias") || strings.HasSuffix(p.Name, "k_head.bias") {
			limit = 1e-3
		}
		w, ok := want[p.Name]
		if !ok {
			t.Errorf("%s: not in the reference", p.Name)
			continue
		}
		golden.Near(t, p.Name+": final weights", p.Floats(), w, golden.Within(limit))
	}
}

func comparePredictions(t *testing.T, task *tasks.Task, got []predictors.Answer, want []tracePrediction) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d predictions, want %d", len(got), len(want))
	}
	for i, w := range want {
		g := got[i]
		switch task.Kind {
		case tasks.Regress:
			var v float64
			if err := json.Unmarshal(w.Pred, &v); err != nil || !golden.Within(1e-3).Near(g.Value, v) {
				t.Errorf("example %d: %v, want %s", i, g.Value, w.Pred)
			}
		case tasks.Tag:
			var tags []string
			if err := json.Unmarshal(w.Pred, &tags); err != nil {
				t.Fatal(err)
			}
			for k, tag := range tags {
				if task.Labels[g.Tags[k]] != tag {
					t.Errorf("sentence %d, word %d: %s, want %s", i, k, task.Labels[g.Tags[k]], tag)
				}
			}
			if g.Kept != w.Kept {
				t.Errorf("sentence %d: %d words kept, want %d", i, g.Kept, w.Kept)
			}
		default:
			var label string
			if err := json.Unmarshal(w.Pred, &label); err != nil || task.Labels[g.Label] != label {
				t.Errorf("example %d: %s, want %s", i, task.Labels[g.Label], w.Pred)
			}
			for k, v := range w.Logits {
				if !golden.Within(1e-3).Near(float64(g.Logits[k]), v) {
					t.Errorf("example %d: logits %v, want %v", i, g.Logits, w.Logits)
					break
				}
			}
		}
	}
}

func compareScores(t *testing.T, out *trainers.Outcome, want map[string]any) {
	t.Helper()
	s := out.Epochs[len(out.Epochs)-1].Scores["test"]
	for name, got := range map[string]*float64{"accuracy": s.Accuracy, "macro_f1": s.MacroF1, "f1": s.F1,
		"f1_full_gold": s.F1FullGold, "spearman": s.Spearman, "pearson": s.Pearson} {
		w, ok := want[name].(float64)
		if !ok {
			continue
		}
		limit := 1e-9
		if name == "spearman" || name == "pearson" {
			limit = 1e-3
		}
		if got == nil || !golden.Within(limit).Near(*got, w) {
			t.Errorf("%s: %v, want %v", name, got, w)
		}
	}
}
