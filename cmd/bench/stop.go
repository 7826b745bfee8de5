package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"slices"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/device"
)

// errInterrupted is the cause of a context that a signal has cancelled.
var errInterrupted = errors.New("interrupted")

// signalled is what a shell calls the exit status of a process that a signal has
// ended, less the signal's number.
const signalled = 128

// interruptible returns a context that the first SIGINT or SIGTERM cancels, with
// errInterrupted as its cause, and a function that ends listening. The second
// signal calls exit at once, with the status that a shell gives such a process;
// one that comes within echo of the first is no second one.
func interruptible(parent context.Context, echo time.Duration, exit func(status int)) (
	ctx context.Context, cancel context.CancelCauseFunc, stop func(),
) {
	ctx, cancel = context.WithCancelCause(parent)
	signals, done := make(chan os.Signal, 2), make(chan struct{})
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		var first time.Time
		for {
			select {
			case <-done:
				return
			case s := <-signals:
				if first.IsZero() {
					first = time.Now()
					cancel(errInterrupted)
					continue
				}
				if n, ok := s.(syscall.Signal); ok && time.Since(first) >= echo {
					exit(signalled + int(n))
					return
				}
			}
		}
	}()
	return ctx, cancel, func() {
		signal.Stop(signals)
		close(done)
		cancel(nil)
	}
}

// echoTime is how long a signal may echo within a job of Slurm's, which signals
// every process of a job: the program gets one itself, and another from the shell
// of the job's script, which hands on its own.
func echoTime() time.Duration {
	if os.Getenv("SLURM_JOB_ID") == "" {
		return 0
	}
	return 10 * time.Second
}

// savesOnStop is the annotation of commands that have something to bring in
// safety when they are stopped. They are waited for; all others have graceTime.
const savesOnStop = "saves-on-stop"

// graceTime is how long a stopped command may go on to end by itself.
const graceTime = 300 * time.Millisecond

// await runs the command line until its command returns, or is stopped: a command
// that does not look at its context ends all the same.
func await(ctx context.Context, root *cobra.Command) error {
	var saves atomic.Bool // the command that has begun
	prepare := root.PersistentPreRunE
	root.PersistentPreRunE = func(cmd *cobra.Command, args []string) error {
		saves.Store(cmd.Annotations[savesOnStop] != "")
		return prepare(cmd, args)
	}
	done := make(chan error, 1)
	go func() { done <- execute(ctx, root) }()
	var patience <-chan time.Time
	stopped := ctx.Done()
	for {
		select {
		case err := <-done:
			var resumable resumableError // says itself what became of the work
			if isCanceled(err) && ctx.Err() != nil && !errors.As(err, &resumable) {
				return context.Cause(ctx)
			}
			return err
		case <-stopped:
			stopped, patience = nil, time.After(graceTime)
		case <-patience:
			if patience = nil; !saves.Load() {
				return context.Cause(ctx)
			}
		}
	}
}

// isCanceled tells whether an error says nothing but that a context was cancelled.
func isCanceled(err error) bool {
	switch e := err.(type) {
	case interface{ Unwrap() error }:
		return isCanceled(e.Unwrap())
	case interface{ Unwrap() []error }:
		return !slices.ContainsFunc(e.Unwrap(), func(err error) bool { return !isCanceled(err) })
	}
	return err == context.Canceled
}

// execute runs the command line. A device's failure is an error of commands that do
// not catch it themselves; any other panic ends the process, so nothing is sent
// behind one.
func execute(ctx context.Context, root *cobra.Command) (err error) {
	defer device.Caught(&err)
	return root.ExecuteContext(ctx)
}
