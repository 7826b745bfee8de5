// Package slurm runs the cells of a plan as array jobs of Slurm.
package slurm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/plans"
)

// Engine submits arrays with sbatch.
type Engine struct {
	Program    string   // absolute: the bench that the nodes run
	PlanFile   string   // absolute, on a folder that the nodes see
	Dir        string   // absolute, where scripts and logs go; the nodes see it
	Partition  string   // "": the cluster's default
	ArrayLimit int      // cells that run at once; 0: as many as the cluster lets
	CPUs       int      // of a cell
	Extra      []string // further arguments of sbatch
	MaxArray   int      // the cluster's MaxArraySize: indices are below it; 0: asked of scontrol
}

// defaultMaxArray is Slurm's own MaxArraySize.
const defaultMaxArray = 1001

// Submit writes the scripts, queues an array for every group of cells and a
// collecting job behind them, and returns the jobs' numbers.
func (e *Engine) Submit(ctx context.Context, p *plans.Plan, cells []int) (string, error) {
	if e.MaxArray == 0 {
		e.MaxArray = askMaxArray(ctx)
	}
	arrays, err := e.arrays(p, cells)
	if err != nil {
		return "", err
	}
	if len(arrays) == 0 {
		return "", errors.New("the plan has no cell to run")
	}
	if err := os.MkdirAll(e.Dir, 0o755); err != nil {
		return "", err
	}
	var ids []string
	for _, a := range arrays {
		id, err := e.queue(ctx, a)
		if err != nil {
			return strings.Join(ids, " "), e.partly(ids, err)
		}
		ids = append(ids, id)
	}
	id, err := e.queue(ctx, e.collect(p, ids))
	if err != nil {
		return strings.Join(ids, " "), e.partly(ids, err)
	}
	return strings.Join(append(ids, id), " "), nil
}

// partly is the error of a submission that stopped on its way.
func (e *Engine) partly(ids []string, err error) error {
	if len(ids) == 0 {
		return err
	}
	return fmt.Errorf("%w; queued before: jobs %s (scancel takes them back)", err, strings.Join(ids, " "))
}

// queue writes a script and hands it to sbatch.
func (e *Engine) queue(ctx context.Context, s script) (string, error) {
	path := filepath.Join(e.Dir, s.name)
	err := atomicfile.Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, s.text)
		return err
	})
	if err != nil {
		return "", err
	}
	out, err := command(ctx, "sbatch", append([]string{"--parsable"}, append(e.Extra, path)...)...)
	if err != nil {
		return "", err
	}
	id, _, _ := strings.Cut(strings.TrimSpace(out), ";") // behind it a cluster's name
	if _, err := strconv.Atoi(id); err != nil {
		return "", fmt.Errorf("sbatch answered %q: want a job's number", out)
	}
	return id, nil
}

// Cancel takes the jobs back. Running cells save their state.
func (e *Engine) Cancel(ctx context.Context, id string) error {
	_, err := command(ctx, "scancel", strings.Fields(id)...)
	return err
}

// Describe writes the scripts.
func (e *Engine) Describe(w io.Writer, p *plans.Plan, cells []int) error {
	if e.MaxArray == 0 {
		e.MaxArray = defaultMaxArray
	}
	arrays, err := e.arrays(p, cells)
	if err != nil {
		return err
	}
	ids := make([]string, len(arrays))
	for i := range ids {
		ids[i] = fmt.Sprintf("$ARRAY_%d", i+1)
	}
	for _, s := range append(arrays, e.collect(p, ids)) {
		if _, err := fmt.Fprintf(w, "==> %s <==\n%s\n", filepath.Join(e.Dir, s.name), s.text); err != nil {
			return err
		}
	}
	return nil
}

// askMaxArray asks the controller how large an array's index may be.
func askMaxArray(ctx context.Context) int {
	out, err := command(ctx, "scontrol", "show", "config")
	if err != nil {
		return defaultMaxArray
	}
	for line := range strings.Lines(out) {
		name, value, ok := strings.Cut(line, "=")
		if ok && strings.TrimSpace(name) == "MaxArraySize" {
			if n, err := strconv.Atoi(strings.TrimSpace(value)); err == nil && n > 0 {
				return n
			}
		}
	}
	return defaultMaxArray
}

// command runs a program of Slurm's and returns what it printed.
func command(ctx context.Context, name string, args ...string) (string, error) {
	var out, errs bytes.Buffer
	cmd := exec.CommandContext(ctx, name, args...)
	cmd.Stdout, cmd.Stderr = &out, &errs
	err := cmd.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("%s is not on this machine: submit from a login node of the cluster, or see --dry-run", name)
	}
	if err != nil {
		return "", fmt.Errorf("%s: %w: %s", name, err, strings.TrimSpace(errs.String()))
	}
	return out.String(), nil
}
