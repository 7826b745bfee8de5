// Package kubernetes writes the cells of a plan as an Indexed Job.
package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/lmkor/bench/engines"
	"github.com/lmkor/bench/plans"
)

// Engine writes manifests. It speaks to no cluster: kubectl applies them.
type Engine struct {
	Image       string
	Namespace   string // "": kubectl's own
	Parallelism int    // pods at once; 0: 8
	CPUs        int    // of a pod
	PlanFile    string // absolute: where the pods find the plan, on one of the claims
	Claims      []Claim
	Out         io.Writer
}

// Claim is a volume claim and where the pods mount it: at the path that the plan
// knows, since a plan's paths are absolute.
type Claim struct {
	Name     string
	Path     string
	ReadOnly bool
}

// The exit status of a cell that was interrupted and saved its state, and how
// many tries one that fails gets, as a Job's policy has them.
const (
	interruptedStatus = 3
	triesOfCell       = 2
	graceSeconds      = 120
)

// user is that of the image: not root.
const user = 65532

// Submit writes the manifest to Out.
func (e *Engine) Submit(_ context.Context, p *plans.Plan, cells []int) (string, error) {
	return e.jobName(p), e.Describe(e.Out, p, cells)
}

// Cancel returns how kubectl stops the job.
func (e *Engine) Cancel(_ context.Context, id string) error {
	return fmt.Errorf("bench speaks to no cluster: kubectl delete job %s", id)
}

// Describe writes the manifest.
func (e *Engine) Describe(w io.Writer, p *plans.Plan, cells []int) error {
	j, err := e.job(p, cells)
	if err != nil {
		return err
	}
	text, err := yaml.Dump(j, yaml.WithLineWidth(-1))
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// job is the manifest: index i of it runs the i-th of the cells.
func (e *Engine) job(p *plans.Plan, cells []int) (*job, error) {
	if len(cells) == 0 {
		return nil, errors.New("the plan has no cell to run")
	}
	need, err := largest(p, cells)
	if err != nil {
		return nil, err
	}
	if err := e.check(p, cells); err != nil {
		return nil, err
	}
	parallel := e.Parallelism
	if parallel <= 0 {
		parallel = 8
	}
	return &job{
		APIVersion: "batch/v1", Kind: "Job",
		Metadata: metadata{Name: e.jobName(p), Namespace: e.Namespace,
			Labels:      map[string]string{"app.kubernetes.io/name": "bench"},
			Annotations: map[string]string{"bench/plan": p.Hash}},
		Spec: jobSpec{
			CompletionMode:       "Indexed",
			Completions:          len(cells),
			Parallelism:          min(parallel, len(cells)),
			BackoffLimitPerIndex: triesOfCell,
			MaxFailedIndexes:     len(cells), // one cell's failure stops nothing
			PodFailurePolicy:     onFailure(),
			Template:             template{Spec: e.pod(cells, need)},
		},
	}, nil
}

func (e *Engine) jobName(p *plans.Plan) string { return "bench-" + p.Hash[:min(12, len(p.Hash))] }

// onFailure does not count a node's drain or a preemption against a cell,
// nor an interruption that saved the cell's state; wrong usage fails at once.
func onFailure() failurePolicy {
	exit := func(action string, status int) failureRule {
		return failureRule{Action: action, OnExitCodes: &exitCodes{ContainerName: "bench", Operator: "In", Values: []int{status}}}
	}
	return failurePolicy{Rules: []failureRule{
		{Action: "Ignore", OnPodConditions: []podCondition{{Type: "DisruptionTarget", Status: "True"}}},
		exit("Ignore", interruptedStatus),
		exit("FailIndex", 2),
	}}
}

// pod is what runs a cell. The shell is bench's own: it takes the cell's number
// from the list by the index that the Job sets.
func (e *Engine) pod(cells []int, need engines.Need) podSpec {
	cpus := strconv.Itoa(max(1, e.CPUs))
	memory := strconv.Itoa(need.MemoryMB) + "Mi"
	if need.MemoryMB%1024 == 0 {
		memory = strconv.Itoa(need.MemoryMB/1024) + "Gi"
	}
	c := container{
		Name:            "bench",
		Image:           e.Image,
		Args:            []string{"run", "--plan", e.PlanFile, "--cell", e.cellArg(cells), "--set", "threads=" + cpus},
		Resources:       resources{Requests: amounts{CPU: cpus, Memory: memory}, Limits: amounts{Memory: memory}},
		SecurityContext: securityContext{ReadOnlyRootFilesystem: true, Capabilities: capabilities{Drop: []string{"ALL"}}},
	}
	s := podSpec{
		RestartPolicy:                 "Never",
		TerminationGracePeriodSeconds: graceSeconds,
		SecurityContext: podSecurityContext{RunAsNonRoot: true, RunAsUser: user, FSGroup: user,
			SeccompProfile: seccompProfile{Type: "RuntimeDefault"}},
	}
	for i, claim := range e.Claims {
		name := "volume-" + strconv.Itoa(i)
		s.Volumes = append(s.Volumes, volume{name, volumeClaim{claim.Name, claim.ReadOnly}})
		c.VolumeMounts = append(c.VolumeMounts, volumeMount{Name: name, MountPath: claim.Path, ReadOnly: claim.ReadOnly})
	}
	s.Containers = []container{c}
	return s
}

// cellArg is what --cell is given: the Job's index, or where cells were left out
// a list that the index points into.
func (e *Engine) cellArg(cells []int) string {
	for i, n := range cells {
		if i != n {
			words := make([]string, len(cells))
			for i, n := range cells {
				words[i] = strconv.Itoa(n)
			}
			return "$(JOB_COMPLETION_INDEX)@" + strings.Join(words, ",")
		}
	}
	return "$(JOB_COMPLETION_INDEX)"
}

// largest is the most that any of the cells needs: an Indexed Job's pods are all
// alike.
func largest(p *plans.Plan, cells []int) (engines.Need, error) {
	var most engines.Need
	for _, n := range cells {
		c, err := p.Cell(n)
		if err != nil {
			return most, err
		}
		need := engines.NeedOf(c)
		most.MemoryMB, most.Minutes = max(most.MemoryMB, need.MemoryMB), max(most.Minutes, need.Minutes)
	}
	return most, nil
}

// maxIndexes is how many completions a Job with backoffLimitPerIndex may have.
const maxIndexes = 100_000

// check returns an error that names the first path of the plan that no claim
// covers: the pods would not find it.
func (e *Engine) check(p *plans.Plan, cells []int) error {
	if e.Image == "" {
		return errors.New("no image: name one with --image, built from the Dockerfile")
	}
	if len(cells) > maxIndexes {
		return fmt.Errorf("%d cells: a Job has at most %d", len(cells), maxIndexes)
	}
	paths := []string{p.Runs, e.PlanFile}
	for _, n := range cells {
		c := p.Cells[n]
		paths = append(paths, c.DataDir)
		for _, from := range []string{c.ModelFrom, c.TaskFrom} {
			if filepath.IsAbs(from) {
				paths = append(paths, from)
			}
		}
		for _, split := range slices.Sorted(maps.Keys(c.Files)) {
			paths = append(paths, c.Files[split])
		}
	}
	for _, path := range paths {
		if filepath.IsAbs(path) && !e.covered(path) {
			return fmt.Errorf("%s is on no claim: name one that the pods mount there or above, with --claim NAME=PATH", path)
		}
	}
	return nil
}

func (e *Engine) covered(path string) bool {
	for _, c := range e.Claims {
		if path == c.Path || strings.HasPrefix(path, strings.TrimSuffix(c.Path, "/")+"/") {
			return true
		}
	}
	return false
}
