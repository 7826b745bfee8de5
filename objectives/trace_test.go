package objectives_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/objectives"
	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/trainers"
)

func open(t *testing.T, dir string) (*models.Model, *tokenizers.Tokenizer) {
	t.Helper()
	config, err := hf.ReadConfig(dir)
	if err != nil {
		t.Fatal(err)
	}
	head, err := models.HeadOf(&config.Config)
	if err != nil {
		t.Fatal(err)
	}
	w, err := hf.OpenWeights(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	m, loaded, err := models.Open(config.Config, head, w, false, 1)
	if err != nil || len(loaded.Drawn) > 0 {
		t.Fatalf("%v, drawn anew: %v", err, loaded.Drawn)
	}
	tok, err := tokenizers.Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return m, tok
}

type recorder struct{ steps []trainers.StepEvent }

func (r *recorder) Step(e trainers.StepEvent) { r.steps = append(r.steps, e) }
func (r *recorder) Eval(trainers.EvalEvent)   {}

type traceStep struct {
	Step     int     `json:"step"`
	Loss     float64 `json:"loss"`
	LR       float64 `json:"lr"`
	GradNorm float64 `json:"grad_norm"`
}

// Objectives without labels train as transformers' models do with the same
// words hidden: losses, gradients' norms and the final weights.
func TestObjectivesEqualReference(t *testing.T) {
	const maxLength, block, maxTarget, seed = 24, 16, 12, 11
	for _, c := range []struct {
		name, parts string
		make        func(m []*models.Model, tok *tokenizers.Tokenizer, texts []string) (trainers.Objective, error)
	}{
		{"masked", "model", func(m []*models.Model, tok *tokenizers.Tokenizer, texts []string) (trainers.Objective, error) {
			return objectives.NewMaskedWords(m[0], tok, texts, maxLength, objectives.BERTMasking(seed))
		}},
		{"next", "model", func(m []*models.Model, tok *tokenizers.Tokenizer, texts []string) (trainers.Objective, error) {
			return objectives.NewNextWords(m[0], tok, slices.Values(texts), block)
		}},
		{"replaced", "generator discriminator", func(m []*models.Model, tok *tokenizers.Tokenizer, texts []string,
		) (trainers.Objective, error) {
			return objectives.NewReplacedWords(m[0], m[1], tok, texts, maxLength, objectives.Masking{Rate: 0.15, Mask: 1, Seed: seed},
				objectives.DiscriminatorWeight)
		}},
		{"summary", "model", func(m []*models.Model, tok *tokenizers.Tokenizer, texts []string) (trainers.Objective, error) {
			return objectives.NewSummaries(m[0], tok, texts[:len(texts)-1], texts[1:], maxLength, maxTarget)
		}},
	} {
		for _, dir := range golden.Dirs(t, c.name) {
			t.Run(c.name, func(t *testing.T) {
				raw, err := os.ReadFile(filepath.Join(dir, "texts.txt"))
				if err != nil {
					t.Fatal(err)
				}
				var all []*models.Model
				var tok *tokenizers.Tokenizer
				for _, part := range strings.Fields(c.parts) {
					var m *models.Model
					m, tok = open(t, filepath.Join(dir, part))
					all = append(all, m)
				}
				o, err := c.make(all, tok, strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n"))
				if err != nil {
					t.Fatal(err)
				}
				none, rec := 0.0, &recorder{}
				tr, err := trainers.New(o, trainers.Options{BatchSize: 6, Epochs: 2, LearningRate: 3e-4, MaxGradNorm: 1, AdamBeta1: 0.9,
					AdamBeta2: 0.999, AdamEpsilon: 1e-8, Accumulation: 1, Dropout: &none}, rec, nil)
				if err != nil {
					t.Fatal(err)
				}
				if _, err := tr.Fit(context.Background(), nil); err != nil {
					t.Fatal(err)
				}
				compareSteps(t, rec.steps, golden.Lines[traceStep](t, filepath.Join(dir, "steps.jsonl")))
				want := golden.Tensors(t, filepath.Join(dir, "final.safetensors"))
				for i, part := range strings.Fields(c.parts) {
					compareWeights(t, part, all[i], want)
				}
			})
		}
	}
}

func compareSteps(t *testing.T, got []trainers.StepEvent, want []traceStep) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Fatalf("%d steps, want %d", len(got), len(want))
	}
	near := golden.Tolerance{Abs: 1e-5, Rel: 1e-4}
	for i, w := range want {
		if g := got[i]; !near.Near(g.Loss, w.Loss) || !near.Near(g.GradNorm, w.GradNorm) || !golden.Within(1e-12).Near(g.LR, w.LR) {
			t.Errorf("step %d: loss %.7f lr %g norm %.7f, want %.7f %g %.7f", w.Step, g.Loss, g.LR, g.GradNorm, w.Loss, w.LR, w.GradNorm)
		}
	}
}

// compareWeights leaves room for key biases, whose true gradient is zero: Adam
// makes whole steps of the rounding noise that is there instead.
func compareWeights(t *testing.T, part string, m *models.Model, want map[string][]float32) {
	t.Helper()
	for _, p := range m.Params() {
		w := want[part+"/"+p.Name]
		for _, alias := range p.Aliases {
			if w == nil {
				w = want[part+"/"+alias]
			}
		}
		if len(w) != len(p.Floats()) {
			t.Errorf("%s: %d values, the reference has %d", p.Name, len(p.Floats()), len(w))
			continue
		}
		limit := golden.Tolerance{Abs: 1e-4}
		if strings.HasSuffix(p.Name, "key.bias") || strings.HasSuffix(p.Name, "c_attn.bias") {
			limit.Abs = 1e-3
		}
		for i, v := range w {
			if !limit.Near(float64(p.Floats()[i]), float64(v)) {
				t.Errorf("%s: value %d is %g, want %g", p.Name, i, p.Floats()[i], v)
				break
			}
		}
	}
}
