package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/device/vulkan/offered"
	"github.com/lmkor/bench/devices"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/models/inspect"
	"github.com/lmkor/bench/perf"
	"github.com/lmkor/bench/tokenizers"
)

// checkOptions are the flags of `bench models check`.
type checkOptions struct {
	model, format string
	device        string
	tokenizing    tokenizers.LoadOptions
}

func newModelsCheckCmd() *cobra.Command {
	var o checkOptions
	cmd := &cobra.Command{
		Use:   "check DIR",
		Short: "Say what a model directory is and what is wrong with it",
		Long: `Reads config, weights and tokenizer of a directory and says what it is, what it needs,
and what is wrong or odd, before anything is trained. It fails if the model can't run;
warnings alone do not fail it. With --device it counts what the model would hold of that
device's memory, and what the device has.`,
		Example: "  bench models check ./my-bert\n  bench models check ./my-bert --format json\n" +
			"  bench models check ./my-bert --device auto",
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			o.model = a[0]
			return o.run(streamsOf(cmd))
		},
	}
	deviceFlag(cmd, &o.device)
	formatFlag(cmd, &o.format, "table", "json")
	tokenizerFlags(cmd, &o.tokenizing)
	return cmd
}

// run prints what is in the directory, and returns an error if it can't run.
func (o *checkOptions) run(s streams) error {
	m, err := checkpoints.Find(o.model)
	if err != nil {
		return err
	}
	if m.Scratch != nil {
		return usagef("%s starts from nothing: there is no directory to check", m.Name)
	}
	r := inspect.Directory(m.Dir, o.tokenizing)
	if err := o.onDevice(s, m.Dir, r); err != nil {
		return err
	}
	if o.format == "json" {
		err = s.json(r)
	} else {
		err = printInspection(s.out, r)
	}
	if err != nil {
		return err
	}
	return r.Err()
}

// checkedBatch is how many texts a batch has whose memory is counted.
const checkedBatch = 32

// onDevice counts what a model that can run would hold of the device's memory.
func (o *checkOptions) onDevice(s streams, dir string, r *inspect.Report) error {
	if !devices.Valid(o.device) {
		return usagef("--device %q: want cpu, auto, vulkan or vulkan:N, as 'bench devices' lists them", o.device)
	}
	name, note, err := devices.Resolve(o.device)
	if err != nil {
		return err
	}
	if note != "" {
		fmt.Fprintln(s.err, note)
	}
	if name == devices.CPU || r.Err() != nil {
		return nil
	}
	i, err := offered.Pick(name)
	if err != nil {
		return err
	}
	c, err := hf.ReadConfig(dir)
	if err != nil {
		return err
	}
	held, err := perf.Held(c.Config, i, checkedBatch, inspect.RecipeLength)
	if err != nil {
		return fmt.Errorf("%s: what it would hold of %s: %w", dir, name, err)
	}
	mb := func(n int64) float64 { return float64(n) / 1e6 }
	r.Device = &inspect.OnDevice{Device: name, Name: i.Name, FineTuneMB: mb(held.Training.All()), AnswerMB: mb(held.Answering.All()),
		MemoryMB: mb(i.Memory), FreeMB: mb(i.Free)}
	r.WarnOfDevice()
	return nil
}

// printInspection prints a report as a table, an item a line.
func printInspection(stdout io.Writer, r *inspect.Report) error {
	w := newColumns(stdout)
	row := func(name, value string) {
		if value != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, value)
		}
	}
	list := func(name string, items []string) {
		for _, s := range items {
			row(name, s)
		}
	}
	row("directory", r.Dir)
	row("architecture", r.Architecture)
	row("class", r.Class)
	row("head", r.Head)
	if r.Parameters > 0 {
		row("parameters", fmt.Sprintf("%d", r.Parameters))
		row("memory", fmt.Sprintf("%.1f MB of weights; about %.0f MB to fine-tune (batch 32, length %d)",
			r.WeightsMB, r.FineTuneMB, inspect.RecipeLength))
	}
	if d := r.Device; d != nil {
		row("on "+d.Device, fmt.Sprintf("%s: about %.0f MB to fine-tune (batch %d, length %d), %.0f MB to answer, of %.0f MB",
			d.Name, d.FineTuneMB, checkedBatch, inspect.RecipeLength, d.AnswerMB, d.Has()))
	}
	row("vocabulary", fmt.Sprint(r.VocabSize))
	if t := r.Tokenizer; t != nil {
		accents := "undefined"
		if t.StripAccents != nil {
			accents = fmt.Sprint(*t.StripAccents)
		}
		row("tokenizer", fmt.Sprintf("%s, %d tokens, lower case %v, strip_accents %s", t.Type, t.VocabSize, t.Lowercase, accents))
	}
	if r.UnknownShare != nil {
		row("unknown", fmt.Sprintf("%.2f %% of the tokens of Korean sample text", 100**r.UnknownShare))
	}
	if r.MaxTokens > 0 {
		row("longest input", fmt.Sprint(r.MaxTokens))
	}
	row("labels", strings.Join(r.Labels, ", "))
	row("licence", r.Licence)
	list("drawn anew", r.Drawn)
	list("unexpected", r.Unexpected)
	list("missing", r.Missing)
	list("odd", r.Odd)
	for _, found := range r.Warnings {
		row("warning", found.Message)
	}
	list("error", r.Errors)
	return w.Flush()
}
