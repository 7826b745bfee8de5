package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/tokenizers"
)

// checkReport is what `bench models check` found in a directory.
type checkReport struct {
	Dir          string           `json:"dir"`
	Architecture string           `json:"architecture"`
	Class        string           `json:"class"`
	Head         string           `json:"head"`
	Parameters   int              `json:"parameters"`
	WeightsMB    float64          `json:"weights_mb"`   // of the model itself
	FineTuneMB   float64          `json:"fine_tune_mb"` // about: weights, gradients, moments, and a full batch's activations
	VocabSize    int              `json:"vocab_size"`
	MaxTokens    int              `json:"max_position_embeddings"`
	Tokenizer    *tokenizers.Info `json:"tokenizer"`
	UnknownShare *float64         `json:"unknown_share"` // of tokens, on Korean sample text
	Labels       []string         `json:"labels"`
	Drawn        []string         `json:"drawn"`      // of the head: the checkpoint lacks them
	Missing      []string         `json:"missing"`    // of the architecture
	Unexpected   []string         `json:"unexpected"` // the model has no use for them
	Odd          []string         `json:"odd"`        // tensors whose shape or values can't be right
	Licence      string           `json:"licence"`
	Warnings     []string         `json:"warnings"`
	Errors       []string         `json:"errors"` // for which it can't run
}

func newModelsCheckCmd() *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "check DIR",
		Short: "Say what a model directory is and what is wrong with it",
		Long: `Reads config, weights and tokenizer of a directory and says what it is, what it needs,
and what is wrong or odd, before anything is trained. It fails if the model can't run;
warnings alone do not fail it.`,
		Example: "  bench models check ./my-bert\n  bench models check ./my-bert --format json",
		Args:    args(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, a []string) error {
			if err := checkFormat(format, "table", "json"); err != nil {
				return err
			}
			m, err := checkpoints.Find(a[0])
			if err != nil {
				return err
			}
			if m.Scratch != nil {
				return usagef("%s starts from nothing: there is no directory to check", m.Name)
			}
			r := checkModel(m.Dir)
			if format == "json" {
				err = printJSON(cmd, r)
			} else {
				err = r.print(cmd)
			}
			if err == nil && len(r.Errors) > 0 {
				err = r.err()
			}
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	return cmd
}

// err is what the check fails with: the errors, which may name the directory
// themselves.
func (r *checkReport) err() error {
	var all []string
	for _, e := range r.Errors {
		all = append(all, strings.TrimPrefix(e, r.Dir+": "))
	}
	return fmt.Errorf("%s: %s", r.Dir, strings.Join(all, "; "))
}

func (r *checkReport) fault(err error) { r.Errors = append(r.Errors, err.Error()) }
func (r *checkReport) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
}

// checkModel reads everything that a directory holds; a part that can't be read
// does not keep it from the others.
func checkModel(dir string) *checkReport {
	r := &checkReport{Dir: dir, Licence: licenceOf(dir)}
	c, err := hf.ReadConfig(dir)
	if err != nil {
		r.fault(err)
	}
	tok, err := tokenizers.Load(dir)
	switch {
	case err == nil:
		r.checkTokenizer(tok)
	case c == nil && strings.HasPrefix(err.Error(), "config.json:"): // said already
	default:
		r.fault(err)
	}
	if c == nil {
		return r
	}
	if r.checkConfig(c, tok) {
		r.checkWeights(dir, c)
	}
	return r
}

// licenceOf reads the licence that a model card names in its front matter.
func licenceOf(dir string) string {
	b, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		return ""
	}
	front, ok := strings.CutPrefix(strings.ReplaceAll(string(b), "\r\n", "\n"), "---\n")
	if !ok {
		return ""
	}
	front, _, ok = strings.Cut(front, "\n---")
	if !ok {
		return ""
	}
	for line := range strings.Lines(front) {
		if v, ok := strings.CutPrefix(line, "license:"); ok {
			return strings.Trim(strings.TrimSpace(v), `"'`)
		}
	}
	return ""
}

func (r *checkReport) print(cmd *cobra.Command) error {
	w := tabwriter.NewWriter(cmd.OutOrStdout(), 0, 8, 2, ' ', 0)
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
		row("memory", fmt.Sprintf("%.1f MB of weights; about %.0f MB to fine-tune (batch 32, length %d)", r.WeightsMB, r.FineTuneMB, recipeLength))
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
	list("warning", r.Warnings)
	list("error", r.Errors)
	return w.Flush()
}
