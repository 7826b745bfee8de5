//go:build unix

package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// command is one over all cells of a plan, and how many operations of the folder
// of runs it may take for one more cell.
type command struct {
	name string
	args func(cells []string, plan, runs string) []string // cells: what a run of them takes
	most int
}

func planned(cells []string, plan, _ string) []string {
	return append([]string{"plan", "-o", plan}, cells...)
}

var beforeRunning = []command{{"plan, nothing done", planned, 0}}

var afterRunning = []command{
	{"plan, all done", planned, 12},
	{"status", func(_ []string, plan, _ string) []string { return []string{"status", plan} }, 2},
	{"submit --dry-run", func(_ []string, plan, _ string) []string {
		return []string{"submit", "slurm", "--plan", plan, "--dry-run"}
	}, 0},
	{"status of a folder", func(_ []string, _, runs string) []string { return []string{"status", runs} }, 5},
	{"runs list", func(_ []string, _, runs string) []string { return []string{"runs", "list", runs} }, 34},
	{"leaderboard", func(_ []string, _, runs string) []string { return []string{"leaderboard", runs} }, 14},
	{"report", func(_ []string, plan, runs string) []string {
		return []string{"report", runs, "-o", strings.TrimSuffix(plan, ".json") + ".html"}
	}, 17},
}

// operations counts what commands over many cells ask of the folder of runs, for n
// cells and for twice as many: a shared folder takes milliseconds for each, so
// that there must be few, and no more a cell the more cells there are.
func (w *work) operations(n, latency int) error {
	counts, took := map[string][2]int{}, map[string]time.Duration{}
	ask := func(all []command, turn int) error {
		runs := filepath.Join(w.dir, "MARKED", fmt.Sprint(turn))
		cells := w.cells(runs, n*(turn+1))
		for _, c := range all {
			start := time.Now()
			count, err := w.count(c.args(cells, filepath.Join(w.dir, fmt.Sprintf("plan%d.json", turn)), runs), latency)
			if err != nil {
				return fmt.Errorf("%s: %w", c.name, err)
			}
			both := counts[c.name]
			both[turn] = count
			counts[c.name], took[c.name] = both, time.Since(start)
		}
		return nil
	}
	for turn := range 2 {
		if err := ask(beforeRunning, turn); err != nil {
			return err
		}
		cells := w.cells(filepath.Join(w.dir, "MARKED", fmt.Sprint(turn)), n*(turn+1))
		if _, text, err := w.run(append([]string{"run", "--format", "json"}, cells...)); err != nil {
			return fmt.Errorf("run: %w: %s", err, last(text))
		}
		if err := ask(afterRunning, turn); err != nil {
			return err
		}
	}
	faults := 0
	for _, c := range append(beforeRunning, afterRunning...) {
		both := counts[c.name]
		each := float64(both[1]-both[0]) / float64(n)
		fmt.Printf("operations: %-18s %5d of %d cells, %5d of %d: %.1f a cell (at most %d); %.2f s with %d ms each\n",
			c.name, both[0], n, both[1], 2*n, each, c.most, took[c.name].Seconds(), latency)
		if each > float64(c.most)+0.5 {
			faults++
		}
	}
	if faults > 0 {
		return fmt.Errorf("%d commands ask more of the folder for each cell than they may", faults)
	}
	return nil
}

// cells are the flags of about n cells that are done at once.
func (w *work) cells(runs string, n int) []string {
	args := []string{"--model", filepath.Join(w.dir, "tiny.yaml"), "--data-dir", w.dir, "--runs", runs,
		"--set", "epochs=1", "--set", "max_train_rows=4", "--set", "batch_size=4", "--set", "max_eval_rows=4", "--set", "threads=1"}
	for _, task := range []string{"a", "b", "c"} {
		args = append(args, "--task", filepath.Join(w.dir, task+".yaml"))
	}
	for seed := range n / 3 {
		args = append(args, "--seed", fmt.Sprint(seed))
	}
	return args
}

// count returns how many operations of the folder of runs a command takes, when
// each takes so many milliseconds.
func (w *work) count(args []string, latency int) (int, error) {
	log := filepath.Join(w.dir, "operations.log")
	exit, err := w.traced("operations", latency, "EIO", log, args)
	if err != nil {
		return 0, err
	}
	if exit != 0 {
		return 0, fmt.Errorf("exit status %d", exit)
	}
	text, err := os.ReadFile(log)
	return bytes.Count(text, []byte("\n")), err
}
