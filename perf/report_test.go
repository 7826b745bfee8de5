package perf

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/trainers"
)

func TestStep(t *testing.T) {
	r := &Report{Peak: Peak{All: 100}}
	r.step("m", "float32", 2, []trainers.StepTime{
		{Sequences: 4, Tokens: 40, FLOPs: 2e9, Elapsed: 100 * time.Millisecond, Allocated: 10},
		{Sequences: 4, Tokens: 60, FLOPs: 6e9, Elapsed: 200 * time.Millisecond, Allocated: 30},
		{Sequences: 4, Tokens: 50, FLOPs: 1e9, Elapsed: 200 * time.Millisecond, Allocated: 20},
	}, []float64{40, 60, 10}, &ops.Trace{})
	want := Step{Model: "m", Precision: "float32", Threads: 2, Sequences: 4, Tokens: 50, MS: 200, GFLOPS: 20, Share: 0.5,
		TokensPerSecond: 300, Allocated: 20, Slowest: 0.25}
	got := r.Step
	golden.NearNumber(t, "tokens a second", got.TokensPerSecond, want.TokensPerSecond, golden.Tolerance{Rel: 1e-9})
	golden.NearNumber(t, "GFLOP/s", got.GFLOPS, want.GFLOPS, golden.Tolerance{Rel: 1e-9})
	golden.NearNumber(t, "share", got.Share, want.Share, golden.Tolerance{Rel: 1e-9})
	if got.PeakMB <= 0 {
		t.Errorf("peak memory %v", got.PeakMB)
	}
	got.TokensPerSecond, got.GFLOPS, got.Share, got.PeakMB = want.TokensPerSecond, want.GFLOPS, want.Share, 0
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// The names of a report's fields are what scripts of the users' read.
func TestReportKeepsItsNames(t *testing.T) {
	raw, err := json.MarshalIndent(Report{Gemm: []Gemm{{}}, Operators: []Operator{{}}, Peak: Peak{BF16One: 1, BF16All: 1}}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden.File(t, "report.json", append(raw, '\n'))
}

func TestWriteAgainst(t *testing.T) {
	r := &Report{Step: Step{Model: "m", MS: 10, TokensPerSecond: 200}, Gemm: []Gemm{{Form: "nt"}}, Operators: []Operator{{Name: "linear"}}}
	path := filepath.Join(t.TempDir(), "old.json")
	if err := os.WriteFile(path, []byte(`{"step": {"ms": 20, "tokens_per_second": 100}}`), 0o644); err != nil {
		t.Fatal(err)
	}
	old, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.Write(&b, old, "old.json"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"AGAINST old.json", "step ms 20.00 10.00 0.50", "tokens/s 100.00 200.00 2.00"} {
		if !strings.Contains(strings.Join(strings.Fields(b.String()), " "), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if err := os.WriteFile(path, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Read(path); err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v", err)
	}
}
