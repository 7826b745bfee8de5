package main

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/results/tables"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// recipeLength is the length that the published recipes cut examples to.
const recipeLength = 128

// contents is what a file's examples look like.
type contents struct {
	Labels  map[string]int     `json:"labels,omitempty"` // of classes; of tags, counted by word
	Shares  map[string]float64 `json:"shares,omitempty"`
	Scores  *spread            `json:"scores,omitempty"` // of a regression
	Length  *spread            `json:"length,omitempty"` // of a text in characters; of a tagged sentence in words
	Tokens  *spread            `json:"tokens,omitempty"` // of an example: a model's, or words between blanks
	Cut     *float64           `json:"cut,omitempty"`    // share of examples longer than 128 of a model's tokens
	Unknown *float64           `json:"unknown,omitempty"`
}

// describe measures a set. tok may be nil: tokens are then words between blanks.
func describe(set *tasks.Set, tok *tokenizers.Tokenizer) *contents {
	c := &contents{}
	if set.Task.Kind != tasks.Regress {
		c.Labels = map[string]int{}
		for _, l := range set.Task.Labels {
			c.Labels[l] = 0
		}
	}
	var lengths, scores []float64
	for _, e := range set.Examples {
		switch set.Task.Kind {
		case tasks.Tag:
			lengths = append(lengths, float64(len(e.Words)))
			for _, tag := range e.Tags {
				c.Labels[set.Task.Labels[tag]]++
			}
			continue
		case tasks.Regress:
			scores = append(scores, e.Score)
		default:
			c.Labels[set.Task.Labels[e.Label]]++
		}
		lengths = append(lengths, float64(utf8.RuneCountInString(e.Text)))
		if e.HasPair {
			lengths = append(lengths, float64(utf8.RuneCountInString(e.Pair)))
		}
	}
	c.Length, c.Scores = newSpread(lengths), newSpread(scores)
	c.share()
	c.count(set, tok)
	return c
}

// share turns the labels' counts into shares.
func (c *contents) share() {
	total := 0
	for _, n := range c.Labels {
		total += n
	}
	if total == 0 {
		return
	}
	c.Shares = map[string]float64{}
	for l, n := range c.Labels {
		c.Shares[l] = float64(n) / float64(total)
	}
}

// count measures examples in tokens.
func (c *contents) count(set *tasks.Set, tok *tokenizers.Tokenizer) {
	var tokens []float64
	if tok == nil {
		for _, e := range set.Examples {
			tokens = append(tokens, float64(len(e.Words)+len(strings.Fields(e.Text))+len(strings.Fields(e.Pair))))
		}
		c.Tokens = newSpread(tokens)
		return
	}
	unknown, pieces, cut := 0, 0, 0
	var ids tokenizers.IDs
	for _, e := range set.Examples {
		if e.Words != nil {
			ids.IDs, _ = tok.EncodeTagged(e.Words, math.MaxInt32)
		} else {
			tok.EncodeIDs(&ids, e.Text, e.Pair, e.HasPair, tokenizers.Options{})
		}
		tokens = append(tokens, float64(len(ids.IDs)))
		for _, id := range ids.IDs {
			if id == tok.UnkID() {
				unknown++
			}
		}
		if len(ids.IDs) > recipeLength {
			cut++
		}
		pieces += len(ids.IDs)
	}
	c.Tokens = newSpread(tokens)
	c.Unknown, c.Cut = ratio(unknown, pieces), ratio(cut, len(tokens))
}

// ratio returns a/b, or nil where b is 0.
func ratio(a, b int) *float64 {
	if b == 0 {
		return nil
	}
	r := float64(a) / float64(b)
	return &r
}

// spread summarises numbers.
type spread struct {
	Min    float64 `json:"min"`
	Mean   float64 `json:"mean"`
	Median float64 `json:"median"`
	P95    float64 `json:"p95"` // the least number that 95 of 100 do not exceed
	Max    float64 `json:"max"`
}

// newSpread sorts x and summarises it; nil where x is empty.
func newSpread(x []float64) *spread {
	n := len(x)
	if n == 0 {
		return nil
	}
	slices.Sort(x)
	var sum float64
	for _, v := range x {
		sum += v
	}
	return &spread{x[0], sum / float64(n), (x[(n-1)/2] + x[n/2]) / 2, x[(n*95+99)/100-1], x[n-1]}
}

func newDataStatsCmd() *cobra.Command {
	var f dataFlags
	var model string
	cmd := &cobra.Command{
		Use:   "stats",
		Short: "Token lengths and label shares",
		Long: `Prints the lengths of examples in tokens and the shares of labels. With --model, tokens
are that model's, special ones included, and the shares of unknown tokens and of
examples longer than the published recipes' 128 tokens are shown; without, tokens are
words between blanks.`,
		Example: "  bench data stats --data-dir DATA --model ./my-bert\n  bench data stats --task korsts",
		Args:    args(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			all, err := f.find()
			if err != nil {
				return err
			}
			var tok *tokenizers.Tokenizer
			if model != "" {
				if tok, err = tokenizerOf(model, tokenizers.LoadOptions{}); err != nil {
					return err
				}
			}
			reports := f.read(all, tok)
			if f.format == "json" {
				err = printJSON(cmd, reports)
			} else {
				err = printStats(cmd, reports)
			}
			return errors.Join(err, faults(reports))
		},
	}
	f.add(cmd)
	cmd.Flags().StringVarP(&model, "model", "m", "", "the model `M` whose tokens are counted")
	return cmd
}

// tokenizerOf loads the tokenizer of what --model names.
func tokenizerOf(model string, o tokenizers.LoadOptions) (*tokenizers.Tokenizer, error) {
	m, err := checkpoints.Find(model)
	if err != nil {
		return nil, err
	}
	if m.Scratch != nil {
		return nil, fmt.Errorf("%s starts from nothing: its vocabulary is made of the training text", m.Name)
	}
	return o.Load(m.Dir)
}

func printStats(cmd *cobra.Command, reports []fileReport) error {
	t := tables.Table{Head: []string{"file", "answers", "used", "shortest", "mean", "median", "95 %", "longest", "over 128", "unknown"}, Left: 2}
	for _, r := range reports {
		switch {
		case r.Extra && r.Status == fileMissing:
		case r.Status != fileOK:
			t.Rows = append(t.Rows, tables.Row(r.File, r.Status, "–", "–", "–", "–", "–", "–", "–", "–"))
		default:
			n := r.Tokens
			t.Rows = append(t.Rows, tables.Row(r.File, r.shares(), fmt.Sprint(r.Kept), fmt.Sprintf("%.0f", n.Min), fmt.Sprintf("%.1f", n.Mean),
				fmt.Sprintf("%g", n.Median), fmt.Sprintf("%.0f", n.P95), fmt.Sprintf("%.0f", n.Max), shareText(r.Cut), shareText(r.Unknown)))
		}
	}
	t.Notes = append(t.Notes, "Lengths are in tokens an example: the model's, or words between blanks without one.")
	return t.Write(cmd.OutOrStdout(), tables.Terminal, tables.Options{})
}

// shares prints the labels' shares in the task's order, or where scores lie.
func (r *fileReport) shares() string {
	if r.Scores != nil {
		return r.answers()
	}
	var parts []string
	for _, l := range r.task.Labels {
		if s := r.Shares[l]; s > 0 {
			parts = append(parts, fmt.Sprintf("%s: %.1f %%", l, 100*s))
		}
	}
	return shorten(parts)
}

func shareText(share *float64) string {
	if share == nil {
		return "–"
	}
	return fmt.Sprintf("%.2f %%", 100**share)
}
