//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// saveEvery is the plan's save_steps: what a kill may cost, in steps of one cell.
const saveEvery = 10

// fleet is what does a plan's cells.
type fleet interface {
	start() error          // whoever is missing
	members() []int        // the processes that can be killed now
	over() (bool, []error) // whether nothing is left that would go on by itself, and what ended as it must not
	stop()
}

// plan lets a fleet do a plan of twelve cells, kills one of its processes after
// the other, n in all, and lets it end whenever it does; then it begins again.
// The runs have to be those of one unbroken process, and no step may be done
// twice that a state was saved behind.
func (w *work) plan(n, procs int, low, high float64, seed uint64, slurm bool) error {
	ref, runs, file := filepath.Join(w.dir, "ref"), filepath.Join(w.dir, "planned"), filepath.Join(w.dir, "plan.json")
	if _, text, err := w.run(append(w.twelve(ref), "--format", "json")); err != nil {
		return fmt.Errorf("unbroken: %w: %s", err, text)
	}
	want := digests(ref)
	args := append(w.twelve(runs), "-o", file)
	args[0] = "plan"
	if _, exit, text := w.kill(args, time.Hour, false); exit != 0 {
		return fmt.Errorf("plan: %s", text)
	}
	var f fleet = &processes{w: w, plan: file, n: procs}
	if slurm {
		f = &jobs{w: w, plan: file}
	}
	defer f.stop()
	random := rand.New(rand.NewPCG(seed, 1))
	t := tally{runs: runs, began: map[string]string{}, stood: map[string]string{}}
	for t.kills < n {
		if err := f.start(); err != nil {
			return err
		}
		time.Sleep(time.Duration((low + random.Float64()*(high-low)) * float64(time.Second)))
		if all := f.members(); len(all) > 0 {
			if syscall.Kill(all[random.IntN(len(all))], syscall.SIGKILL) == nil {
				t.kills++
			}
			time.Sleep(5 * time.Millisecond)
		}
		t.look()
		over, ended := f.over()
		t.add(ended)
		if over && len(results(runs, false)) == 12 {
			t.round(want)
		}
	}
	for first := true; ; first = false { // to the end, with no kill
		over, ended := f.over()
		t.add(ended)
		if over && !first && len(results(runs, false)) == 12 {
			break
		}
		if err := f.start(); err != nil {
			return err
		}
		time.Sleep(50 * time.Millisecond)
		t.look()
	}
	t.round(want)
	return t.report(slurm)
}

// twelve are the arguments of a run of twelve cells into a folder.
func (w *work) twelve(runs string) []string {
	args := []string{"run", "--model", filepath.Join(w.dir, "tiny.yaml"), "--data-dir", w.dir, "--runs", runs,
		"--set", "epochs=40", "--set", "batch_size=4", "--set", "threads=1", "--set", fmt.Sprintf("save_steps=%d", saveEvery)}
	for _, task := range []string{"a", "b", "c"} {
		args = append(args, "--task", filepath.Join(w.dir, task+".yaml"))
	}
	for seed := range 4 {
		args = append(args, "--seed", fmt.Sprint(seed))
	}
	return args
}

// tally is what was seen of the runs so far.
type tally struct {
	runs          string
	kills, rounds int
	resumes       int               // trainings that went on behind a state
	began         map[string]string // by cell: lines of its timing up to the last state seen
	stood         map[string]string // by finished cell: its files' times
	faults        []string
}

func (t *tally) add(all []error) {
	for _, err := range all {
		t.faults = append(t.faults, fmt.Sprintf("kill %d: %v", t.kills, err))
	}
}

// look holds every cell to what was seen of it before: times of steps that a
// state was saved behind stay what they are, so that these were not done again;
// the log is never further ahead of the state than save_steps; what is finished
// stays untouched.
func (t *tally) look() {
	fault := func(format string, args ...any) {
		t.faults = append(t.faults, fmt.Sprintf("kill %d: ", t.kills)+fmt.Sprintf(format, args...))
	}
	for dir, times := range t.stood {
		if got := stamps(filepath.Join(t.runs, dir)); got != times {
			fault("the finished %s was touched", dir)
		}
	}
	for _, dir := range results(t.runs, false) {
		if _, known := t.stood[dir]; known {
			continue
		}
		t.stood[dir] = stamps(filepath.Join(t.runs, dir))
		timing, _ := os.ReadFile(filepath.Join(t.runs, dir, "timing.jsonl"))
		if !strings.HasPrefix(string(timing), t.began[dir]) {
			fault("%s was published with steps done again that had been saved", dir)
		}
	}
	for dir := range states(t.runs) {
		partial := filepath.Join(t.runs, dir)
		logged, _ := os.ReadFile(filepath.Join(partial, "log.jsonl"))
		step := stateStep(filepath.Join(partial, "state", "state"))
		timing, _ := os.ReadFile(filepath.Join(partial, "timing.jsonl"))
		if step < 0 || logged == nil || timing == nil { // published while we looked
			continue
		}
		if last := lastStep(logged); last > step+saveEvery {
			fault("%s has logged step %d, and its state is of step %d", dir, last, step)
		}
		cell := cellOf(dir)
		if before := t.began[cell]; !strings.HasPrefix(string(timing), before) {
			fault("%s: steps that were saved were done again", dir)
		} else if now := upTo(timing, step); len(now) > len(before) {
			t.began[cell] = now
		}
	}
}

// round ends a round: all cells are done.
func (t *tally) round(want map[string][32]byte) {
	t.rounds++
	t.look()
	for _, times := range t.began {
		if times != "" {
			t.resumes++
		}
	}
	t.faults = append(t.faults, compare(t.runs, want)...)
	os.RemoveAll(t.runs)
	t.began, t.stood = map[string]string{}, map[string]string{}
}

func (t *tally) report(slurm bool) error {
	for _, f := range t.faults {
		fmt.Println(f)
	}
	by := "processes"
	if slurm {
		by = "Slurm"
	}
	fmt.Printf("plan by %s: %d kills, %d rounds of twelve cells, %d of them seen with a state on the way, %d faults\n",
		by, t.kills, t.rounds, t.resumes, len(t.faults))
	if t.faults != nil {
		return fmt.Errorf("%d faults", len(t.faults))
	}
	return nil
}

// cellOf names a cell by its place: a/seed-1 for a/.seed-1.partial.
func cellOf(partial string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(filepath.Base(partial), "."), ".")
	return filepath.Join(filepath.Dir(partial), name)
}

// lastStep is the last step of a log's whole lines.
func lastStep(log []byte) (step int) {
	eachLine(log, func(_ []byte, at int) bool { step = at; return true })
	return step
}

// upTo returns the whole lines up to a step.
func upTo(lines []byte, step int) string {
	n := 0
	eachLine(lines, func(line []byte, at int) bool {
		if at <= step {
			n += len(line)
		}
		return at <= step
	})
	return string(lines[:n])
}

func eachLine(lines []byte, f func(line []byte, step int) bool) {
	for line := range bytes.Lines(lines) {
		var e struct{ Step int }
		if !bytes.HasSuffix(line, []byte("\n")) || json.Unmarshal(line, &e) != nil || !f(line, e.Step) {
			return
		}
	}
}

// without returns the list without an element.
func without[T comparable](all []T, x T) []T {
	return slices.DeleteFunc(all, func(y T) bool { return x == y })
}
