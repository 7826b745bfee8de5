package slurm

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"github.com/lmkor/bench/plans"
)

// plan has n short cells, and a long one at the end.
func plan(t testing.TB, n int) *plans.Plan {
	t.Helper()
	cells := make([]plans.Cell, n+1)
	for i := range cells {
		cells[i] = plans.Cell{Model: "m", Task: "nsmc", Seed: uint64(i), State: plans.ToTrain, Seconds: 60, MemoryMB: 200, Recipe: []byte("{}")}
	}
	cells[n].Seconds, cells[n].MemoryMB = 36000, 4000
	p, err := plans.New("1.0", "/shared/runs", cells)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func engine(dir string) *Engine {
	return &Engine{Program: "/opt/it's here/bench", PlanFile: "/shared/plan.json", Dir: dir, CPUs: 4, MaxArray: 3, ArrayLimit: 2}
}

func TestScripts(t *testing.T) {
	p := plan(t, 5)
	arrays, err := engine("/shared/100%").arrays(p, p.Open())
	if err != nil {
		t.Fatal(err)
	}
	var cells []string
	set := regexp.MustCompile(`(?m)^set -- (.*)$`)
	for _, a := range arrays {
		cells = append(cells, set.FindStringSubmatch(a.text)[1])
	}
	if got := strings.Join(cells, "; "); got != "0 1 2; 3 4; 5" {
		t.Errorf("arrays of %s, want 0 1 2; 3 4; 5: MaxArraySize is 3, and the last needs more", got)
	}
	for _, want := range []string{
		"#SBATCH --array=0-2%2\n", "#SBATCH --requeue\n", "#SBATCH --open-mode=append\n", "#SBATCH --signal=B:TERM@120\n",
		"#SBATCH --cpus-per-task=4\n", "#SBATCH --mem=512M\n", "#SBATCH --time=10\n", `#SBATCH --output="/shared/100%%/%A_%a.log"` + "\n",
	} {
		if !strings.Contains(arrays[0].text, want) {
			t.Errorf("the first script lacks %q:\n%s", want, arrays[0].text)
		}
	}
	for _, want := range []string{"#SBATCH --mem=8192M\n", "#SBATCH --time=1280\n"} {
		if !strings.Contains(arrays[2].text, want) {
			t.Errorf("the long cell's script lacks %q", want)
		}
	}
}

// fake puts programs of these texts in front of the PATH, for Slurm's.
func fake(t *testing.T, programs map[string]string) string {
	t.Helper()
	if runtime.GOOS == "windows" {
		t.Skip("Slurm's programs are stood in for by shell scripts")
	}
	dir := t.TempDir()
	for name, text := range programs {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("#!/bin/sh\n"+text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+string(os.PathListSeparator)+os.Getenv("PATH"))
	return dir
}

func TestSubmitQueuesTheArraysAndACollectingJob(t *testing.T) {
	bin := fake(t, map[string]string{
		"sbatch":   `echo "$@" >> "$(dirname "$0")/calls"; echo "$(wc -l < "$(dirname "$0")/calls");cluster"`,
		"scontrol": "echo 'MaxArraySize            = 4'",
	})
	p, dir := plan(t, 5), filepath.Join(t.TempDir(), "jobs")
	e := engine(dir)
	e.MaxArray, e.Extra = 0, []string{"--account=lab"}
	id, err := e.Submit(context.Background(), p, p.Open())
	if err != nil {
		t.Fatal(err)
	}
	if id != "1 2 3 4" {
		t.Errorf("jobs %q, want 1 2 3 4: two arrays of at most four, the long cell, and the collecting job", id)
	}
	calls, err := os.ReadFile(filepath.Join(bin, "calls"))
	if err != nil {
		t.Fatal(err)
	}
	if want := "--parsable --account=lab " + filepath.Join(dir, "array-001.sh"); !strings.HasPrefix(string(calls), want+"\n") {
		t.Errorf("sbatch was called with %q, want %q first", calls, want)
	}
	collect, err := os.ReadFile(filepath.Join(dir, "collect.sh"))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(collect), "#SBATCH --dependency=afterany:1:2:3\n") {
		t.Errorf("the collecting job waits for something else:\n%s", collect)
	}
}

func TestSubmitNamesWhatWasQueuedBeforeAFailure(t *testing.T) {
	fake(t, map[string]string{"sbatch": `case "$*" in *array-002*) echo "Invalid partition" >&2; exit 1;; esac; echo 7`})
	p := plan(t, 5)
	_, err := engine(t.TempDir()).Submit(context.Background(), p, p.Open())
	if err == nil || !strings.Contains(err.Error(), "Invalid partition") || !strings.Contains(err.Error(), "jobs 7") {
		t.Errorf("the error is %v", err)
	}
}

// TestScriptOfACell runs an array's script with a stand-in for the program: it
// names the right cell, hands TERM on, and asks for another turn only where the
// time limit was the reason.
func TestScriptOfACell(t *testing.T) {
	bin := fake(t, map[string]string{
		"bench":    `echo "$@" > "$(dirname "$0")/ran"; trap 'exit 3' TERM; [ -z "$STOP" ] || kill -TERM $PPID; i=0; while [ -n "$STOP" ] && [ $i -lt 1200 ]; do sleep 0.1; i=$((i+1)); done`,
		"scontrol": `echo "$@" > "$(dirname "$0")/requeued"`,
	})
	p := plan(t, 5)
	e := engine(bin)
	e.Program = filepath.Join(bin, "bench")
	arrays, err := e.arrays(p, p.Open())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name     string
		env      []string
		status   int
		requeued bool
	}{
		{"done", nil, 0, false},
		{"cancelled or preempted", []string{"STOP=1", "SLURM_JOB_END_TIME=9999999999"}, 3, false},
		{"out of time", []string{"STOP=1", "SLURM_JOB_END_TIME=1"}, 0, true},
	} {
		os.Remove(filepath.Join(bin, "requeued"))
		cmd := exec.Command("sh", "-c", arrays[1].text)
		cmd.Env = append(os.Environ(), append(c.env, "SLURM_ARRAY_TASK_ID=1", "SLURM_JOB_ID=12", "SLURM_CPUS_PER_TASK=2")...)
		var out bytes.Buffer
		cmd.Stdout, cmd.Stderr = &out, &out
		_ = cmd.Run()
		if got := cmd.ProcessState.ExitCode(); got != c.status {
			t.Errorf("%s: exit status %d, want %d: %s", c.name, got, c.status, out.String())
		}
		ran, _ := os.ReadFile(filepath.Join(bin, "ran"))
		if want := "run --plan /shared/plan.json --cell 4 --set threads=2\n"; string(ran) != want {
			t.Errorf("%s: ran %q, want %q", c.name, ran, want)
		}
		if _, err := os.Stat(filepath.Join(bin, "requeued")); (err == nil) != c.requeued {
			t.Errorf("%s: queued again: %v, want %v", c.name, err == nil, c.requeued)
		}
	}
}

func BenchmarkArraysOf10000Cells(b *testing.B) {
	p := plan(b, 9999)
	e := engine("/shared/jobs")
	e.MaxArray = 1001
	for b.Loop() {
		if arrays, err := e.arrays(p, p.Open()); err != nil || len(arrays) != 11 {
			b.Fatal(fmt.Sprint(len(arrays), err))
		}
	}
}
