package models_test

import (
	"math"
	"path/filepath"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
)

// TestRandomConfigurations compares logits, losses and gradients of random
// configurations of all architectures and heads, made by
// scripts/golden/models.py random.
func TestRandomConfigurations(t *testing.T) {
	for _, dir := range golden.Dirs(t, "random/*") {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			file := filepath.Join(dir, "batch.json")
			ref := golden.JSON[gradBatch](t, file)
			want := golden.JSON[struct{ Logits [][]float64 }](t, file).Logits
			m := open(t, dir)
			in, _ := ref.inputs(t, m)
			logits := ops.Of(m.Forward(&ops.Pass{Backend: m.Backend()}, in)).Floats()
			var worst float64
			for _, seq := range want {
				if len(logits) < len(seq) {
					t.Fatal("too few logits")
				}
				for i, v := range seq {
					worst = max(worst, logitTolerance.Ratio(float64(logits[i]), v))
				}
				logits = logits[len(seq):]
			}
			if worst > 1 || len(logits) > 0 {
				t.Errorf("logits differ by up to %g times the tolerance, %d too many", worst, len(logits))
			}
			got := backward(t, m, ref)
			golden.NearNumber(t, "loss", got, ref.Loss, golden.Within(1e-4))
			grads := golden.Tensors(t, filepath.Join(dir, "grads.safetensors"))
			ratio, name := compareGrads(t, m, grads, ref.WithoutGradient)
			if ratio > 1 {
				t.Errorf("%s: gradient differs by %g times the tolerance", name, ratio)
			}
			t.Logf("logits differ by up to %.2g of the tolerance, the loss by %.2g, the worst gradient, of %s, by %.2g of the tolerance",
				worst, math.Abs(got-ref.Loss), name, ratio)
		})
	}
}

// TestRandomConfigurationsCoverAll fails when an architecture that runs has no
// random configuration.
func TestRandomConfigurationsCoverAll(t *testing.T) {
	seen := map[string]bool{}
	for _, dir := range golden.Dirs(t, "random/*") {
		seen[golden.JSON[struct {
			ModelType string `json:"model_type"`
		}](t, filepath.Join(dir, "config.json")).ModelType] = true
	}
	for _, name := range models.ModelTypes() {
		if !seen[name] {
			t.Errorf("no configuration of %s", name)
		}
	}
}
