//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// processes are n of `bench run --plan` on this machine.
type processes struct {
	w    *work
	plan string
	n    int

	mu    sync.Mutex
	alive []int
	ended []error // those that were not killed and did not end well
	idle  int     // those in a row that found nothing to do and ended well
}

// start keeps n of them going until one ends by itself: then all cells are done.
func (p *processes) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.alive) < p.n {
		cmd := exec.Command(p.w.bench, "run", "--plan", p.plan)
		var text strings.Builder
		cmd.Stderr = &text
		if err := cmd.Start(); err != nil {
			return err
		}
		pid := cmd.Process.Pid
		p.alive = append(p.alive, pid)
		go func() {
			err := cmd.Wait()
			p.mu.Lock()
			defer p.mu.Unlock()
			p.alive = without(p.alive, pid)
			status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
			switch {
			case strings.Contains(text.String(), "panic") || err != nil && status.Signal() != syscall.SIGKILL:
				p.ended = append(p.ended, fmt.Errorf("a process ended with %w: %s", err, last(text.String())))
			case err == nil:
				p.idle++
			}
		}()
	}
	return nil
}

func (p *processes) members() []int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]int{}, p.alive...)
}

// over waits, when one has found all cells done, until the others have.
func (p *processes) over() (bool, []error) {
	for {
		p.mu.Lock()
		ended, idle, alive := p.ended, p.idle, len(p.alive)
		p.ended = nil
		if idle > 0 && alive == 0 {
			p.idle = 0
		}
		p.mu.Unlock()
		if idle == 0 || alive == 0 || ended != nil {
			return idle > 0 && alive == 0, ended
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (p *processes) stop() {
	for _, pid := range p.members() {
		_ = syscall.Kill(pid, syscall.SIGKILL)
	}
}

// jobs are the array jobs of `bench submit slurm --plan`, on the cluster that
// SLURM_CONF names. A cell whose program is killed has failed: the same command
// queues it again when the others have ended.
type jobs struct {
	w      *work
	plan   string
	queued []string // the jobs of the last submission
}

func (j *jobs) start() error {
	if over, _ := j.over(); !over {
		return nil
	}
	out, err := exec.Command(j.w.bench, "submit", "slurm", "--plan", j.plan, "--cpus", "1").Output()
	if err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	// "queued jobs 1 2, and 3, which makes the tables; ..."
	head, _, _ := strings.Cut(string(out), ", which")
	j.queued = strings.Fields(strings.NewReplacer(",", "", "and", "").Replace(strings.TrimPrefix(head, "queued jobs")))
	if len(j.queued) < 2 {
		return fmt.Errorf("submit said %q", out)
	}
	// The tables of half of the cells are not wanted.
	return exec.Command("scancel", j.queued[len(j.queued)-1]).Run()
}

// members are the programs that do a cell of the plan, as children of a shell.
func (j *jobs) members() (all []int) {
	dirs, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range dirs {
		raw, _ := os.ReadFile(path)
		args := strings.Split(string(raw), "\x00")
		if len(args) > 3 && args[0] == j.w.bench && args[1] == "run" && args[3] == j.plan {
			pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
			all = append(all, pid)
		}
	}
	return all
}

func (j *jobs) over() (bool, []error) {
	if len(j.queued) == 0 {
		return true, nil
	}
	out, err := exec.Command("squeue", "-h", "-o", "%A", "-j", strings.Join(j.queued, ",")).Output()
	if err != nil && len(out) == 0 { // none of them is known any more
		return true, nil
	}
	return strings.TrimSpace(string(out)) == "", nil
}

func (j *jobs) stop() { _ = exec.Command("scancel", j.queued...).Run() }
