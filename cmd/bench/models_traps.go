package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// mostUnknown is the share of [UNK] above which a vocabulary is not for Korean.
const mostUnknown = 0.1

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
	if share > mostUnknown {
		r.warn("%.1f %% of the tokens of plain Korean text are unknown to the vocabulary", 100*share)
	}
}

// checkConfig looks for what makes a config and its tokenizer unequal to the
// tasks. It reports whether the architecture runs at all.
func (r *checkReport) checkConfig(c *hf.Config, tok *tokenizers.Tokenizer) bool {
	r.Architecture, r.Labels = c.ModelType, c.Labels
	if len(c.Architectures) > 0 {
		r.Class = c.Architectures[0]
	}
	if !slices.Contains(models.ModelTypes(), c.ModelType) {
		r.fault(fmt.Errorf("model_type %q is not an architecture that runs: want one of %v", c.ModelType, models.ModelTypes()))
		return false
	}
	r.VocabSize = c.Vocabulary()
	if most := c.MaxTokens(); most != math.MaxInt32 {
		if r.MaxTokens = most; most < recipeLength {
			r.warn("at most %d tokens, less than the recipe's %d: rows that are longer need --set max_length=%d", most, recipeLength, most)
		}
	}
	r.checkLabels(c.Labels)
	if tok == nil {
		return true
	}
	if n := tok.VocabSize(); n > r.VocabSize {
		r.warn("the tokenizer has a vocabulary of %d, the model %d embeddings: rows with a token from number %d on can't be read", n, r.VocabSize, r.VocabSize)
	}
	r.checkTypes(c, tok)
	if pad := int(tok.PadID()); pad >= 0 && c.PadTokenID >= 0 && pad != c.PadTokenID {
		r.warn("pad_token_id is %d in config.json, the tokenizer's padding is %d", c.PadTokenID, pad)
	}
	return true
}

// checkTypes compares the token types of a pair with those that have embeddings.
func (r *checkReport) checkTypes(c *hf.Config, tok *tokenizers.Tokenizer) {
	if c.ModelType == "encoder-decoder" {
		c = c.EncoderAlone()
	}
	if c.ModelType == "funnel" && c.TypeVocabSize > 0 && c.TypeVocabSize < 3 {
		r.warn("type_vocab_size %d: Funnel's [CLS] has token type 2", c.TypeVocabSize)
	}
	types := c.TokenTypes()
	if types == 0 {
		return // it is not told of any
	}
	most := 0
	for _, k := range tok.Encode("가", "나", true, tokenizers.Options{}).TypeIDs {
		most = max(most, int(k))
	}
	switch {
	case most < types:
	case types == 1:
		r.warn("type_vocab_size 1: the second text of a pair has token type %d; the model is not told", most)
	default:
		r.warn("type_vocab_size %d: the second text of a pair has token type %d", types, most)
	}
}

// checkLabels looks for the tasks' labels in another order or spelling, which
// make a head another task's.
func (r *checkReport) checkLabels(labels []string) {
	if checkpoints.Numbered(labels) {
		return // as many as the task's: they are the task's own
	}
	var spelt, turned []string
	for i := range tasks.All {
		t := &tasks.All[i]
		if len(t.Labels) != len(labels) || slices.Equal(t.Labels, labels) {
			continue
		}
		mine, theirs := plainLabels(t, labels), plainLabels(t, t.Labels)
		switch {
		case slices.Equal(mine, theirs):
			spelt = append(spelt, t.Name)
		case slices.Equal(slices.Sorted(slices.Values(mine)), slices.Sorted(slices.Values(theirs))):
			turned = append(turned, t.Name)
		}
	}
	for _, found := range []struct {
		tasks []string
		what  string
	}{{spelt, "in another spelling"}, {turned, "in another order"}} {
		if found.tasks != nil {
			r.warn("id2label has the labels of %s %s (%s): its head will be drawn anew", strings.Join(found.tasks, ", "), found.what, strings.Join(labels, ", "))
		}
	}
}

// plainLabels are labels without the ways in which a task's are spelt: capitals,
// tags that begin with B- instead of ending in -B, numbers with a name before,
// and what 0 and 1 mean.
func plainLabels(t *tasks.Task, labels []string) []string {
	var all []string
	for _, l := range labels {
		l = strings.ToLower(strings.TrimPrefix(l, "LABEL_"))
		if kind, name, ok := strings.Cut(l, "-"); ok && len(kind) == 1 {
			l = name + "-" + kind
		}
		if t.Name == "nsmc" {
			switch l {
			case "negative", "neg", "부정":
				l = "0"
			case "positive", "pos", "긍정":
				l = "1"
			}
		}
		all = append(all, l)
	}
	return all
}

func (r *checkReport) checkWeights(dir string, c *hf.Config) {
	w, err := hf.OpenWeights(dir)
	if err != nil {
		r.fault(err)
		return
	}
	defer w.Close()
	r.checkValues(w)
	head, err := models.HeadOf(&c.Config)
	if err != nil { // a base model without a head: as a task would open it
		if head = (models.Head{Kind: models.SequenceHead, Labels: 2}); c.ModelType == "encoder-decoder" {
			head.Kind = models.CausalLMHead
		}
	}
	r.Head = string(head.Kind)
	m, fit, err := models.Inspect(c.Config, head, w)
	if err != nil {
		r.fault(err)
		return
	}
	r.Drawn, r.Missing, r.Unexpected = fit.Drawn, fit.Missing, fit.Unexpected
	if len(fit.Missing) > 0 {
		r.fault(&models.MissingError{Names: fit.Missing})
	}
	for _, s := range fit.Shapes {
		r.Odd = append(r.Odd, s.Error())
	}
	if n := len(fit.Shapes); n > 0 {
		r.fault(fmt.Errorf("%d tensors are not of the shape that config.json gives them, %s first", n, fit.Shapes[0].Name))
	}
	r.Parameters = models.Count(m.Params())
	r.WeightsMB = float64(4*r.Parameters) / 1e6
	r.FineTuneMB = 4*r.WeightsMB + activationsMB(&c.Config) + programMB
}

// checkValues reads every tensor of the file, those without a use too.
func (r *checkReport) checkValues(w *hf.Weights) {
	var buf []float32
	broken, first := 0, ""
	for _, name := range w.Names() {
		shape := w.Shape(name)
		size := 1
		for _, d := range shape {
			size *= d
		}
		buf = slices.Grow(buf[:0], size)[:size]
		if err := w.Read(name, buf); err != nil {
			r.fault(err)
			continue
		}
		bad, what := oddValues(buf, len(shape) > 1 && !strings.Contains(name, "token_type_embeddings"))
		if what != "" {
			r.Odd = append(r.Odd, name+": "+what)
		}
		if bad {
			if broken++; first == "" {
				first = name
			}
		}
	}
	if broken > 0 {
		r.fault(fmt.Errorf("%d tensors hold values that are not numbers, %s first", broken, first))
	}
}

// oddValues says what of a tensor's values can't be right, and whether they are
// not even numbers. A matrix can't be all the same value either.
func oddValues(x []float32, matrix bool) (broken bool, what string) {
	const large = 1e4
	nan, inf, same := 0, 0, 0
	var most float64
	for _, v := range x {
		switch a := math.Abs(float64(v)); {
		case a != a:
			nan++
		case math.IsInf(a, 0):
			inf++
		default:
			most = max(most, a)
		}
		if v == x[0] {
			same++
		}
	}
	switch {
	case nan+inf > 0:
		return true, fmt.Sprintf("%d of %d values are not numbers (%d NaN, %d infinite)", nan+inf, len(x), nan, inf)
	case matrix && same == len(x) && len(x) > 64:
		return false, fmt.Sprintf("all %d values are %v", len(x), x[0])
	case most > large:
		return false, fmt.Sprintf("a value of %.3g", most)
	}
	return false, ""
}

// programMB is what the program takes besides the model.
const programMB = 60

// activationsMB is about what a batch of 32 full-length sequences takes: 18
// values of the hidden size a token and layer are kept for backward, where the
// inner size is four times it, and the attention probabilities. What is in
// flight beside them was measured on models of 2×128 to 6×384: 0.4 of it, in
// GPT-2 0.8.
func activationsMB(c *models.Config) float64 {
	flight := 1.4
	if c.ModelType == "gpt2" {
		flight = 1.8
	}
	z := c.Sizes()
	length := min(recipeLength, c.MaxTokens())
	return flight * 4 * float64(32*length*z.Layers) * float64(10*z.Hidden+2*z.Inner+z.Heads*length) / 1e6
}
