package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/kernels"
)

// Exit statuses.
const (
	statusDone  = 0
	statusFault = 1
	statusUsage = 2
)

// usageError marks an error as wrong usage: exit status 2.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// usagef returns a usage error.
func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// run is the whole program: it returns the exit status.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	root := newRoot()
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := kernels.Err()
	if err == nil {
		err = root.ExecuteContext(ctx)
	}
	stopProfile()
	if err == nil {
		return statusDone
	}
	fmt.Fprintf(stderr, "bench: %v\n", err)
	if u := (usageError{}); errors.As(err, &u) {
		return statusUsage
	}
	return statusFault
}

// newRoot returns the command tree. Commands read cmd.InOrStdin, write data to
// cmd.OutOrStdout, and progress and warnings to cmd.ErrOrStderr.
func newRoot() *cobra.Command {
	root := &cobra.Command{
		Use:           "bench",
		Short:         "Fine-tune and score Korean language models",
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
		Args:                       cobra.ArbitraryArgs,
		RunE:                       groupHelp,
	}
	root.PersistentFlags().StringVar(&profileFile, "cpuprofile", "", "write a CPU profile to `FILE`, for go tool pprof")
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return startProfile() }
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	for _, c := range []func() *cobra.Command{ // in the help's order
		newQuickstartCmd,
		newTokenizeCmd,
		newRunCmd,
		newEvalCmd,
		newLeaderboardCmd,
		newCompareCmd,
		newReportCmd,
		newScoreCmd,
		newDataCmd,
		newModelsCmd,
		newFillMaskCmd,
		newGenerateCmd,
		newSummarizeCmd,
		newPerfCmd,
		newVersionCmd,
	} {
		root.AddCommand(c())
	}
	return root
}

// groupHelp is what a command does that only holds others: it prints its help,
// or says which of them was meant.
func groupHelp(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return unknownCommand(cmd, args[0])
	}
	return cmd.Help()
}

// unknownCommand says which command the user may have meant.
func unknownCommand(cmd *cobra.Command, name string) error {
	if near := cmd.SuggestionsFor(name); len(near) > 0 {
		return usagef("unknown command %q: did you mean %q?", name, near[0])
	}
	return usagef("unknown command %q: see '%s --help'", name, cmd.CommandPath())
}

// args wraps a cobra argument check so that its failure is wrong usage.
func args(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, a []string) error {
		if err := check(cmd, a); err != nil {
			return usageError{err}
		}
		return nil
	}
}
