package models_test

import (
	"math"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/ops"
)

var nan = float32(math.NaN())

// A comparison that keeps the largest difference loses a NaN at its beginning:
// no number is larger. These hold the comparisons above to finding it.

func TestNaNInTheFirstLogitIsFound(t *testing.T) {
	dir := golden.Dirs(t, "models/bert-classify")[0]
	m := open(t, dir)
	ref := golden.Lines[reference](t, filepath.Join(dir, "reference.jsonl"))[:1]
	logits := ops.Of(m.Forward(&ops.Pass{Backend: ops.NewCPU()}, batch(ref, 0)))
	if worst, _ := compare(t, logits.Floats(), logits.Cols(), ref[0], false); worst > 1 {
		t.Fatalf("as computed they differ by %g times the tolerance", worst)
	}
	logits.Floats()[0] = nan
	if worst, _ := compare(t, logits.Floats(), logits.Cols(), ref[0], false); !(worst > 1) {
		t.Errorf("with NaN they differ by %g times the tolerance", worst)
	}
}

func TestNaNInABiasGradientIsFound(t *testing.T) {
	dir := golden.Dirs(t, "random/*")[0]
	ref := golden.JSON[gradBatch](t, filepath.Join(dir, "batch.json"))
	m := open(t, dir)
	backward(t, m, ref)
	for _, p := range m.Params() {
		if g := ops.GradientOf(p.Param).Values; strings.HasSuffix(p.Name, "bias") && len(g) > 1 {
			g[0] = nan
			worst, name := compareGrads(t, m, golden.Tensors(t, filepath.Join(dir, "grads.safetensors")), ref.WithoutGradient)
			if !(worst > 1) || name != p.Name {
				t.Errorf("NaN in %s: the worst is %s, by %g times the tolerance", p.Name, name, worst)
			}
			return
		}
	}
	t.Fatal("no bias has a gradient")
}
