//go:build unix

package main

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// kills kills a suite of nine cells n times at random moments, with another
// save_steps each time, and lets it end whenever it does; then it begins again.
func (w *work) kills(n int, low, high float64, seed uint64, term bool) error {
	ref, runs := filepath.Join(w.dir, "ref"), filepath.Join(w.dir, "killed")
	if _, text, err := w.run(w.args(ref, true, 0)); err != nil {
		return fmt.Errorf("unbroken: %w: %s", err, text)
	}
	want := digests(ref)
	random := rand.New(rand.NewPCG(seed, 0))
	var faults []string
	done, rounds, starts := 0, 0, 0
	had, stood := map[string]int{}, map[string]string{}
	exits := map[int]int{}
	for done < n {
		starts++
		save := []int{0, 1, 2, 5}[random.IntN(4)]
		args := w.args(runs, true, save)
		killed, exit, text := w.kill(args, time.Duration((low+random.Float64()*(high-low))*float64(time.Second)), term)
		if strings.Contains(text, "panic") || strings.Contains(text, "goroutine ") {
			faults = append(faults, fmt.Sprintf("kill %d: %s", done, text))
		}
		if !killed && exit != 0 {
			return fmt.Errorf("kill %d: exit %d: %s", done, exit, last(text))
		}
		if killed {
			done++
			exits[exit]++
		}
		now := states(runs)
		for dir, step := range had {
			if _, finished := stood[dir]; !finished && now[dir] < step && stillThere(runs, dir) {
				faults = append(faults, fmt.Sprintf("kill %d: the state of %s went from step %d to %d", done, dir, step, now[dir]))
			}
		}
		had = now
		for dir, times := range stood {
			if got := stamps(filepath.Join(runs, dir)); got != times {
				faults = append(faults, fmt.Sprintf("kill %d: the finished %s was touched", done, dir))
			}
		}
		for _, dir := range results(runs, false) {
			stood[dir] = stamps(filepath.Join(runs, dir))
		}
		if !killed {
			rounds++
			faults = append(faults, compare(runs, want)...)
			os.RemoveAll(runs)
			had, stood = map[string]int{}, map[string]string{}
		}
	}
	if _, text, err := w.run(w.args(runs, true, 3)); err != nil {
		return fmt.Errorf("last start: %w: %s", err, last(text))
	}
	faults = append(faults, compare(runs, want)...)
	for _, f := range faults {
		fmt.Println(f)
	}
	fmt.Printf("kills: %d kills (exit statuses %v), %d starts, %d whole rounds of nine cells, %d faults\n",
		done, exits, starts, rounds+1, len(faults))
	if faults != nil {
		return fmt.Errorf("%d faults", len(faults))
	}
	return nil
}

// stillThere reports whether an unfinished run's folder is there.
func stillThere(runs, dir string) bool {
	_, err := os.Stat(filepath.Join(runs, dir))
	return err == nil
}

// kill lets the program live so long.
func (w *work) kill(args []string, life time.Duration, term bool) (killed bool, exit int, text string) {
	cmd := exec.Command(w.bench, args...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return false, -1, err.Error()
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(life):
		killed = true
		if term {
			cmd.Process.Signal(syscall.SIGTERM)
		} else {
			cmd.Process.Kill()
		}
		<-ended
	}
	exit = cmd.ProcessState.ExitCode()
	if exit == 0 { // it had ended, or came to its end, before the signal came
		killed = false
	}
	return killed, exit, stderr.String()
}

// stamps are the times and sizes of a folder's files.
func stamps(dir string) string {
	var b strings.Builder
	filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			fmt.Fprintln(&b, path, info.Size(), info.ModTime().UnixNano())
		}
		return nil
	})
	return b.String()
}
