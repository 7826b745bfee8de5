package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/models"
)

// modelsListOptions are the flags of `bench models list`.
type modelsListOptions struct{ format string }

func newModelsListCmd() *cobra.Command {
	var o modelsListOptions
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the models that have a name or lie in the hub's cache, and the architectures that run",
		Long: `Lists the models that configs name, those added with 'bench models add', and the
checkpoints in the local cache of the hub. HERE says whether a model can run at once;
the others are to be fetched with 'bench models pull' first.`,
		Example: "  bench models list\n  bench models list --format json",
		Args:    args(cobra.NoArgs),
		RunE:    func(cmd *cobra.Command, _ []string) error { return o.run(streamsOf(cmd)) },
	}
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

// run prints the list.
func (o *modelsListOptions) run(s streams) error {
	all, err := checkpoints.KnownModels()
	if err != nil {
		return err
	}
	if o.format == "json" {
		return s.json(all)
	}
	return printModels(s.out, all)
}

// printModels prints a model a line, and what else can run.
func printModels(stdout io.Writer, all []checkpoints.Known) error {
	w := newColumns(stdout)
	fmt.Fprintln(w, "NAME\tKIND\tARCHITECTURE\tHERE\tHUGGING FACE NAME, OR PAGE")
	for _, m := range all {
		here := "yes"
		if (m.Hub != "" || m.Archive != "") && m.Dir == "" {
			here = "no"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", m.Name, m.Kind, m.Architecture, here, m.Hub+m.Archive)
	}
	fmt.Fprintf(w, "\nA directory as Hugging Face lays it out runs too, if its model_type is one of %v.\n", models.ModelTypes())
	return w.Flush()
}
