package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
)

// modelsShowOptions are the flags of `bench models show`.
type modelsShowOptions struct{ model, format string }

func newModelsShowCmd() *cobra.Command {
	var o modelsShowOptions
	cmd := &cobra.Command{
		Use:   "show M",
		Short: "Show a named model or what a directory holds",
		Example: `  bench models show bert-tiny-scratch
  bench models show ./my-bert --format json
  bench models show beomi/kcbert-base`,
		Args: args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			o.model = a[0]
			return o.run(streamsOf(cmd))
		},
	}
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

// run prints what is known of the model.
func (o *modelsShowOptions) run(s streams) error {
	m, err := checkpoints.Describe(o.model)
	if err != nil {
		return err
	}
	if o.format == "json" {
		return s.json(m)
	}
	return printKnown(s.out, m)
}

// printKnown prints what is known, an item a line.
func printKnown(stdout io.Writer, m *checkpoints.Known) error {
	w := newColumns(stdout)
	row := func(name string, v any, show bool) {
		if show {
			fmt.Fprintf(w, "%s\t%v\n", name, v)
		}
	}
	row("name", m.Name, true)
	row("title", m.Title, m.Title != "")
	row("kind", m.Kind, true)
	row("Hugging Face name", m.Hub, m.Hub != "")
	row("page", m.Archive, m.Archive != "")
	row("directory", m.Dir, m.Dir != "")
	row("architecture", m.Architecture, m.Architecture != "")
	row("class", m.Heads, len(m.Heads) > 0)
	row("parameters", m.Parameters, m.Parameters > 0)
	row("vocabulary", m.Vocabulary, m.Vocabulary > 0)
	row("tokenizer", m.Tokenizer, m.Tokenizer != "")
	row("longest input", m.MaxTokens, m.MaxTokens > 0)
	row("labels", m.Labels, len(m.Labels) > 0)
	row("trained on", m.Task, m.Task != "")
	row("run", m.Identity, m.Identity != "")
	row("note", m.Note, m.Note != "")
	for _, q := range m.Quirks {
		row("mind", q, true)
	}
	return w.Flush()
}
