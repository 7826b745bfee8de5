package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/spf13/cobra"
)

// interrupt sends this process a signal and waits until it has come, and then until
// seen is closed.
func interrupt(t *testing.T, seen <-chan struct{}) {
	t.Helper()
	come := make(chan os.Signal, 1)
	signal.Notify(come, os.Interrupt)
	defer signal.Stop(come)
	self, err := os.FindProcess(os.Getpid())
	if err == nil {
		err = self.Signal(os.Interrupt)
	}
	if err != nil {
		t.Skip("this system sends no signal to itself: ", err)
	}
	<-come
	select {
	case <-seen:
	case <-time.After(2 * time.Minute):
		t.Fatal("the signal was not seen")
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	exited := make(chan struct{})
	status := 0
	ctx, _, stop := interruptible(context.Background(), 0, func(s int) { status = s; close(exited) })
	defer stop()
	interrupt(t, ctx.Done())
	if cause := context.Cause(ctx); !errors.Is(cause, errInterrupted) {
		t.Errorf("cause %v", cause)
	}
	interrupt(t, exited)
	if want := signalled + int(syscall.SIGINT); status != want {
		t.Errorf("exit status %d, want %d", status, want)
	}
}

// A signal that a job's script hands on just behind the job's own is no second one.
func TestEchoOfASignalEndsNothing(t *testing.T) {
	exited := make(chan struct{})
	ctx, _, stop := interruptible(context.Background(), time.Hour, func(int) { close(exited) })
	defer stop()
	interrupt(t, ctx.Done())
	again := make(chan struct{})
	time.AfterFunc(200*time.Millisecond, func() { close(again) })
	interrupt(t, again)
	select {
	case <-exited:
		t.Error("the echo ended the program")
	default:
	}
	for id, want := range map[string]time.Duration{"": 0, "7": 10 * time.Second} {
		t.Setenv("SLURM_JOB_ID", id)
		if got := echoTime(); got != want {
			t.Errorf("in job %q a signal echoes for %v, want %v", id, got, want)
		}
	}
}

// A command that never looks at its context ends when it is stopped; one that
// saves is waited for.
func TestAwait(t *testing.T) {
	for _, saves := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) { // whose clock waits for all that can go on
			release := make(chan struct{})
			cmd := &cobra.Command{
				SilenceErrors: true, SilenceUsage: true,
				RunE: func(*cobra.Command, []string) error { <-release; return errors.New("saved") },
			}
			cmd.PersistentPreRunE = func(*cobra.Command, []string) error { return nil }
			if saves {
				cmd.Annotations = map[string]string{savesOnStop: "yes"}
			}
			cmd.SetArgs(nil)
			cmd.SetOut(io.Discard)
			ctx, cancel := context.WithCancelCause(context.Background())
			time.AfterFunc(20*time.Millisecond, func() { cancel(errInterrupted) })
			time.AfterFunc(graceTime+300*time.Millisecond, func() { close(release) })
			err := await(ctx, cmd)
			if saves && err.Error() != "saved" || !saves && !errors.Is(err, errInterrupted) {
				t.Errorf("saves: %v, error %v", saves, err)
			}
			<-release
		})
	}
}

// A command that panics must never end with status 0: the program under test is this
// one, started again.
func TestAPanicIsNoSuccess(t *testing.T) {
	const again = "BENCH_TEST_PANICS"
	if os.Getenv(again) != "" {
		cmd := &cobra.Command{RunE: func(*cobra.Command, []string) error { panic("asked for") }}
		cmd.SetArgs(nil)
		cmd.PersistentPreRunE = func(*cobra.Command, []string) error { return nil }
		_ = await(context.Background(), cmd)
		os.Exit(0)
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for range 20 { // it would be a race
		c := exec.Command(program, "-test.run", "^TestAPanicIsNoSuccess$")
		c.Env = append(os.Environ(), again+"=1")
		out, err := c.CombinedOutput()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || !strings.Contains(string(out), "asked for") {
			t.Fatalf("a panic ended with %v and %q", err, out)
		}
	}
}

// A command that stops because its context ends fails with the reason.
func TestAwaitTellsTheReason(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cmd := &cobra.Command{SilenceErrors: true, SilenceUsage: true, RunE: func(c *cobra.Command, _ []string) error {
		cancel(errInterrupted)
		return fmt.Errorf("text 3: %w", c.Context().Err())
	}}
	cmd.PersistentPreRunE = func(*cobra.Command, []string) error { return nil }
	cmd.SetArgs(nil)
	if err := await(ctx, cmd); err != errInterrupted {
		t.Errorf("error %v, want %v", err, errInterrupted)
	}
}

func TestOnlyCancelledIsInterrupted(t *testing.T) {
	full := errors.New("disk full")
	for _, c := range []struct {
		err  error
		want bool
	}{{context.Canceled, true}, {fmt.Errorf("a: %w", context.Canceled), true}, {errors.Join(context.Canceled, context.Canceled), true},
		{errors.Join(full, context.Canceled), false}, {full, false}, {nil, false}} {
		if got := isCanceled(c.err); got != c.want {
			t.Errorf("%v: %v, want %v", c.err, got, c.want)
		}
	}
}
