//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// points breaks one cell at every call that changes a file, one call a run, and
// gives the same command again.
// With after, the command finds each time what a kill at that call left.
func (w *work) points(mode, errno string, every, after int) error {
	ref := filepath.Join(w.dir, "ref")
	if _, text, err := w.run(w.args(ref, false, 3)); err != nil {
		return fmt.Errorf("unbroken: %w: %s", err, text)
	}
	want := digests(ref)
	runs := filepath.Join(w.dir, "MARKED")
	args := w.args(runs, false, 3)
	log := filepath.Join(w.dir, "trace.log")
	before := filepath.Join(w.dir, "before")
	if after > 0 {
		if _, err := w.traced("kill", after, errno, log, args); err != nil {
			return err
		}
		if err := os.Rename(runs, before); err != nil {
			return err
		}
		if err := os.CopyFS(runs, os.DirFS(before)); err != nil {
			return err
		}
	}
	if _, err := w.traced("count", 0, errno, log, args); err != nil {
		return fmt.Errorf("counting calls: %w", err)
	}
	calls, err := readCalls(log)
	if err != nil {
		return err
	}
	status := map[string]int{}
	tried, bad := 0, 0
	for k := 1; k <= len(calls); k += every {
		if mode == "half" && !strings.HasPrefix(calls[k-1], "write ") {
			continue
		}
		tried++
		os.RemoveAll(runs)
		if after > 0 {
			if err := os.CopyFS(runs, os.DirFS(before)); err != nil {
				return err
			}
		}
		exit, err := w.traced(mode, k, errno, log, args)
		if err != nil {
			return err
		}
		var faults []string
		if (mode == "once" || mode == "from") && exit == 0 {
			for _, f := range compare(runs, want) {
				faults = append(faults, "exit 0, but "+f)
			}
		}
		complete, finished, had := results(runs, true), results(runs, false), states(runs)
		all, text, err := w.run(args)
		if err != nil {
			faults = append(faults, fmt.Sprintf("second start: %v: %s", err, last(text)))
		}
		faults = append(faults, compare(runs, want)...)
		got := "none"
		if len(all) == 1 {
			got = all[0].Status
		}
		status[got]++
		switch {
		case got == "trained" && len(complete) > 0 && mode != "half":
			faults = append(faults, "a complete training was done again")
		case got == "trained" && len(had) > 0:
			faults = append(faults, "a saved state was not taken up")
		case got != "finished before" && len(finished) > 0:
			faults = append(faults, "a finished run was done again")
		}
		if faults != nil {
			bad++
			hit, _ := readCalls(log)
			fmt.Printf("%s at call %d (%s), exit %d: %s\n", mode, k, strings.Join(hit[:min(1, len(hit))], ""), exit,
				strings.Join(faults, "; "))
		}
	}
	name := mode
	if mode == "once" || mode == "from" {
		name += " " + errno
	}
	if after > 0 {
		name += fmt.Sprintf(" behind a kill at call %d", after)
	}
	fmt.Printf("points %s: %d of %d calls tried, second starts %v, %d fall short\n", name, tried, len(calls), status, bad)
	if bad > 0 {
		return fmt.Errorf("%d of %d points fall short", bad, tried)
	}
	return nil
}

// traced runs the program under the tracer and returns its exit status.
func (w *work) traced(mode string, k int, errno, log string, args []string) (int, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(self, append([]string{"trace", mode, fmt.Sprint(k), errno, "MARKED", log, w.bench}, args...)...)
	var text strings.Builder
	cmd.Stderr = &text
	err = cmd.Run()
	if cmd.ProcessState == nil {
		return 0, err
	}
	if strings.Contains(text.String(), "panic:") || strings.Contains(text.String(), "faults:") {
		return 0, fmt.Errorf("%s at %d: %s", mode, k, text.String())
	}
	return cmd.ProcessState.ExitCode(), nil
}

func readCalls(log string) ([]string, error) {
	b, err := os.ReadFile(log)
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSpace(string(b)), "\n"), nil
}

func last(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
