package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
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
	specs, err := configs.Models()
	if err != nil {
		return err
	}
	var all []modelInfo
	for _, spec := range specs {
		all = append(all, specInfo(spec))
	}
	cached, err := hf.ListCache()
	if err != nil {
		return err
	}
	all = append(all, cachedInfo(all, cached)...)
	if o.format == "json" {
		return s.json(all)
	}
	return printModels(s.out, all)
}

// printModels prints a model a line, and what else can run.
func printModels(stdout io.Writer, all []modelInfo) error {
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

// cachedInfo marks the named models that the hub's cache has, and returns the
// cache's other checkpoints.
func cachedInfo(named []modelInfo, cached []hf.Cached) (others []modelInfo) {
	for _, c := range cached {
		known := false
		for i := range named {
			if named[i].Hub == c.Name {
				named[i].Dir, known = c.Dir, true
			}
		}
		if known {
			continue
		}
		if config, err := hf.ReadConfig(c.Dir); err == nil { // a data set or a tokenizer has none
			others = append(others, modelInfo{Name: c.Name, Kind: "cache", Hub: c.Name, Dir: c.Dir, Architecture: config.ModelType})
		}
	}
	return others
}

func specInfo(s *configs.ModelSpec) modelInfo {
	m := modelInfo{Name: s.Name, Title: s.Title, Kind: "hub", Hub: s.Hub, Dir: s.Dir, Note: s.Note, Quirks: s.Quirks,
		Architecture: s.Architecture, MaxTokens: s.MaxLength}
	switch {
	case s.Dir != "":
		m.Kind = "directory"
	case s.Archive != "":
		m.Kind, m.Archive = "archive", s.Archive
	}
	if s.Scratch != nil {
		m.Kind = "scratch"
		if t, ok := s.Scratch.Config["model_type"].(string); ok {
			m.Architecture = t
		}
		m.Vocabulary = s.Scratch.Tokenizer.VocabSize
	}
	return m
}
