package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/internal/nearest"
	"github.com/lmkor/bench/kernels"
)

// Exit statuses.
const (
	statusDone        = 0
	statusFault       = 1
	statusUsage       = 2
	statusInterrupted = 3 // and the same command goes on from there
)

// usageError marks an error as wrong usage: exit status 2.
type usageError struct{ err error }

func (e usageError) Error() string { return e.err.Error() }
func (e usageError) Unwrap() error { return e.err }

// usagef returns a usage error.
func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// resumableError marks the error of a command that was interrupted, and that goes
// on from there when it is given again: exit status 3.
type resumableError struct{ err error }

func (e resumableError) Error() string { return e.err.Error() }
func (e resumableError) Unwrap() error { return e.err }

// statusOf returns the exit status that an error ends with.
func statusOf(err error) int {
	var usage usageError
	var unknown *nearest.UnknownError
	var resumable resumableError
	switch {
	case err == nil:
		return statusDone
	case errors.As(err, &usage), errors.As(err, &unknown):
		return statusUsage
	case errors.As(err, &resumable):
		return statusInterrupted
	}
	return statusFault
}

// run is the whole program: it returns the exit status.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	ctx, cancel, stop := interruptible(withStart(context.Background(), time.Now()), echoTime(), os.Exit)
	defer stop()
	signal.Ignore(syscall.SIGPIPE) // writing to a closed pipe is an error as any other
	out := &output{w: stdout, failed: func(err error) { cancel(err) }}
	prof := &profile{}
	root := newRoot(prof)
	root.SetArgs(args)
	root.SetIn(stdin)
	root.SetOut(out)
	root.SetErr(stderr)
	addCompletion(root)
	err := kernels.Err()
	if err == nil {
		err = await(ctx, root)
	}
	err = errors.Join(err, prof.stop())
	if fault := out.fault(); fault != nil {
		var p *fs.PathError // its path is the system's name of standard output
		if errors.As(fault, &p) {
			fault = p.Err
		}
		err = fmt.Errorf("standard output: %w", fault)
	}
	if err != nil {
		fmt.Fprintf(stderr, "bench: %v\n", err)
	}
	return statusOf(err)
}

// startKey is the key of a context's withStart.
type startKey struct{}

// withStart returns a context that knows when the program was started.
func withStart(ctx context.Context, at time.Time) context.Context {
	return context.WithValue(ctx, startKey{}, at)
}

// startOf returns when the program was started; without withStart, now.
func startOf(ctx context.Context) time.Time {
	if at, ok := ctx.Value(startKey{}).(time.Time); ok {
		return at
	}
	return time.Now()
}

// newRoot returns the command tree. Commands read cmd.InOrStdin, write data to
// cmd.OutOrStdout, and progress and warnings to cmd.ErrOrStderr: see streamsOf.
func newRoot(prof *profile) *cobra.Command {
	root := &cobra.Command{
		Use:           "bench",
		Short:         "Fine-tune and score Korean language models",
		Version:       thisBuild().String(),
		SilenceErrors: true,
		SilenceUsage:  true,

		SuggestionsMinimumDistance: 2,
		Args:                       cobra.ArbitraryArgs,
		RunE:                       groupHelp,
	}
	root.SetVersionTemplate("{{.Version}}\n")
	root.PersistentFlags().StringVar(&prof.path, "cpuprofile", "", "write a CPU profile to `FILE`, for go tool pprof")
	root.PersistentPreRunE = func(*cobra.Command, []string) error { return prof.start() }
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if c := (choiceError{}); errors.As(err, &c) {
			err = c
		}
		if a := cmd.Flags().Args(); cmd.HasSubCommands() && len(a) > 0 { // the flag is of a command that is none
			return unknownCommand(cmd, a[0])
		}
		return usageError{err}
	})
	root.SetHelpCommand(newHelpCmd())
	for _, c := range []func() *cobra.Command{ // in the help's order
		newQuickstartCmd,
		newTokenizeCmd,
		newRunCmd,
		newEvalCmd,
		newRunsCmd,
		newPredictCmd,
		newEmbedCmd,
		newServeCmd,
		newPlanCmd,
		newSubmitCmd,
		newStatusCmd,
		newLeaderboardCmd,
		newCompareCmd,
		newReportCmd,
		newScoreCmd,
		newExportCmd,
		newPlotCmd,
		newDataCmd,
		newModelsCmd,
		newFillMaskCmd,
		newGenerateCmd,
		newSummarizeCmd,
		newPerfCmd,
		newDoctorCmd,
		newDevicesCmd,
		newVersionCmd,
	} {
		root.AddCommand(c())
	}
	return root
}

// addCompletion adds cobra's own command, which prints its help for a shell that
// it does not know: here that is wrong usage. The command keeps the output that
// root has when it is added.
func addCompletion(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	if c, _, err := root.Find([]string{"completion"}); err == nil {
		c.Args, c.RunE = cobra.ArbitraryArgs, groupHelp
	}
}

// newHelpCmd returns `bench help`, which takes a command that there is.
func newHelpCmd() *cobra.Command {
	return &cobra.Command{
		Use:   "help [command]",
		Short: "Help about any command",
		RunE: func(cmd *cobra.Command, a []string) error {
			of, left, err := cmd.Root().Find(a)
			if err == nil && len(left) > 0 && of.HasSubCommands() {
				return unknownCommand(of, left[0])
			}
			if err != nil {
				return usageError{err}
			}
			of.InitDefaultHelpFlag()
			return of.Help()
		},
	}
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
