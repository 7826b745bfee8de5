//go:build unix

// Command faults breaks `bench run` on purpose and looks at what it makes of it:
// it is killed at random moments, and at every system call that changes a file,
// such calls fail or write half, and several processes work on one folder, or on
// a plan, on one machine or on a Slurm cluster. Each time the same command then
// has to end in the bytes of an unbroken run, with nothing finished done again and
// nothing left behind. It also counts what commands ask of the folder of runs.
//
//	go build -o /tmp/bench ./cmd/bench
//	go run ./scripts/faults points -bench /tmp/bench -mode kill
//	go run ./scripts/faults points -bench /tmp/bench -mode once -errno ENOSPC
//	go run ./scripts/faults kills  -bench /tmp/bench -n 1000
//	go run ./scripts/faults procs  -bench /tmp/bench -n 3 -locks=false
//	go run ./scripts/faults plan   -bench /tmp/bench -n 200 -procs 3
//	go run ./scripts/faults operations -bench /tmp/bench -n 30 -latency 20
//	SLURM_CONF=cluster/slurm.conf go run ./scripts/faults plan -bench /tmp/bench -n 60 -slurm
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 {
		return fmt.Errorf("want points, kills, procs, plan or operations")
	}
	if args[0] == "trace" { // ourselves, around one process
		return traceMain(args[1:])
	}
	fl := flag.NewFlagSet(args[0], flag.ContinueOnError)
	bench := fl.String("bench", "", "the program")
	mode := fl.String("mode", "kill", "points: kill, half, once or from")
	errno := fl.String("errno", "ENOSPC", "points: what a call fails with: ENOSPC, EIO, EDQUOT, EROFS")
	every := fl.Int("every", 1, "points: only each so-manieth call")
	after := fl.Int("after", 0, "points: begin with what a kill at this call left")
	n := fl.Int("n", 100, "kills, plan: how many; procs: how many processes; operations: of how many cells")
	low := fl.Float64("low", 0.02, "kills, plan: the shortest time before a kill, in seconds")
	high := fl.Float64("high", 1.0, "kills: the longest")
	seed := fl.Uint64("seed", 1, "kills: of the moments")
	term := fl.Bool("term", false, "kills: SIGTERM in the place of SIGKILL")
	locks := fl.Bool("locks", true, "procs: false lets every flock fail with ENOLCK")
	procs := fl.Int("procs", 3, "plan: how many processes share it")
	slurm := fl.Bool("slurm", false, "plan: array jobs in the place of processes")
	latency := fl.Int("latency", 0, "operations: how long each takes, in milliseconds")
	rounds := fl.Int("rounds", 1, "procs: how often")
	if err := fl.Parse(args[1:]); err != nil {
		return err
	}
	if *bench == "" {
		return fmt.Errorf("-bench is needed")
	}
	w, err := newWork(*bench)
	if err != nil {
		return err
	}
	defer os.RemoveAll(w.dir)
	switch args[0] {
	case "points":
		return w.points(*mode, *errno, *every, *after)
	case "kills":
		return w.kills(*n, *low, *high, *seed, *term)
	case "procs":
		return w.procs(*n, *rounds, *locks)
	case "operations":
		return w.operations(*n, *latency)
	case "plan":
		return w.plan(*n, *procs, *low, *high, *seed, *slurm)
	}
	return fmt.Errorf("%s: want points, kills, procs, plan or operations", args[0])
}
