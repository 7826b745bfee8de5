package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

// pretender is a driver that says other things of its device than the one behind it:
// see scripts/vulkan/pretend.c.
type pretender struct {
	manifest, behind string // files for VK_DRIVER_FILES
	env              []string
}

func newPretender(t *testing.T) pretender {
	t.Helper()
	onAsked(t)
	cc, err := exec.LookPath("cc")
	if err != nil {
		t.Skipf("NOT RUN: there is no C compiler: %v", err)
	}
	p := pretender{behind: os.Getenv("VK_DRIVER_FILES"), manifest: filepath.Join(t.TempDir(), "pretend.json")}
	raw, err := os.ReadFile(p.behind)
	if err != nil {
		t.Skipf("NOT RUN: VK_DRIVER_FILES names no driver: %v", err)
	}
	var m struct {
		ICD struct {
			Library string `json:"library_path"`
		}
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		t.Fatal(err)
	}
	library := filepath.Join(filepath.Dir(p.manifest), "libpretend.so")
	if out, err := exec.Command(cc, "-Wall", "-Werror", "-shared", "-fPIC", "-o", library,
		"../../scripts/vulkan/pretend.c").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	text := `{"file_format_version": "1.0.0", "ICD": {"library_path": "` + library + `", "api_version": "1.3.0"}}`
	if err := os.WriteFile(p.manifest, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p.env = append(os.Environ(), "PRETEND_DRIVER="+m.ICD.Library)
	return p
}

// run runs bench where drivers are those of the manifests, and returns what it printed,
// errors too, and whether it was done.
func (p pretender) run(t *testing.T, manifests, settings, stdin string, args ...string) (out string, done bool) {
	t.Helper()
	c := exec.Command("bench", args...)
	c.Env = append(p.env, "VK_DRIVER_FILES="+manifests, "VK_ICD_FILENAMES="+manifests)
	for s := range strings.FieldsSeq(settings) {
		c.Env = append(c.Env, "PRETEND_"+s)
	}
	c.Stdin = strings.NewReader(stdin)
	var all bytes.Buffer
	c.Stdout, c.Stderr = &all, &all
	err := c.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return all.String(), err == nil
}

// What people meet whose device is old, small, lacks something, or is not there.
func TestPretendedDevicesLackSomething(t *testing.T) {
	p := newPretender(t)
	predict := []string{"predict", "--model", goldenModels + "/bert-classify", "--device", "vulkan:0"}
	auto := []string{"doctor", "--device", "auto"}
	sample := []string{"run", "--model", "bert-tiny-scratch", "--task", "nsmc", "--data-dir", "samples",
		"--set", "max_train_rows=64", "--set", "max_eval_rows=8", "--runs", t.TempDir(), "--set", "device=vulkan:0"}
	for _, c := range []struct {
		name, settings string
		args           []string
		done           bool
		wants          []string
	}{
		{"old, listed", "NAME=Old TYPE=2 API=1.1", []string{"devices"}, true, []string{"nothing here: Old has Vulkan 1.1.0, want 1.2"}},
		{"old", "NAME=Old TYPE=2 API=1.1", predict, false,
			[]string{"device vulkan:0: Old has Vulkan 1.1.0, want 1.2: a newer driver", "device=cpu"}},
		{"old, auto", "NAME=Old TYPE=2 API=1.1", auto, true,
			[]string{"the processor computes", "Old has Vulkan 1.1.0", "a newer driver"}},
		{"no addresses", "NAME=Poor TYPE=2 LACKS=bufferDeviceAddress", predict, false, []string{"Poor lacks bufferDeviceAddress"}},
		{"no timeline", "NAME=Poor TYPE=1 LACKS=timelineSemaphore", predict, false, []string{"Poor lacks timelineSemaphore"}},
		{"no queue", "NAME=Poor TYPE=1 LACKS=compute", predict, false, []string{"no queue that computes"}},
		{"small workgroups", "NAME=Poor TYPE=1 INVOCATIONS=128", predict, false, []string{"128 invocations a workgroup, want 256"}},
		{"little shared", "NAME=Poor TYPE=1 SHARED=16384", predict, false, []string{"shares 16384 bytes in a workgroup, want 24576"}},
		{"not opened", "NAME=Shut TYPE=2 OPEN=-3", predict, false,
			[]string{"vulkan:0 (Shut): vkCreateDevice: VK_ERROR_INITIALIZATION_FAILED", "device=cpu"}},
		{"full", "NAME=Full TYPE=2 OPEN=-2", predict, false, []string{"another program may hold it"}},
		{"small memory", "NAME=Small TYPE=2 MEMORY=discrete HEAP=2", predict, false,
			[]string{"its memory is exhausted", "of 2 MiB on the device", "device=cpu"}},
		{"small memory, checked", "NAME=Small TYPE=2 MEMORY=discrete HEAP=2",
			[]string{"models", "check", goldenModels + "/bert-classify", "--device", "vulkan:0"}, true, []string{"Small", "of 2 MB"}},
		{"small memory, asked before", "NAME=Small TYPE=2 MEMORY=discrete HEAP=8", append(sample, "--dry-run"), false,
			[]string{"bert-tiny-scratch × nsmc, seed 42: device vulkan:0 (Small)", "of 8 MiB on the device", "device=cpu"}},
		{"small memory, planned", "NAME=Small TYPE=2 MEMORY=discrete HEAP=8", append([]string{"plan"}, sample[1:]...), true,
			[]string{"1 of them can't run", "missing: device vulkan:0 (Small)", "of 8 MiB on the device"}},
		{"not opened, planned", "NAME=Shut TYPE=2 OPEN=-3", append([]string{"plan"}, sample[1:]...), false,
			[]string{"vulkan:0 (Shut): vkCreateDevice: VK_ERROR_INITIALIZATION_FAILED"}},
		{"asked before", "NAME=Card TYPE=2 MEMORY=discrete", append(sample, "--dry-run"), true,
			[]string{"ON DEVICE", "of the device's for the largest"}},
		{"small memory, trained", "NAME=Small TYPE=2 MEMORY=discrete HEAP=8", sample, false,
			[]string{"its memory is exhausted", "of 8 MiB on the device"}},
		{"bfloat16", "NAME=Poor TYPE=2", append(predict, "--set", "precision=bfloat16"), false,
			[]string{"Poor has no cooperative matrices of float16", "VK_KHR_cooperative_matrix", "precision=float32"}},
		{"bfloat16 on matrices", "NAME=Rich TYPE=2 EXTENSION=VK_KHR_cooperative_matrix", append(sample, "--set", "precision=bfloat16"),
			false, []string{"Rich has no cooperative matrices of float16", "it lacks cooperativeMatrix", "precision=float32, or device=cpu"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, done := p.run(t, p.manifest, c.settings, "재미있다\n", c.args...)
			if done != c.done {
				t.Errorf("done is %t, want %t: %s", done, c.done, out)
			}
			for _, want := range c.wants {
				if !strings.Contains(out, want) {
					t.Errorf("%q is missing: %s", want, out)
				}
			}
		})
	}
	t.Run("a manifest that is not there", func(t *testing.T) {
		out, done := p.run(t, "/nowhere/card.json", "", "", predict...)
		if done || !strings.Contains(out, "finds no driver") || !strings.Contains(out, "/nowhere/card.json") {
			t.Errorf("done is %t: %s", done, out)
		}
	})
	t.Run("several devices", func(t *testing.T) {
		out, done := p.run(t, p.behind+":"+p.manifest, "NAME=Card TYPE=2", "", "doctor", "--device", "auto")
		if !done || !strings.Contains(out, ", Card, ") {
			t.Errorf("auto, of a processor and a card: %s", out)
		}
		out, done = p.run(t, p.behind+":"+p.manifest, "NAME=Card TYPE=2", "재미있다\n", append(predict[:4:4], "vulkan:7")...)
		if done || !strings.Contains(out, "device vulkan:7: found vulkan:0, ") || !strings.Contains(out, "Card (discrete GPU)") {
			t.Errorf("vulkan:7: %s", out)
		}
	})
}

// Answers are the processor's where the device has memory of its own, where it shares the
// host's, and where what it writes is seen only when that is asked for.
func TestPretendedMemory(t *testing.T) {
	p := newPretender(t)
	texts := "이 영화 정말 재미있다\n배우 연기가 별로다\n"
	for _, args := range [][]string{{"predict", "--model", goldenModels + "/bert-classify"},
		{"embed", "--model", goldenModels + "/bert-mlm"}} {
		want := told(t, texts, args...)
		for _, memory := range []string{"discrete", "integrated", "incoherent"} {
			got, done := p.run(t, p.manifest, "TYPE=2 MEMORY="+memory, texts, append(args, "--device", "vulkan:0")...)
			if !done {
				t.Errorf("%s: %s", memory, got)
				continue
			}
			alike(t, args[0]+" with memory that is "+memory, got, want, golden.Tolerance{Abs: 1e-4, Rel: 1e-4})
		}
	}
}
