package perf

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/trainers"
)

// Of two steps the faster one's calls are told, by weights, with what their products take
// alone and what is between them.
func TestCalls(t *testing.T) {
	up := device.Product{TB: true, M: 10, K: 64, N: 128}
	dw, dx := device.Product{TA: true, M: 128, K: 10, N: 64}, device.Product{M: 10, K: 128, N: 64}
	pooled := up
	pooled.M = 2
	a := &account{}
	step := func(ms int) {
		a.begin()
		a.add(&device.Products{List: []device.Product{up, up}}, time.Duration(ms)*time.Millisecond)
		a.add(&device.Products{List: []device.Product{pooled}}, time.Millisecond)
		a.add(&device.Products{List: []device.Product{dw, dx}}, 2*time.Millisecond)
		a.add(&device.Norm{}, time.Millisecond)
		a.add(&device.Norm{}, time.Millisecond)
	}
	step(4)
	step(40)
	const flops = 2 * 10 * 64 * 128
	r := &Report{Gemm: []Gemm{
		{Form: "nt", M: 10, K: 64, N: 128, Threads: 2, GFLOPS: flops / 1e6}, {Form: "nt", M: 10, K: 64, N: 128, Threads: 1, GFLOPS: 1},
		{Form: "tn", M: 128, K: 10, N: 64, Threads: 2, GFLOPS: flops / 2e6}, {Form: "nn", M: 10, K: 128, N: 64, Threads: 2, GFLOPS: flops / 1e6},
	}}
	r.calls(a, []trainers.StepTime{{FLOPs: 1, Elapsed: 10 * time.Millisecond}, {FLOPs: 1, Elapsed: 46 * time.Millisecond}}, 2, flops/1e6)
	want := []Call{
		{"2 nt T×64×128", 1, 4, flops / 2e6, 0.5, 2},
		{"Norm", 2, 2, 0, 0, 0},
		{"tn 128×T×64 + nn T×128×64", 1, 2, flops / 1e6, 1, 3},
		{"nt B×64×128", 1, 1, flops / 5e6, 0.2, 0},
		{"between calls", 0, 1, 0, 0, 0},
	}
	if len(r.Calls) != len(want) {
		t.Fatalf("%+v", r.Calls)
	}
	for i, c := range r.Calls {
		for _, x := range []struct {
			of        string
			got, want float64
		}{{"calls", c.Calls, want[i].Calls}, {"ms", c.MS, want[i].MS}, {"GFLOP/s", c.GFLOPS, want[i].GFLOPS}, {"share", c.Share, want[i].Share},
			{"alone", c.Alone, want[i].Alone}} {
			golden.NearNumber(t, c.Name+": "+x.of, x.got, x.want, golden.Tolerance{Rel: 1e-9, Abs: 1e-9})
		}
		if c.Name != want[i].Name {
			t.Errorf("call %d is %s, want %s", i, c.Name, want[i].Name)
		}
	}
	var b bytes.Buffer
	r.writeCalls(&b)
	if !strings.Contains(b.String(), "2 nt T×64×128\t1\t4.00\t2.00\t") || !strings.Contains(b.String(), "Norm\t2\t2.00\t–\t") {
		t.Errorf("%s", b.String())
	}
}
