package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/models/inspect"
	"github.com/lmkor/bench/tokenizers"
)

// addOptions are the flags of `bench models add`.
type addOptions struct{ model, name, title, format string }

func newModelsAddCmd() *cobra.Command {
	var o addOptions
	cmd := &cobra.Command{
		Use:   "add DIR --name N",
		Short: "Give a model directory a name that every command takes",
		Long: `Checks a directory as 'bench models check' does and puts it on the list of models: the
name stands for the directory from then on, in suites too. The list is a folder of
YAML files in the user's configuration folder, or in BENCH_CONFIG_DIR.`,
		Example: "  bench models add ./my-bert --name my-bert\n  bench run --model my-bert --task nsmc --data-dir DATA",
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			o.model = a[0]
			if o.name == "" {
				return usagef("--name is missing: want the name to give")
			}
			return o.run(streamsOf(cmd))
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&o.name, "name", "", "the name `N` to give")
	fl.StringVar(&o.title, "title", "", "how tables call the model (default the name)")
	formatFlag(cmd, &o.format, "table", "json")
	return cmd
}

// run puts the directory on the list, unless it can't run.
func (o *addOptions) run(s streams) error {
	m, err := checkpoints.Find(o.model)
	if err != nil {
		return err
	}
	if m.Scratch != nil {
		return usagef("%s starts from nothing: there is no directory to name", m.Name)
	}
	dir, err := filepath.Abs(m.Dir)
	if err != nil {
		return err
	}
	r := inspect.Directory(dir, tokenizers.LoadOptions{})
	for _, w := range r.Warnings {
		fmt.Fprintf(s.err, "bench: warning: %s\n", w.Message)
	}
	if err := r.Err(); err != nil {
		return err
	}
	file, err := configs.AddModel(configs.ModelSpec{Name: o.name, Title: o.title, Dir: dir, Architecture: r.Architecture})
	if err != nil {
		return err
	}
	if o.format == "json" {
		return s.json(struct {
			Name string `json:"name"`
			Dir  string `json:"dir"`
			File string `json:"file"`
		}{o.name, dir, file})
	}
	_, err = fmt.Fprintf(s.out, "%s is %s now, in %s\n", o.name, dir, file)
	return err
}
