package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/lmkor/bench/internal/devicetest"
	"github.com/lmkor/bench/internal/golden"
)

// onAsked returns the device that BENCH_DEVICE names, and skips the test without one:
// where there is no GPU a driver that runs shaders on the CPU takes minutes.
func onAsked(t *testing.T) string {
	t.Helper()
	if !devicetest.Asked() {
		t.Skip("NOT RUN: BENCH_DEVICE names no device, such as vulkan:0")
	}
	return os.Getenv("BENCH_DEVICE")
}

// told is what a command printed.
func told(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(args, strings.NewReader(stdin), &out, &errs); status != statusDone {
		t.Fatalf("bench %s: status %d: %s", strings.Join(args, " "), status, errs.String())
	}
	return out.String()
}

var numbers = regexp.MustCompile(`-?\d+(\.\d+)?([eE][-+]?\d+)?`)

// alike compares two outputs: numbers within a tolerance, all else as it is.
func alike(t *testing.T, name, got, want string, tol golden.Tolerance) {
	t.Helper()
	if g, w := numbers.ReplaceAllString(got, "#"), numbers.ReplaceAllString(want, "#"); g != w {
		t.Errorf("%s: %s\nwant %s", name, got, want)
		return
	}
	g, w := numbers.FindAllString(got, -1), numbers.FindAllString(want, -1)
	for i := range w {
		x, _ := strconv.ParseFloat(g[i], 64)
		y, _ := strconv.ParseFloat(w[i], 64)
		golden.NearNumber(t, fmt.Sprintf("%s: number %d", name, i), x, y, tol)
	}
}

const goldenModels = "../../models/testdata/models"

// Commands answer on a device what they answer on the processor.
func TestAnswersOnADevice(t *testing.T) {
	on := onAsked(t)
	texts := "이 영화 정말 재미있다\n배우 연기가 별로다\n책은 처음 세 장만 읽어 본다\n"
	for _, c := range []struct {
		stdin string
		args  []string
	}{
		{texts, []string{"predict", "--model", goldenModels + "/bert-classify"}},
		{texts, []string{"predict", "--model", goldenModels + "/funnel-tag"}},
		{texts, []string{"embed", "--model", goldenModels + "/bert-mlm"}},
		{"", []string{"fill-mask", "--model", goldenModels + "/bert-mlm", "--text", "이 책은 [MASK]", "--format", "json"}},
		{"", []string{"generate", "--model", goldenModels + "/gpt2-lm", "--text", "이 책은", "--max-length", "16",
			"--format", "json"}},
		{"", []string{"generate", "--model", goldenModels + "/gpt2-lm", "--text", "이 책은", "--max-length", "12",
			"--num-beams", "3", "--format", "json"}},
		{"", []string{"summarize", "--model", goldenModels + "/bertshared", "--text", "이 책은 처음 세 장만 읽어",
			"--format", "json"}},
	} {
		t.Run(strings.Join(c.args[:3:3], " "), func(t *testing.T) {
			want := told(t, c.stdin, c.args...)
			alike(t, "on "+on, told(t, c.stdin, append(c.args, "--device", on)...), want, golden.Tolerance{Abs: 1e-4, Rel: 1e-4})
		})
	}
	for _, m := range []string{"bert-classify", "bert-mlm", "bertshared", "electra-disc", "funnel-tag", "gpt2-lm"} {
		dir := filepath.Join(goldenModels, m)
		told(t, "", "models", "verify", dir, "--reference", filepath.Join(dir, "reference.jsonl"), "--device", on)
	}
}

// The device is listed and measured, and refuses by name what it can't do.
func TestADeviceIsDescribed(t *testing.T) {
	on := onAsked(t)
	if s := told(t, "", "devices"); !strings.Contains(s, on) {
		t.Errorf("devices: %s", s)
	}
	if s := told(t, "", "doctor", "--device", on); !strings.Contains(s, "computes in float32") {
		t.Errorf("doctor: %s", s)
	}
	var found struct {
		Step struct{ Launches, Barriers, Read_bytes, Least_bytes float64 }
	}
	s := told(t, "", "perf", "--model", "bert-tiny-scratch", "--steps", "1", "--set", "batch_size=4", "--device", on,
		"--format", "json")
	if err := json.Unmarshal([]byte(s), &found); err != nil || found.Step.Launches < 20 ||
		found.Step.Read_bytes < found.Step.Least_bytes/4 {
		t.Errorf("perf: %v: %s", err, s)
	}
	s = told(t, "", "quickstart", "--dry-run", "--set", "device="+on, "--runs", t.TempDir())
	if !strings.Contains(s, "quickstart-a") {
		t.Errorf("quickstart: %s", s)
	}
	var errs bytes.Buffer
	args := []string{"predict", "--model", goldenModels + "/bert-classify", "--set", "precision=bfloat16", "--device", on}
	if status := run(args, strings.NewReader("a\n"), io.Discard, &errs); status != statusFault ||
		!strings.Contains(errs.String(), "GPUs compute in float32, some in float16: ") {
		t.Errorf("bfloat16: status %d: %s", status, errs.String())
	}
}

// A training on a device is killed and resumed to the bytes of one that was not; its
// losses are near the processor's, and eval scores its checkpoint as it did.
func TestATrainingOnADevice(t *testing.T) {
	on := onAsked(t)
	args := func(runs, device string) []string {
		return []string{"run", "--model", "bert-tiny-scratch", "--task", "nsmc", "--data-dir", "samples", "--runs", runs,
			"--set", "epochs=1", "--set", "max_train_rows=320", "--set", "max_eval_rows=60", "--set", "save_steps=2",
			"--set", "keep=last", "--set", "device=" + device}
	}
	const place = "bert-tiny-scratch/nsmc/seed-42"
	whole, cut, onCPU := t.TempDir(), t.TempDir(), t.TempDir()
	told(t, "", args(whole, on)...)
	told(t, "", args(onCPU, "cpu")...)

	killOnceSaved(t, cut, args(cut, on)...)
	told(t, "", args(cut, on)...)
	sameFiles(t, filepath.Join(cut, place), filepath.Join(whole, place))
	got, want := losses(t, filepath.Join(whole, place)), losses(t, filepath.Join(onCPU, place))
	golden.Near(t, "losses", got, want, golden.Tolerance{Abs: 1e-3, Rel: 1e-3})

	scored := told(t, "", "eval", "--model", filepath.Join(whole, place, "checkpoint"), "--task", "nsmc", "--data-dir", "samples",
		"--set", "max_eval_rows=60", "--set", "device="+on, "--runs", t.TempDir(), "--format", "json")
	byCPU := told(t, "", "eval", "--model", filepath.Join(whole, place, "checkpoint"), "--task", "nsmc", "--data-dir", "samples",
		"--set", "max_eval_rows=60", "--set", "device=cpu", "--runs", t.TempDir(), "--format", "json")
	if s, c := scoreIn(t, scored), scoreIn(t, byCPU); s != c {
		t.Errorf("eval: %s on %s, %s on the processor", s, on, c)
	}
}

// killOnceSaved starts a training, and kills it when a state has been saved in its folder.
func killOnceSaved(t *testing.T, runs string, args ...string) {
	t.Helper()
	killed := exec.Command("bench", args...)
	if loader := strings.Fields(os.Getenv("MATRICES_EXEC")); len(loader) > 0 {
		// A driver with a C library of its own has programs started by that library's loader,
		// which "bench" is a copy of then.
		program, err := filepath.Abs(os.Args[0])
		bench := filepath.Join(t.TempDir(), "bench")
		if err := errors.Join(err, os.Symlink(program, bench)); err != nil {
			t.Fatal(err)
		}
		killed = exec.Command(loader[0], slices.Concat(loader[1:], []string{bench}, args)...)
	}
	var errs bytes.Buffer
	killed.Stderr = &errs
	if err := killed.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- killed.Wait() }()
	saved := func() bool {
		states, _ := filepath.Glob(filepath.Join(runs, "bert-tiny-scratch/nsmc/.*/state*"))
		more, _ := filepath.Glob(filepath.Join(runs, "bert-tiny-scratch/nsmc/.*/*/state*"))
		return len(states)+len(more) > 0
	}
	for start := time.Now(); !saved(); {
		select {
		case err := <-ended:
			t.Fatalf("it had ended before it was killed: %v: %s", err, errs.String())
		case <-time.After(5 * time.Millisecond):
		}
		if time.Since(start) > 5*time.Minute {
			_ = killed.Process.Kill()
			t.Fatalf("no state was saved: %v: %s", <-ended, errs.String())
		}
	}
	_ = killed.Process.Kill()
	if err := <-ended; err == nil {
		t.Fatal("it had ended before it was killed")
	}
}

// sameFiles compares what a training that was killed left with what one that was not did.
func sameFiles(t *testing.T, killed, whole string) {
	t.Helper()
	for _, name := range []string{"checkpoint/model.safetensors", "predictions.jsonl", "log.jsonl"} {
		want, err := os.ReadFile(filepath.Join(whole, name))
		if err != nil {
			t.Error(err)
			continue
		}
		if got, err := os.ReadFile(filepath.Join(killed, name)); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s has other bytes after the training was killed: %v", name, err)
		}
	}
}

// losses are those of a run's steps.
func losses(t *testing.T, dir string) (all []float64) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "log.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		var l struct{ Loss *float64 }
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatal(err)
		}
		if l.Loss != nil {
			all = append(all, *l.Loss)
		}
	}
	if len(all) < 5 {
		t.Fatalf("%d losses", len(all))
	}
	return all
}

var scoreField = regexp.MustCompile(`"score": ?[^,}]*`)

func scoreIn(t *testing.T, out string) string {
	t.Helper()
	s := scoreField.FindString(out)
	if s == "" {
		t.Fatalf("no score: %s", out)
	}
	return s
}

// Two models are served from one device, and answer as on the processor; TERM ends it.
func TestServingOnADevice(t *testing.T) {
	on := onAsked(t)
	ask := func(device string) (answers []string) {
		c := exec.Command("bench", "serve", "--model", "a="+goldenModels+"/bert-classify", "--model", "b="+goldenModels+"/gpt2-lm",
			"--addr", "127.0.0.1:0", "--quiet", "--device", device, "--timeout", "5m")
		var errs bytes.Buffer
		c.Stderr = &errs
		out, err := c.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = c.Process.Kill() }()
		url, err := bufio.NewReader(out).ReadString('\n')
		if err != nil {
			t.Fatalf("%v: %s", err, errs.String())
		}
		for _, q := range []struct{ path, body string }{
			{"/v1/predict", `{"model":"a","texts":["이 영화 정말 재미있다","별로"]}`},
			{"/v1/generate", `{"model":"b","text":"이 책은","max_length":14}`},
		} {
			r, err := http.Post(strings.TrimSpace(url)+q.path, "application/json", strings.NewReader(q.body))
			if err != nil {
				t.Fatal(err)
			}
			raw, err := io.ReadAll(r.Body)
			r.Body.Close()
			if err != nil || r.StatusCode != http.StatusOK {
				t.Fatalf("%s: %v, status %d: %s", q.path, err, r.StatusCode, raw)
			}
			answers = append(answers, string(raw))
		}
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if err := c.Wait(); err != nil {
			t.Errorf("after TERM: %v: %s", err, errs.String())
		}
		return answers
	}
	got, want := ask(on), ask("cpu")
	for i := range want {
		alike(t, "answer", got[i], want[i], golden.Tolerance{Abs: 1e-4, Rel: 1e-4})
	}
}
