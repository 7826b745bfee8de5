package perf

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"github.com/lmkor/bench/internal/regular"
)

// Write prints the report as tables. old, which may be nil, is an earlier one to
// compare with, and name what it is called.
func (r *Report) Write(out io.Writer, old *Report, name string) error {
	w := tabwriter.NewWriter(out, 0, 8, 2, ' ', 0)
	fmt.Fprintf(w, "%s, %d cores, %s kernels, %s\n", r.Machine.CPU, r.Machine.Cores, r.Machine.Kernels, r.Machine.OS)
	fmt.Fprintf(w, "peak: %.1f GFLOP/s on one thread, %.1f on all (%.1f times)", r.Peak.One, r.Peak.All, r.Peak.All/r.Peak.One)
	if r.Peak.Bandwidth > 0 {
		fmt.Fprintf(w, "; memory %.1f GB/s", r.Peak.Bandwidth)
	}
	fmt.Fprintln(w)
	if r.Peak.BF16One > 0 {
		fmt.Fprintf(w, "peak in bfloat16: %.1f GFLOP/s on one thread, %.1f on all; "+
			"shares of the step, of products and of linear layers are of it\n", r.Peak.BF16One, r.Peak.BF16All)
	}
	fmt.Fprintln(w)
	fmt.Fprintln(w, "PRODUCT\tM\tK\tN\tTHREADS\tGFLOP/s\t9 OF 10\tOF PEAK")
	for _, g := range r.Gemm {
		fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%.1f\t%.1f\t%.0f %%\n", g.Form, g.M, g.K, g.N, g.Threads, g.GFLOPS, g.Low, 100*g.Share)
	}
	if r.Step.Model == "" { // products alone
		r.Disturbed.tell(w)
		return w.Flush()
	}
	fmt.Fprintln(w, "\nOPERATOR\tms A STEP\tGFLOP/s\tOF PEAK\tGB/s")
	for _, o := range r.Operators {
		fmt.Fprintf(w, "%s\t%.2f\t%.1f\t%.0f %%\t%.1f\n", o.Name, o.MS, o.GFLOPS, 100*o.Share, o.GB)
	}
	r.writeCalls(w)
	s := r.Step
	fmt.Fprintf(w, "\nstep of %s in %s on %d threads: %.2f ms for %d sequences of %.0f tokens, "+
		"%.1f GFLOP/s (%.0f %% of peak), %.0f tokens/s, "+
		"the slowest at %.0f %% of this rate, %.0f MB at most\n",
		s.Model, s.Precision, s.Threads, s.MS, s.Sequences, s.Tokens, s.GFLOPS, 100*s.Share, s.TokensPerSecond, 100*s.Slowest, s.PeakMB)
	d := r.Disturbed
	d.Waited = max(d.Waited, s.Waited) // of steps alone, where all threads work
	d.tell(w)
	fmt.Fprintf(w, "start: ready for the first step after %.2f s; %.0f kB allocated a step\n", s.StartSeconds, s.Allocated/1e3)
	fmt.Fprintf(w, "evaluation: %.0f sequences/s; tokenization: %.0f sentences/s on one core\n",
		r.Eval.SequencesPerSecond, r.Tokenize.SentencesPerSecond)
	if old != nil {
		r.writeAgainst(w, old, name)
	}
	return w.Flush()
}

func (r *Report) writeAgainst(w io.Writer, old *Report, name string) {
	fmt.Fprintf(w, "\nAGAINST %s\tBEFORE\tNOW\tRATIO\n", name)
	for _, c := range []struct {
		name     string
		old, now float64
	}{
		{"peak GFLOP/s", old.Peak.All, r.Peak.All}, {"step ms", old.Step.MS, r.Step.MS},
		{"step share of peak", old.Step.Share, r.Step.Share},
		{"tokens/s", old.Step.TokensPerSecond, r.Step.TokensPerSecond}, {"peak MB", old.Step.PeakMB, r.Step.PeakMB},
		{"kB allocated a step", old.Step.Allocated / 1e3, r.Step.Allocated / 1e3},
		{"start s", old.Step.StartSeconds, r.Step.StartSeconds},
		{"evaluation sequences/s", old.Eval.SequencesPerSecond, r.Eval.SequencesPerSecond},
		{"tokenization sentences/s", old.Tokenize.SentencesPerSecond, r.Tokenize.SentencesPerSecond},
	} {
		fmt.Fprintf(w, "%s\t%.2f\t%.2f\t%.2f\n", c.name, c.old, c.now, c.now/c.old)
	}
}

// Read reads a report that was written as JSON.
func Read(file string) (*Report, error) {
	b, err := regular.ReadFile(file, regular.Text)
	if err != nil {
		return nil, err
	}
	r := &Report{}
	if err := json.Unmarshal(b, r); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return r, nil
}
