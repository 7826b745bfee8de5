package kubernetes

import (
	"bytes"
	"io"
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	"sigs.k8s.io/yaml"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/plans"
)

func plan(t *testing.T) *plans.Plan {
	t.Helper()
	cells := []plans.Cell{
		{Model: "m", Task: "nsmc", State: plans.ToTrain, MemoryMB: 300, ModelFrom: "/models/m", TaskFrom: "nsmc", DataDir: "/data", Recipe: []byte("{}")},
		{Model: "m", Task: "paws", State: plans.Finished, ModelFrom: "/models/m", TaskFrom: "paws", DataDir: "/data", Recipe: []byte("{}")},
		{Model: "m", Task: "korsts", State: plans.ToTrain, MemoryMB: 3000, ModelFrom: "/models/m", TaskFrom: "korsts", DataDir: "/data", Recipe: []byte("{}")},
	}
	p, err := plans.New("1.0", "/runs", cells)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func engine() *Engine {
	return &Engine{Image: "registry.example/bench:1.0", CPUs: 4, PlanFile: "/runs/plan.json",
		Claims: []Claim{{"runs", "/runs", false}, {"models", "/models", true}, {"data", "/data", true}}}
}

// TestManifest compares the manifest with a committed one, and decodes it
// strictly with Kubernetes' own types: a field that they do not know is an error.
func TestManifest(t *testing.T) {
	p := plan(t)
	var b bytes.Buffer
	if err := engine().Describe(&b, p, p.Open()); err != nil {
		t.Fatal(err)
	}
	var job batchv1.Job
	if err := yaml.UnmarshalStrict(b.Bytes(), &job); err != nil {
		t.Fatal(err)
	}
	if *job.Spec.Completions != 2 || *job.Spec.CompletionMode != batchv1.IndexedCompletion {
		t.Errorf("completions %d, mode %s", *job.Spec.Completions, *job.Spec.CompletionMode)
	}
	golden.File(t, "job.yaml", b.Bytes())
}

func TestJobRefuses(t *testing.T) {
	p := plan(t)
	for _, c := range []struct {
		name   string
		change func(*Engine)
		cells  []int
		want   string
	}{
		{"no image", func(e *Engine) { e.Image = "" }, []int{0}, "no image"},
		{"no claim for the models", func(e *Engine) { e.Claims = e.Claims[:1] }, []int{0}, "/data is on no claim"},
		{"a plan outside", func(e *Engine) { e.PlanFile = "/home/me/plan.json" }, []int{0}, "/home/me/plan.json is on no claim"},
		{"a name that only begins alike", func(e *Engine) { e.Claims[1].Path = "/mod" }, []int{0}, "/models/m is on no claim"},
		{"no cell", func(*Engine) {}, nil, "no cell"},
		{"a cell that is not there", func(*Engine) {}, []int{7}, "--cell 7"},
	} {
		e := engine()
		c.change(e)
		if err := e.Describe(io.Discard, p, c.cells); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want an error with %q", c.name, err, c.want)
		}
	}
}
