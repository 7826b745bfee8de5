package main

import (
	"fmt"
	"math"
	"slices"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/configs"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/tokenizers"
)

func newModelsCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:     "models",
		Short:   "What can run, and what a model directory holds",
		Example: "  bench models list\n  bench models show bert-kor-base\n  bench models verify ./my-bert --reference reference.jsonl",
		Args:    cobra.ArbitraryArgs,
		RunE:    groupHelp,

		SuggestionsMinimumDistance: 2,
	}
	for _, c := range []func() *cobra.Command{newModelsListCmd, newModelsShowCmd, newModelsCheckCmd, newModelsVerifyCmd, newModelsPullCmd, newModelsAddCmd} {
		cmd.AddCommand(c())
	}
	return cmd
}

// modelInfo is what is known of a model by name.
type modelInfo struct {
	Name         string   `json:"name"`
	Title        string   `json:"title,omitempty"`
	Kind         string   `json:"kind"` // hub, archive, scratch, directory, cache
	Hub          string   `json:"hub,omitempty"`
	Archive      string   `json:"archive,omitempty"` // the page to get it from
	Dir          string   `json:"dir,omitempty"`
	Note         string   `json:"note,omitempty"`
	Quirks       []string `json:"quirks,omitempty"`
	Architecture string   `json:"architecture,omitempty"`
	Heads        []string `json:"architectures,omitempty"`
	Parameters   int      `json:"parameters,omitempty"` // of the tensors in the file
	Vocabulary   int      `json:"vocab_size,omitempty"`
	Tokenizer    string   `json:"tokenizer,omitempty"`
	MaxTokens    int      `json:"max_position_embeddings,omitempty"`
	Labels       []string `json:"labels,omitempty"`
}

func newModelsListCmd() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "list",
		Short: "List the models that have a name or lie in the hub's cache, and the architectures that run",
		Long: `Lists the models that configs name, those added with 'bench models add', and the
checkpoints in the local cache of the hub. HERE says whether a model can run at once;
the others are to be fetched with 'bench models pull' first.`,
		Example: "  bench models list\n  bench models list --format json",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := checkFormat(format, "table", "json"); err != nil {
				return err
			}
			specs, err := configs.Models()
			if err != nil {
				return err
			}
			var all []modelInfo
			for _, s := range specs {
				all = append(all, specInfo(s))
			}
			cached, err := hf.ListCache()
			if err != nil {
				return err
			}
			all = append(all, cachedInfo(all, cached)...)
			if format == "json" {
				return printJSON(cmd, all)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
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
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	return cmd
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

func newModelsShowCmd() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:     "show M",
		Short:   "Show a named model or what a directory holds",
		Example: "  bench models show bert-tiny-scratch\n  bench models show ./my-bert --format json\n  bench models show beomi/kcbert-base",
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			if err := checkFormat(format, "table", "json"); err != nil {
				return err
			}
			m, err := describeModel(a[0])
			if err != nil {
				return err
			}
			if format == "json" {
				return printJSON(cmd, m)
			}
			w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
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
			row("note", m.Note, m.Note != "")
			for _, q := range m.Quirks {
				row("mind", q, true)
			}
			return w.Flush()
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	return cmd
}

// describeModel reads a directory, a hub name's in the cache, or a name's config
// and what of it is here.
func describeModel(name string) (*modelInfo, error) {
	m := &modelInfo{Name: name, Kind: "cache", Hub: name}
	if spec, err := configs.FindModel(name); err == nil {
		*m = specInfo(spec)
	}
	src, err := checkpoints.Find(name)
	switch {
	case err == nil && src.Scratch != nil:
		return m, nil
	case err == nil && src.Dir == name:
		m = &modelInfo{Name: src.Name, Kind: "directory", Dir: name}
	case err == nil:
		m.Dir = src.Dir
	case m.Kind != "cache":
		return m, nil // named, and not here
	default:
		return nil, err
	}
	return m, m.read()
}

// read fills in what the model's directory says.
func (m *modelInfo) read() error {
	c, err := hf.ReadConfig(m.Dir)
	if err != nil {
		return fmt.Errorf("%s: %w", m.Dir, err)
	}
	w, err := hf.OpenWeights(m.Dir)
	if err != nil {
		return fmt.Errorf("%s: %w", m.Dir, err)
	}
	defer w.Close()
	m.Architecture, m.Heads, m.Vocabulary, m.Labels = c.ModelType, c.Architectures, c.VocabSize, c.Labels
	if slices.Contains(models.ModelTypes(), c.ModelType) {
		m.Vocabulary = c.Vocabulary()
		if most := c.MaxTokens(); most != math.MaxInt32 {
			m.MaxTokens = most
		}
	}
	m.Parameters = 0
	for _, n := range w.Names() {
		size := 1
		for _, d := range w.Shape(n) {
			size *= d
		}
		m.Parameters += size
	}
	tok, err := tokenizers.Load(m.Dir)
	if err != nil {
		return fmt.Errorf("%s: %w", m.Dir, err)
	}
	m.Tokenizer = tok.Info().Type
	return nil
}
