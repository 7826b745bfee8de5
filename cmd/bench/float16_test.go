package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/internal/golden"
)

// A training in float16 is killed and resumed to the bytes of one that was not, its scale
// included; its losses are near those in float32, and other numbers; eval and predict score
// and answer by it. Where the device has no float16 all of that is refused by name.
func TestFloat16OnADevice(t *testing.T) {
	on := onAsked(t)
	args := func(runs, precision string) []string {
		return []string{"run", "--model", "bert-tiny-scratch", "--task", "nsmc", "--data-dir", "samples", "--runs", runs,
			"--set", "epochs=1", "--set", "max_train_rows=160", "--set", "max_eval_rows=30", "--set", "save_steps=2",
			"--set", "keep=last", "--set", "device=" + on, "--set", "precision=" + precision}
	}
	whole, cut, single := t.TempDir(), t.TempDir(), t.TempDir()
	info, err := offered.Pick(on)
	if err != nil {
		t.Fatal(err)
	}
	if lacks := info.LowerPrecision(); lacks != "" {
		for _, a := range [][]string{args(whole, "float16"), append(args(whole, "float16"), "--dry-run"),
			{"predict", "--model", goldenModels + "/bert-classify", "--device", on, "--set", "precision=float16"},
			{"perf", "--model", "bert-tiny-scratch", "--device", on, "--set", "precision=float16"}} {
			refused(t, "precision float16 on device "+on+": "+lacks, a...)
		}
		return
	}
	const place = "bert-tiny-scratch/nsmc/seed-42"
	told(t, "", args(whole, "float16")...)
	killOnceSaved(t, cut, args(cut, "float16")...)
	told(t, "", args(cut, "float16")...)
	sameFiles(t, filepath.Join(cut, place), filepath.Join(whole, place))

	// The processor's, for kernels of both precisions take the software driver long to compile.
	told(t, "", append(args(single, "float32"), "--set", "device=cpu")...)
	got, want := losses(t, filepath.Join(whole, place)), losses(t, filepath.Join(single, place))
	golden.Near(t, "losses", got, want, golden.Tolerance{Abs: 1e-2, Rel: 1e-2})
	apart := 0.0 // in float32 a device's were 9e-8 from the processor's, in float16 6e-6
	for i := range got {
		apart = max(apart, math.Abs(got[i]-want[i])/want[i])
	}
	if apart < 1e-6 {
		t.Errorf("the losses are within %g those of float32: nothing was rounded", apart)
	}
	if log, err := os.ReadFile(filepath.Join(whole, place, "log.jsonl")); err != nil || !bytes.Contains(log, []byte(`"loss_scale":65536`)) {
		t.Errorf("no loss scale in the log, %v: %s", err, log)
	}
	checkpoint := filepath.Join(whole, place, "checkpoint")
	result := func(out string) (r struct {
		Score    float64
		Interval [2]float64
	}) {
		t.Helper()
		if err := json.Unmarshal([]byte(out[strings.Index(out, "{"):strings.LastIndex(out, "}")+1]), &r); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return r
	}
	eval := func(in, device string) string {
		return told(t, "", "eval", "--model", checkpoint, "--task", "nsmc", "--data-dir", "samples", "--set", "max_eval_rows=30",
			"--set", "device="+device, "--set", "precision="+in, "--runs", t.TempDir(), "--format", "json")
	}
	half, full := result(eval("float16", on)), result(eval("float32", "cpu"))
	if half.Score < full.Interval[0] || half.Score > full.Interval[1] {
		t.Errorf("eval: %v in float16, %v in float32", half, full)
	}
	near := golden.Tolerance{Abs: 1e-2, Rel: 1e-2}
	alike(t, "predict", told(t, "재미있다\n", "predict", "--model", checkpoint, "--device", on),
		told(t, "재미있다\n", "predict", "--model", checkpoint, "--set", "precision=float32"), near)
	refused(t, "precision float16 on device cpu", "predict", "--model", checkpoint)
}

// refused runs a command that has to fail with a message.
func refused(t *testing.T, want string, args ...string) {
	t.Helper()
	var errs bytes.Buffer
	if status := run(args, strings.NewReader("a\n"), io.Discard, &errs); status != statusFault || !strings.Contains(errs.String(), want) {
		t.Errorf("bench %s: status %d: %s, want %s", strings.Join(args, " "), status, errs.String(), want)
	}
}
