package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/tasks"
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
	FineTuneMB   float64          `json:"fine_tune_mb"` // weights, gradients, moments, and a full batch's activations
	VocabSize    int              `json:"vocab_size"`
	MaxTokens    int              `json:"max_position_embeddings"`
	Tokenizer    *tokenizers.Info `json:"tokenizer"`
	UnknownShare *float64         `json:"unknown_share"` // of tokens, on Korean sample text
	Labels       []string         `json:"labels"`
	Drawn        []string         `json:"drawn"`      // of the head: the checkpoint lacks them
	Missing      []string         `json:"missing"`    // of the architecture
	Unexpected   []string         `json:"unexpected"` // the model has no use for them
	Odd          []string         `json:"odd"`        // shapes and values that can't be right
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
			m, err := findModel(a[0])
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
				err = fmt.Errorf("%s: %s", m.Dir, strings.Join(r.Errors, "; "))
			}
			return err
		},
	}
	cmd.Flags().StringVar(&format, "format", "table", "table or json")
	return cmd
}

func (r *checkReport) fault(err error) { r.Errors = append(r.Errors, err.Error()) }
func (r *checkReport) warn(format string, args ...any) {
	r.Warnings = append(r.Warnings, fmt.Sprintf(format, args...))
}

// checkModel reads everything that a directory holds; a part that can't be read
// does not keep it from the others.
func checkModel(dir string) *checkReport {
	r := &checkReport{Dir: dir, Licence: licenceOf(dir)}
	tok, err := tokenizers.Load(dir)
	if err != nil {
		r.fault(err)
	} else {
		r.checkTokenizer(tok)
	}
	c, err := hf.ReadConfig(dir)
	if err != nil {
		r.fault(err)
		return r
	}
	r.checkConfig(c, tok)
	r.checkWeights(dir, c)
	return r
}

func (r *checkReport) checkTokenizer(tok *tokenizers.Tokenizer) {
	info := tok.Info()
	r.Tokenizer = &info
	if info.Lowercase && info.Type == "wordpiece" && (info.StripAccents == nil || *info.StripAccents) {
		how := "undefined, which means on"
		if info.StripAccents != nil {
			how = "on"
		}
		r.warn("lower-casing with strip_accents %s: it takes Hangul apart, and most Korean words become [UNK]; set strip_accents to false", how)
	}
	unknown, total := 0, 0
	for line := range strings.Lines(samples.Text()) {
		for _, id := range tok.Encode(strings.TrimSpace(line), "", false, tokenizers.Options{NoSpecial: true}).IDs {
			total++
			if id == tok.UnkID() {
				unknown++
			}
		}
	}
	if total == 0 {
		return
	}
	share := float64(unknown) / float64(total)
	r.UnknownShare = &share
	if share > 0.05 {
		r.warn("%.1f %% of the tokens of plain Korean text are unknown to the vocabulary", 100*share)
	}
}

func (r *checkReport) checkConfig(c *hf.Config, tok *tokenizers.Tokenizer) {
	r.Architecture, r.VocabSize, r.MaxTokens, r.Labels = c.ModelType, c.VocabSize, c.MaxPositionEmbeddings, c.Labels
	if len(c.Architectures) > 0 {
		r.Class = c.Architectures[0]
	}
	if !slices.Contains(models.ModelTypes(), c.ModelType) {
		r.fault(fmt.Errorf("model_type %q is not an architecture that runs: want one of %v", c.ModelType, models.ModelTypes()))
		return
	}
	if tok != nil && c.VocabSize > 0 && tok.VocabSize() > c.VocabSize {
		r.fault(fmt.Errorf("a vocabulary of %d for %d embeddings", tok.VocabSize(), c.VocabSize))
	}
	if c.ModelType != "funnel" && c.MaxPositionEmbeddings > 0 && c.MaxPositionEmbeddings < recipeLength {
		r.warn("at most %d tokens, less than the recipe's %d: set max_length", c.MaxPositionEmbeddings, recipeLength)
	}
	switch types := c.TypeVocabSize; {
	case c.ModelType == "funnel" && types > 0 && types < 3:
		r.warn("type_vocab_size %d: Funnel's [CLS] has token type 2", types)
	case (c.ModelType == "bert" || c.ModelType == "albert" || c.ModelType == "electra") && types < 2:
		r.warn("type_vocab_size %d: the second text of a pair has token type 1", types)
	}
	for i := range tasks.All {
		t := &tasks.All[i]
		if len(t.Labels) == len(c.Labels) && !slices.Equal(t.Labels, c.Labels) && slices.Equal(slices.Sorted(slices.Values(t.Labels)), slices.Sorted(slices.Values(c.Labels))) {
			r.warn("id2label has the labels of %s in another order (%s): its head will be drawn anew", t.Name, strings.Join(c.Labels, ", "))
		}
	}
}

func (r *checkReport) checkWeights(dir string, c *hf.Config) {
	w, err := hf.OpenWeights(dir)
	if err != nil {
		r.fault(err)
		return
	}
	defer w.Close()
	head, err := models.HeadOf(&c.Config)
	if err != nil { // a base model without a head: as a task would open it
		head = models.Head{Kind: models.SequenceHead, Labels: 2}
	}
	r.Head = string(head.Kind)
	m, loaded, err := models.Open(c.Config, head, w, false, 0)
	var missing *models.MissingError
	var shape *models.ShapeError
	switch {
	case errors.As(err, &missing):
		r.Missing = missing.Names
		r.fault(err)
		return
	case errors.As(err, &shape):
		r.Odd = append(r.Odd, err.Error())
		r.fault(err)
		return
	case err != nil:
		r.fault(err)
		return
	}
	r.Drawn, r.Unexpected = loaded.Drawn, loaded.Unexpected
	r.Parameters = models.Count(m.Params())
	r.WeightsMB = float64(4*r.Parameters) / 1e6
	r.FineTuneMB = 4*r.WeightsMB + activationsMB(c)
	for _, p := range m.Params() {
		if what := oddValues(p.Floats()); what != "" {
			r.Odd = append(r.Odd, p.Name+": "+what)
		}
	}
	for _, o := range r.Odd {
		if strings.Contains(o, "not numbers") {
			r.fault(errors.New(o))
		}
	}
}

// activationsMB is what a batch of 32 full-length sequences keeps for backward,
// counted for BERT's layers: 18 values of the hidden size a token and layer
// where the inner size is four times it, and the attention probabilities.
func activationsMB(c *hf.Config) float64 {
	hidden, layers, inner, heads := c.HiddenSize, c.NumHiddenLayers, c.IntermediateSize, c.NumAttentionHeads
	if c.ModelType == "funnel" {
		hidden, inner, heads, layers = c.DModel, c.DInner, c.NHead, 0
		for _, n := range c.BlockSizes {
			layers += n
		}
	}
	tokens := 32 * recipeLength
	return 4 * float64(tokens*layers) * float64(10*hidden+2*inner+heads*recipeLength) / 1e6
}

// oddValues says what of a tensor's values can't be right.
func oddValues(x []float32) string {
	bad, zero := 0, 0
	for _, v := range x {
		switch {
		case v != v || math.IsInf(float64(v), 0):
			bad++
		case v == 0:
			zero++
		}
	}
	switch {
	case bad > 0:
		return fmt.Sprintf("%d of %d values are not numbers", bad, len(x))
	case zero == len(x) && len(x) > 64:
		return fmt.Sprintf("all %d values are zero", len(x))
	}
	return ""
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
		const most = 12
		for i, s := range items {
			if i == most {
				row("", fmt.Sprintf("and %d more", len(items)-most))
				break
			}
			row(name, s)
		}
	}
	row("directory", r.Dir)
	row("architecture", r.Architecture)
	row("class", r.Class)
	row("head", r.Head)
	if r.Parameters > 0 {
		row("parameters", fmt.Sprintf("%d", r.Parameters))
		row("memory", fmt.Sprintf("%.1f MB of weights; %.1f MB to fine-tune at most (batch 32, length %d)", r.WeightsMB, r.FineTuneMB, recipeLength))
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
