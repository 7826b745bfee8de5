//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// procs lets n processes do the same nine cells in one folder.
func (w *work) procs(n, rounds int, locks bool) error {
	ref, runs := filepath.Join(w.dir, "ref"), filepath.Join(w.dir, "MARKED")
	if _, text, err := w.run(w.args(ref, true, 0)); err != nil {
		return fmt.Errorf("unbroken: %w: %s", err, text)
	}
	want := digests(ref)
	self, err := os.Executable()
	if err != nil {
		return err
	}
	var faults []string
	status := map[string]int{}
	for range rounds {
		os.RemoveAll(runs)
		cmds := make([]*exec.Cmd, n)
		outs, errs := make([]strings.Builder, n), make([]strings.Builder, n)
		for i := range cmds {
			args := w.args(runs, true, 2)
			if locks {
				cmds[i] = exec.Command(w.bench, args...)
			} else {
				log := filepath.Join(w.dir, fmt.Sprintf("trace%d.log", i))
				cmds[i] = exec.Command(self, append([]string{"trace", "nolock", "0", "ENOLCK", "MARKED", log, w.bench}, args...)...)
			}
			cmds[i].Stdout, cmds[i].Stderr = &outs[i], &errs[i]
			if err := cmds[i].Start(); err != nil {
				return err
			}
		}
		by := map[string]int{}
		for i, cmd := range cmds {
			if err := cmd.Wait(); err != nil {
				faults = append(faults, fmt.Sprintf("process %d: %v: %s", i, err, last(errs[i].String())))
			}
			var all []outcome
			if err := json.Unmarshal([]byte(outs[i].String()), &all); err != nil || len(all) != 9 {
				faults = append(faults, fmt.Sprintf("process %d: %d cells, %v", i, len(all), err))
			}
			for _, o := range all {
				status[o.Status]++
				if o.Status != "finished before" {
					by[fmt.Sprint(o.Task, o.Seed)]++
				}
			}
		}
		for cell, times := range by {
			if times > 1 {
				faults = append(faults, fmt.Sprintf("%s was published by %d", cell, times))
			}
		}
		if len(by) != 9 {
			faults = append(faults, fmt.Sprintf("%d cells were published", len(by)))
		}
		faults = append(faults, compare(runs, want)...)
	}
	for _, f := range faults {
		fmt.Println(f)
	}
	fmt.Printf("procs: %d processes, locks %v, %d rounds of nine cells, cells %v, %d faults\n",
		n, locks, rounds, status, len(faults))
	if faults != nil {
		return fmt.Errorf("%d faults", len(faults))
	}
	return nil
}
