package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/engines"
	"github.com/lmkor/bench/engines/kubernetes"
	"github.com/lmkor/bench/engines/slurm"
	"github.com/lmkor/bench/plans"
)

func newSubmitCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "submit",
		Short: "Hand a plan to a cluster: Slurm, or Kubernetes",
		Long: `Hands the cells of a plan that are still to do to what starts them elsewhere. Each
cell is published by a rename, so that it does no harm if one is started twice;
'bench status plan.json' reads how they stand from their files.`,
		Args: cobra.ArbitraryArgs,
		RunE: groupHelp,
	}
	cmd.AddCommand(newSubmitSlurmCmd(), newSubmitKubernetesCmd())
	return cmd
}

// submitOptions are the flags that all clusters have.
type submitOptions struct {
	plan   string
	cpus   int
	dryRun bool
}

func (o *submitOptions) flags(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.plan, "plan", "", "the plan `FILE` that 'bench plan -o' wrote")
	cmd.Flags().IntVar(&o.cpus, "cpus", runtime.NumCPU(), "CPUs of each cell")
	cmd.Flags().BoolVar(&o.dryRun, "dry-run", false, "print what would be submitted")
}

// open reads the plan and returns its absolute path.
func (o *submitOptions) open() (*plans.Plan, string, error) {
	if o.plan == "" {
		return nil, "", usagef("--plan is missing: make one with 'bench plan -o plan.json'")
	}
	if o.cpus < 1 {
		return nil, "", usagef("--cpus %d: want 1 or more", o.cpus)
	}
	path, err := filepath.Abs(o.plan)
	if err != nil {
		return nil, "", err
	}
	p, err := plans.Read(o.plan)
	return p, path, err
}

// submit hands the plan's open cells to the engine.
func (o *submitOptions) submit(ctx context.Context, s streams, e engines.Engine, p *plans.Plan) (string, error) {
	cells := p.Open()
	if left := len(p.Cells) - len(cells); left > 0 {
		fmt.Fprintf(s.err, "%d of %d cells are left out: finished, in conflict or lacking something\n", left, len(p.Cells))
	}
	if o.dryRun {
		return "", e.Describe(s.out, p, cells)
	}
	return e.Submit(ctx, p, cells)
}

// submitSlurmOptions are the flags of `bench submit slurm`.
type submitSlurmOptions struct {
	submitOptions
	partition  string
	arrayLimit int
	extra      []string
	dir        string
}

func newSubmitSlurmCmd() *cobra.Command {
	var o submitSlurmOptions
	cmd := &cobra.Command{
		Use:   "slurm --plan plan.json",
		Short: "Queue a plan as array jobs of Slurm",
		Long: `Writes and queues array jobs, one for each group of cells that need alike, and behind
them a job that makes the tables. Memory and time are the plan's estimates with
room to spare. A cell that is preempted, or runs out of time, saves its state and
goes on when it is queued again. The plan, the runs, the models and the data have
to lie where the nodes see them; so has this program.`,
		Example: `  bench submit slurm --plan plan.json --partition gpu --array-limit 8
  bench submit slurm --plan plan.json --sbatch-arg=--account=lab --dry-run`,
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), streamsOf(cmd)) },
	}
	o.flags(cmd)
	cmd.Flags().StringVar(&o.partition, "partition", "", "the partition `P` (default the cluster's)")
	cmd.Flags().IntVar(&o.arrayLimit, "array-limit", 0, "at most `N` cells at once (default no limit)")
	cmd.Flags().StringArrayVar(&o.extra, "sbatch-arg", nil, "an argument `ARG` for sbatch; may be repeated")
	cmd.Flags().StringVar(&o.dir, "job-dir", "", "the folder `DIR` of scripts and logs (default jobs-HASH beside the plan)")
	return cmd
}

func (o *submitSlurmOptions) run(ctx context.Context, s streams) error {
	p, path, err := o.open()
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	if o.dir == "" {
		o.dir = filepath.Join(filepath.Dir(path), "jobs-"+p.Hash[:12])
	}
	dir, err := filepath.Abs(o.dir)
	if err != nil {
		return err
	}
	e := &slurm.Engine{Program: program, PlanFile: path, Dir: dir, Partition: o.partition, ArrayLimit: o.arrayLimit,
		CPUs: o.cpus, Extra: o.extra}
	id, err := o.submit(ctx, s, e, p)
	if err != nil || o.dryRun {
		return err
	}
	jobs := strings.Fields(id)
	_, err = fmt.Fprintf(s.out, "queued jobs %s, and %s, which makes the tables; logs in %s\n'bench status %s' shows "+
		"how they stand, 'scancel %s' takes them back\n",
		strings.Join(jobs[:len(jobs)-1], " "), jobs[len(jobs)-1], dir, o.plan, id)
	return err
}

// submitKubernetesOptions are the flags of `bench submit kubernetes`.
type submitKubernetesOptions struct {
	submitOptions
	image, namespace string
	parallelism      int
	claims, readOnly []string
}

func newSubmitKubernetesCmd() *cobra.Command {
	o := submitKubernetesOptions{parallelism: 8}
	cmd := &cobra.Command{
		Use:   "kubernetes --plan plan.json --image IMAGE --claim NAME=PATH…",
		Short: "Write a plan as an Indexed Job of Kubernetes",
		Long: `Writes the manifest of an Indexed Job to standard output, for kubectl apply: an index
for each cell that is still to do, its memory the plan's estimate with room to
spare. A node's drain is not counted as a failure; a pod that is told to end saves
its state first. Each volume claim is mounted at PATH, where the plan's absolute
paths find the runs, the models, the data and the plan itself.

The manifest is held to Kubernetes' own types; it was never run on a cluster.`,
		Example: "  bench submit kubernetes --plan /runs/plan.json --image registry.example/bench:1 " +
			"--claim runs=/runs --read-only-claim data=/data > job.yaml",
		Args: args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return o.run(cmd.Context(), streamsOf(cmd)) },
	}
	o.flags(cmd)
	cmd.Flags().StringVar(&o.image, "image", "", "the container `IMAGE`, built from the Dockerfile")
	cmd.Flags().StringVar(&o.namespace, "namespace", "", "the namespace `N` (default kubectl's)")
	cmd.Flags().IntVar(&o.parallelism, "parallelism", o.parallelism, "at most `N` pods at once")
	cmd.Flags().StringArrayVar(&o.claims, "claim", nil, "a volume claim and where it is mounted, `NAME=PATH`; may be repeated")
	cmd.Flags().StringArrayVar(&o.readOnly, "read-only-claim", nil, "as --claim, mounted for reading only, `NAME=PATH`")
	return cmd
}

func (o *submitKubernetesOptions) run(ctx context.Context, s streams) error {
	p, path, err := o.open()
	if err != nil {
		return err
	}
	e := &kubernetes.Engine{Image: o.image, Namespace: o.namespace, Parallelism: o.parallelism, CPUs: o.cpus,
		PlanFile: path, Out: s.out}
	for _, list := range []struct {
		flag     string
		claims   []string
		readOnly bool
	}{{"--claim", o.claims, false}, {"--read-only-claim", o.readOnly, true}} {
		for _, c := range list.claims {
			name, at, ok := strings.Cut(c, "=")
			if !ok || name == "" || !filepath.IsAbs(at) {
				return usagef("%s %q: want NAME=PATH, the path absolute", list.flag, c)
			}
			e.Claims = append(e.Claims, kubernetes.Claim{Name: name, Path: filepath.Clean(at), ReadOnly: list.readOnly})
		}
	}
	_, err = o.submit(ctx, s, e, p)
	return err
}
