// Package doctor looks at what a machine has and lacks for what the user wants to
// run, and says for each what to do.
package doctor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/gofrs/flock"
	"github.com/klauspost/cpuid/v2"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/datasets/official"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tasks/survey"
)

// The states of a finding.
const (
	OK   = "ok"
	Warn = "warning" // it works, with a loss
	Fail = "missing" // what the user wants does not run without
)

// Finding is one thing that was looked at.
type Finding struct {
	Name   string `json:"name"`
	Status string `json:"status"`
	Found  string `json:"found"`
	Advice string `json:"advice,omitempty"` // what to do
}

// Wanted is what the user wants to run.
type Wanted struct {
	Models []string      // as --model names them
	Device string        // what would compute, as a recipe names it; empty: auto
	Tasks  []*tasks.Task // whose data are to be there
	Data   string        // the folder of official files; empty: data are not looked at
	Runs   string        // the folder of runs
}

// Examine looks at everything, in the order of a report.
func Examine(ctx context.Context, w Wanted) ([]Finding, error) {
	found, on := gpu(cmp.Or(w.Device, devices.Auto))
	all := []Finding{processor(), bfloat16(), found, memory(), disk(w.Runs), runsFolder(w.Runs), cache()}
	for _, m := range w.Models {
		all = append(all, model(m))
		if on != nil {
			all = append(all, modelOn(m, on)...)
		}
	}
	if w.Data != "" {
		files, err := survey.Read(ctx, w.Tasks, w.Data, nil)
		if err != nil {
			return nil, err
		}
		for _, f := range files {
			if !f.Extra {
				all = append(all, data(f, w.Data))
			}
		}
	}
	return append(all, program("Slurm", "sbatch", "'bench submit slurm' needs it",
		"submit from a machine of the cluster; without one, several 'bench run --plan' share a plan"),
		program("Kubernetes", "kubectl", "'bench submit kubernetes' writes a manifest without it, too",
			"apply the manifest from a machine that has it")), nil
}

func processor() Finding {
	f := Finding{Name: "processor", Status: OK, Found: fmt.Sprintf("%s, %d cores for Go, %s kernels",
		strings.TrimSpace(cpuid.CPU.BrandName), runtime.GOMAXPROCS(0), kernels.Name())}
	if kernels.Name() == "go" {
		f.Status, f.Advice = Warn, "no vector kernels run here (x86 needs AVX2 and FMA, "+
			"and a build without the tag purego): training is some ten times slower"
	}
	return f
}

func bfloat16() Finding {
	f := Finding{Name: "bfloat16", Status: OK, Found: "this processor has the instruction"}
	if !cpuid.CPU.Supports(cpuid.AVX512BF16) {
		f.Found, f.Advice = "this processor has no instruction for it", "leave precision at float32"
	}
	return f
}

// A base model's training takes some 2 GB, with the longest batches.
const enoughMemory, enoughDisk = 3 << 30, 10 << 30

func memory() Finding {
	free, total, ok := freeMemory()
	if !ok {
		return Finding{Name: "memory", Status: OK, Found: "this system does not say"}
	}
	f := Finding{Name: "memory", Status: OK, Found: fmt.Sprintf("%s free of %s", gigabytes(free), gigabytes(total))}
	if free < enoughMemory {
		f.Status, f.Advice = Warn, "a model of base size wants 3 GB: make batch_size smaller, or train a smaller one"
	}
	return f
}

func disk(dir string) Finding {
	free, ok := freeDisk(existing(dir))
	if !ok {
		return Finding{Name: "disk", Status: OK, Found: "this system does not say"}
	}
	f := Finding{Name: "disk", Status: OK, Found: gigabytes(free) + " free for " + dir}
	if free < enoughDisk {
		f.Status, f.Advice = Warn, "a run of a base model keeps 0.5 GB, "+
			"and three times that while it trains: name another folder with --runs"
	}
	return f
}

func gigabytes(n uint64) string { return fmt.Sprintf("%.1f GB", float64(n)/1e9) }

// existing returns the nearest folder above dir that is there.
func existing(dir string) string {
	for {
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir
		}
		above := filepath.Dir(dir)
		if above == dir {
			return dir
		}
		dir = above
	}
}

// runsFolder writes, renames and locks a file where runs are to be.
func runsFolder(dir string) Finding {
	f := Finding{Name: "runs folder", Status: OK, Found: dir + " takes files, renames and locks"}
	at := existing(dir)
	try, err := os.MkdirTemp(at, ".bench-doctor-*")
	if err == nil {
		defer os.RemoveAll(try)
		file := filepath.Join(try, "a")
		if err = os.WriteFile(file, []byte("x"), 0o666); err == nil {
			err = os.Rename(file, filepath.Join(try, "b"))
		}
	}
	if err != nil {
		f.Status, f.Found, f.Advice = Fail, err.Error(), "name a folder that you may write to with --runs"
		return f
	}
	l := flock.New(filepath.Join(try, "lock"))
	if got, err := l.TryLock(); err != nil || !got {
		f.Status, f.Found = Warn, fmt.Sprintf("%s takes no locks (%v)", dir, err)
		f.Advice = "processes sign what they train there, and what nobody has signed for three minutes is taken over: " +
			"keep the machines' clocks together"
	}
	_ = l.Close() // the folder goes
	return f
}

func cache() Finding {
	dir, err := hf.CacheDir()
	if err != nil {
		return Finding{"model cache", Fail, err.Error(), "set HF_HOME or HF_HUB_CACHE"}
	}
	found, err := filepath.Glob(filepath.Join(dir, "models--*"))
	if err != nil {
		return Finding{"model cache", Fail, err.Error(), "set HF_HOME or HF_HUB_CACHE"}
	}
	f := Finding{Name: "model cache", Status: OK, Found: fmt.Sprintf("%d models in %s", len(found), dir)}
	try, err := os.MkdirTemp(existing(dir), ".bench-doctor-*")
	if err != nil {
		f.Status, f.Found = Warn, fmt.Sprintf("%s, which takes no more (%v)", f.Found, err)
		f.Advice = "'bench models pull' needs a folder that you may write to: set HF_HOME or HF_HUB_CACHE"
	}
	_ = os.Remove(try) // it is empty
	return f
}

func model(name string) Finding {
	f := Finding{Name: "model " + name, Status: OK}
	m, err := checkpoints.Find(name)
	switch {
	case err != nil:
		f.Status, f.Found, f.Advice = Fail, err.Error(), "bench models pull "+name
	case m.Scratch != nil:
		f.Found = "is trained from nothing"
	default:
		f.Found = m.Dir
	}
	return f
}

func data(file survey.File, dir string) Finding {
	f := Finding{Name: "data " + file.File, Status: OK}
	switch file.Status {
	case survey.Missing:
		f.Status, f.Found, f.Advice = Fail, "not there", "bench data pull "+file.Task+" --data-dir "+dir+", which shows the licence"
		if p := official.Find(file.Task); p == nil {
			f.Advice = "put it into the folder of data"
		} else if p.Ask != "" {
			f.Advice = p.Ask
		}
		return f
	case survey.Bad:
		f.Status, f.Found, f.Advice = Fail, file.Errors[0], "bench data check --task "+file.Task+" --data-dir "+dir
		return f
	}
	f.Found = fmt.Sprintf("%d rows", file.Rows)
	known := published(file)
	switch {
	case known.Rows > 0 && known.Rows != file.Rows:
		f.Found += fmt.Sprintf(", the official file has %d", known.Rows)
	case known.Sum != "" && known.Sum != file.SHA256:
		f.Found += fmt.Sprintf(", and the SHA-256 %.12s, that of the official file is %.12s", file.SHA256, known.Sum)
	case known.Sum != "":
		f.Found += ", as published"
		fallthrough
	default:
		known = official.File{}
	}
	if known.Name != "" {
		f.Status, f.Advice = Warn, "scores on it are not comparable with published ones"
	}
	if len(file.Warnings) > 0 {
		f.Status, f.Advice = Warn, file.Warnings[0].Message
	}
	return f
}

// published is what is known of the official file; nothing of a task of the user's.
func published(file survey.File) official.File {
	if p := official.Find(file.Task); p != nil {
		for _, f := range p.Files {
			if f.Split == file.Split && !f.Extra {
				return f
			}
		}
	}
	return official.File{}
}

func program(name, command, use, instead string) Finding {
	path, err := exec.LookPath(command)
	if err != nil {
		return Finding{Name: name, Status: OK, Found: "not here (no " + command + "): " + use, Advice: instead}
	}
	return Finding{Name: name, Status: OK, Found: path}
}

// ErrLacking is the error of a machine that lacks what the user wants to run.
var ErrLacking = errors.New("something is missing")

// Err returns ErrLacking with the number of findings that fail, or nil.
func Err(findings []Finding) error {
	n := 0
	for _, f := range findings {
		if f.Status == Fail {
			n++
		}
	}
	if n == 0 {
		return nil
	}
	return fmt.Errorf("%w: %d of %d", ErrLacking, n, len(findings))
}
