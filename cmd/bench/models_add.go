package main

import (
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
)

func newModelsAddCmd() *cobra.Command {
	var name, title, format string
	cmd := &cobra.Command{
		Use:   "add DIR --name N",
		Short: "Give a model directory a name that every command takes",
		Long: `Checks a directory as 'bench models check' does and puts it on the list of models: the
name stands for the directory from then on, in suites too. The list is a folder of
YAML files in the user's configuration folder, or in BENCH_CONFIG_DIR.`,
		Example: "  bench models add ./my-bert --name my-bert\n  bench run --model my-bert --task nsmc --data-dir DATA",
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			if err := checkFormat(format, "table", "json"); err != nil {
				return err
			}
			if name == "" {
				return usagef("--name is missing: want the name to give")
			}
			m, err := checkpoints.Find(a[0])
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
			r := checkModel(dir)
			for _, w := range r.Warnings {
				fmt.Fprintf(cmd.ErrOrStderr(), "bench: warning: %s\n", w)
			}
			if len(r.Errors) > 0 {
				return r.err()
			}
			file, err := configs.AddModel(configs.ModelSpec{Name: name, Title: title, Dir: dir, Architecture: r.Architecture})
			if err != nil {
				return err
			}
			if format == "json" {
				return printJSON(cmd, struct {
					Name string `json:"name"`
					Dir  string `json:"dir"`
					File string `json:"file"`
				}{name, dir, file})
			}
			_, err = fmt.Fprintf(cmd.OutOrStdout(), "%s is %s now, in %s\n", name, dir, file)
			return err
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&name, "name", "", "the name `N` to give")
	fl.StringVar(&title, "title", "", "how tables call the model (default the name)")
	fl.StringVar(&format, "format", "table", "table or json")
	return cmd
}
