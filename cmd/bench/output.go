package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/lmkor/bench/progress"
	"github.com/lmkor/bench/results/tables"
)

// streams are what a command reads and writes: a command's run method gets them,
// so that a test can call it without a command line.
type streams struct {
	in  io.Reader
	out io.Writer // data
	err io.Writer // progress and warnings
}

func streamsOf(cmd *cobra.Command) streams {
	return streams{cmd.InOrStdin(), cmd.OutOrStdout(), cmd.ErrOrStderr()}
}

// json prints v as indented JSON, Korean and signs as they are.
func (s streams) json(v any) error { return writeJSON(s.out, v) }

// jsonLine prints v as one line of JSON, Korean and signs as they are.
func (s streams) jsonLine(v any) error {
	e := json.NewEncoder(s.out)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// writeJSON writes v as indented JSON, Korean and signs as they are.
func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// formatFlag declares --format, which takes one of want; the first is the
// default. Another value is wrong usage before the command runs.
func formatFlag(cmd *cobra.Command, to *string, want ...string) {
	choiceFlag(cmd, to, "format", "", want...)
}

// choiceFlag declares a flag that takes one of want, the first being the default.
// Its help is what is said and the values.
func choiceFlag(cmd *cobra.Command, to *string, name, help string, want ...string) {
	if help != "" {
		help += ": "
	}
	*to = want[0]
	cmd.Flags().Var(&choice{to, name, want}, name, help+alternatives(want))
	// The error is of a flag that is not there, and this one is.
	_ = cmd.RegisterFlagCompletionFunc(name, cobra.FixedCompletions(want, cobra.ShellCompDirectiveNoFileComp))
}

// alternatives joins words as a sentence does: "a, b or c".
func alternatives(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// choice is the value of a flag that takes one of a few words.
type choice struct {
	to   *string
	name string
	want []string
}

func (c *choice) String() string { return *c.to }
func (c *choice) Type() string   { return "string" }

func (c *choice) Set(s string) error {
	if !slices.Contains(c.want, s) {
		return choiceError{c.name, s, c.want}
	}
	*c.to = s
	return nil
}

// choiceError is a flag's value that is none of those it takes.
type choiceError struct {
	name, value string
	want        []string
}

func (e choiceError) Error() string {
	return fmt.Sprintf("--%s %q: want one of %s", e.name, e.value, strings.Join(e.want, ", "))
}

// output is the program's standard output. It keeps the first error of writing,
// so that no command has to: one that printed into a full disk or a closed pipe
// has failed, whatever it returned.
type output struct {
	w      io.Writer
	failed func(error) // called once, with the first error

	mu  sync.Mutex
	err error
}

func (o *output) Write(p []byte) (int, error) {
	n, err := o.w.Write(p)
	if err != nil {
		o.mu.Lock()
		first := o.err == nil
		if first {
			o.err = err
		}
		o.mu.Unlock()
		if first && o.failed != nil {
			o.failed(err)
		}
	}
	return n, err
}

// fault returns the first error of writing, or nil.
func (o *output) fault() error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// terminal returns the terminal that w writes to, nil if it is none.
func terminal(w io.Writer) *os.File {
	if o, ok := w.(*output); ok {
		w = o.w
	}
	return progress.Terminal(w)
}

// isTerminal reports whether w shows bold type.
func isTerminal(w io.Writer) bool {
	return terminal(w) != nil && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb"
}

// tableOptions are what the terminal that w writes to can show of a table; of a file
// or a pipe nothing is wrapped.
func tableOptions(w io.Writer) tables.Options {
	o := tables.Options{Bold: isTerminal(w)}
	if f := terminal(w); f != nil {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil {
			o.Width = width
		}
	}
	return o
}
