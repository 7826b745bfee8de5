package main

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"
)

// fullDisk takes some bytes and then no more.
type fullDisk struct{ left int }

func (f *fullDisk) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
	}
	return len(p), nil
}

func TestUnwrittenOutputIsAFault(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	dryRun := []string{"run", "--model", "quickstart-a", "--task", "nsmc", "--data-dir", "samples", "--dry-run"}
	if status := run(dryRun, strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{}); status != statusDone { // it measures, and says so
		t.Fatalf("status %d", status)
	}
	for _, args := range [][]string{
		{"version"}, {"version", "--format", "json"}, {"--version"}, {"--help"}, {"help", "data"}, {"completion", "bash"},
		{"data", "list"}, {"data", "list", "--format", "json"}, {"data", "check", "-t", "nsmc"}, {"data", "stats", "-t", "nsmc"},
		{"models", "list"}, {"models", "list", "--format", "json"}, {"models", "show", "bert-tiny-scratch"},
		{"doctor"}, {"doctor", "--format", "json"}, {"devices"}, dryRun,
		{"leaderboard", "--published", "lmkor"}, {"leaderboard", "--published", "lmkor", "--format", "csv"},
	} {
		for _, left := range []int{0, 20} {
			var errs bytes.Buffer
			status := run(args, strings.NewReader(""), &fullDisk{left}, &errs)
			if want := "bench: standard output: no space left on device\n"; status != statusFault || errs.String() != want {
				t.Errorf("%v after %d bytes: status %d, %q", args, left, status, errs.String())
			}
		}
	}
}

func TestStatusOf(t *testing.T) {
	for _, c := range []struct {
		args   []string
		status int
	}{
		{[]string{"version"}, statusDone},
		{[]string{"version", "--nope"}, statusUsage},
		{[]string{"version", "extra"}, statusUsage},
		{[]string{"versoin"}, statusUsage},
		{[]string{"data", "lst"}, statusUsage},
		{[]string{"data", "list", "--format", "xml"}, statusUsage},
		{[]string{"data", "list", "--task", "nope"}, statusUsage},
		{[]string{"models", "show", "nope"}, statusUsage},
		{[]string{"run", "nope", "--data-dir", "samples"}, statusUsage},
		{[]string{"leaderboard", "--published", "nope"}, statusUsage},
		{[]string{"data", "list", "--task", "nope.yaml"}, statusFault},
		{[]string{"data", "list", "--data-dir", "/nowhere"}, statusFault},
	} {
		var out, errs bytes.Buffer
		if status := run(c.args, strings.NewReader(""), &out, &errs); status != c.status {
			t.Errorf("%v: status %d, want %d: %s", c.args, status, c.status, errs.String())
		}
	}
	if got := statusOf(errors.Join(errors.New("a"), resumableError{errInterrupted})); got != statusInterrupted {
		t.Errorf("status %d of an interrupted run", got)
	}
}

func TestFormatFlag(t *testing.T) {
	var format string
	cmd := &cobra.Command{Use: "x", RunE: func(*cobra.Command, []string) error { return nil }}
	formatFlag(cmd, &format, "table", "json", "csv")
	if format != "table" {
		t.Errorf("default %q", format)
	}
	if usage := cmd.Flags().Lookup("format").Usage; usage != "table, json or csv" {
		t.Errorf("help %q", usage)
	}
	if err := cmd.ParseFlags([]string{"--format", "csv"}); err != nil || format != "csv" {
		t.Errorf("format %q, %v", format, err)
	}
	if err := cmd.ParseFlags([]string{"--format", "xml"}); err == nil || !strings.Contains(err.Error(), `--format "xml": want one of table, json, csv`) || format != "csv" {
		t.Errorf("format %q, error %v", format, err)
	}
}
