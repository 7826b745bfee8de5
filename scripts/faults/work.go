//go:build unix

package main

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// work is a folder with a small model, data and three tasks, and the program.
type work struct {
	bench, dir string
}

const model = `name: tiny
scratch:
  config: {model_type: bert, hidden_size: 16, num_hidden_layers: 1, num_attention_heads: 2,
    intermediate_size: 32, max_position_embeddings: 32}
  tokenizer: {vocab_size: 160, min_frequency: 1, lowercase: true}
`

func newWork(bench string) (*work, error) {
	bench, err := filepath.Abs(bench)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "faults")
	if err != nil {
		return nil, err
	}
	w := &work{bench, dir}
	words := []string{"영화", "정말", "재미", "지루", "음악", "배우", "연기", "이야기", "감동", "졸려"}
	var rows strings.Builder
	rows.WriteString("text\tlabel\n")
	for i := range 40 {
		fmt.Fprintf(&rows, "%s %s %s\t%d\n", words[i%10], words[(3*i+i/10)%10], words[(7*i+2)%10], i%2)
	}
	files := map[string]string{"tiny.yaml": model, "rows.tsv": rows.String()}
	for _, task := range []string{"a", "b", "c"} {
		files[task+".yaml"] = "name: " + task + "\nkind: classify\nlabels: [\"0\", \"1\"]\n" +
			"columns: {text: text, label: label}\nfiles: {train: rows.tsv, test: rows.tsv}\n"
		files[task+"/rows.tsv"] = rows.String()
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			return nil, err
		}
	}
	return w, nil
}

// args are those of a run into a folder: one cell, or nine.
func (w *work) args(runs string, nine bool, saveSteps int) []string {
	args := []string{"run", "--model", filepath.Join(w.dir, "tiny.yaml"), "--data-dir", w.dir, "--runs", runs, "--format", "json",
		"--set", "epochs=2", "--set", "batch_size=4", "--set", "eval_steps=7", "--set", "threads=1",
		"--set", fmt.Sprintf("save_steps=%d", saveSteps),
		"--task", filepath.Join(w.dir, "a.yaml")}
	if nine {
		args = append(args, "--task", filepath.Join(w.dir, "b.yaml"), "--task", filepath.Join(w.dir, "c.yaml"),
			"--seed", "1", "--seed", "2", "--seed", "3")
	}
	return args
}

// outcome is a cell's line of the command's JSON.
type outcome struct {
	Task   string
	Seed   int
	Status string
}

// run runs the command to its end.
func (w *work) run(args []string) ([]outcome, string, error) {
	cmd := exec.Command(w.bench, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	var all []outcome
	if err == nil {
		err = json.Unmarshal(out, &all)
	}
	return all, stderr.String(), err
}

// digests maps every file below dir to its content's sum; timing.jsonl may
// differ from run to run.
func digests(dir string) map[string][32]byte {
	all := map[string][32]byte{}
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || e.Name() == "timing.jsonl" {
			return nil
		}
		b, _ := os.ReadFile(path)
		name, _ := filepath.Rel(dir, path)
		all[name] = sha256.Sum256(b)
		return nil
	})
	return all
}

// compare lists what of dir is not as in the unbroken run.
func compare(dir string, want map[string][32]byte) (faults []string) {
	got := digests(dir)
	for name, sum := range want {
		if have, ok := got[name]; !ok {
			faults = append(faults, "missing "+name)
		} else if have != sum {
			faults = append(faults, "differs: "+name)
		}
	}
	for name := range got {
		if _, ok := want[name]; !ok {
			faults = append(faults, "left: "+name)
		}
	}
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.IsDir() && strings.HasPrefix(e.Name(), ".") {
			faults = append(faults, "left: "+e.Name()+"/")
		}
		return nil
	})
	slices.Sort(faults)
	return faults
}

// results lists the folders that hold a result.json; hidden says whether of
// unfinished runs or of finished ones.
func results(dir string, hidden bool) (all []string) {
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Name() == "result.json" {
			name, _ := filepath.Rel(dir, filepath.Dir(path))
			if hidden == strings.Contains("/"+filepath.ToSlash(name), "/.") {
				all = append(all, name)
			}
		}
		return nil
	})
	return all
}

// stateStep reads where a saved state stands, -1 if there is none.
func stateStep(path string) int {
	b, err := os.ReadFile(path)
	const before = len("bench-state-2\n") + 8
	if err != nil || len(b) < before {
		return -1
	}
	var head struct{ Position struct{ Step int } }
	if json.NewDecoder(strings.NewReader(string(b[before:]))).Decode(&head) != nil {
		return -1
	}
	return head.Position.Step
}

// states maps every unfinished run's saved state to its step.
func states(dir string) map[string]int {
	all := map[string]int{}
	filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && strings.HasSuffix(filepath.ToSlash(path), "/state/state") {
			if step := stateStep(path); step >= 0 {
				name, _ := filepath.Rel(dir, filepath.Dir(filepath.Dir(path)))
				all[name] = step
			}
		}
		return nil
	})
	return all
}
