package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/tokenizers"
)

// verification is a comparison under way.
type verification struct {
	h        *checkpoints.Headed
	pass     *ops.Pass
	cases    int
	differ   int     // cases with other ids
	worst    float64 // difference of a number
	compared int     // numbers
}

// read compares every line of a file and tells found about those whose ids differ.
func (v *verification) read(file string, found func(line int, what string)) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	in := bufio.NewReaderSize(f, 1<<20)
	for n := 1; ; n++ {
		line, err := in.ReadBytes('\n')
		if err != nil && err != io.EOF {
			return fmt.Errorf("%s:%d: %w", file, n, err)
		}
		if len(line) == 0 {
			break
		}
		if len(bytes.TrimSpace(line)) == 0 {
			continue
		}
		var a answer
		if err := json.Unmarshal(line, &a); err != nil {
			return fmt.Errorf("%s:%d: %w", file, n, err)
		}
		v.cases++
		if what := v.tokens(&a); what != "" {
			v.differ++
			found(n, what)
		}
		if err := v.numbers(&a); err != nil {
			return fmt.Errorf("%s:%d: %w", file, n, err)
		}
	}
	if v.compared == 0 {
		return fmt.Errorf("%s: nothing to compare: want logits, logsumexp or loss", file)
	}
	return nil
}

// tokens says how our ids of the line's texts differ, or nothing.
func (v *verification) tokens(a *answer) string {
	special := a.AddSpecialTokens == nil || *a.AddSpecialTokens
	opt := tokenizers.Options{MaxLength: a.MaxLength, NoSpecial: !special}
	if a.Text != nil {
		pair := ""
		if a.TextPair != nil {
			pair = *a.TextPair
		}
		e := v.h.Tokenizer.Encode(*a.Text, pair, a.TextPair != nil, opt)
		if what := idDifference("input_ids", e.IDs, a.InputIDs); what != "" {
			return what
		}
		if a.TokenTypeIDs != nil {
			if what := idDifference("token_type_ids", e.TypeIDs, a.TokenTypeIDs); what != "" {
				return what
			}
		}
	}
	if a.Target == nil {
		return ""
	}
	// Whether targets are cut to max_length, and begin with [CLS], is for the
	// maker of the reference to say.
	var first string
	for _, most := range []int{a.MaxLength, 0} {
		ids := v.h.Tokenizer.Encode(*a.Target, "", false, tokenizers.Options{MaxLength: most}).IDs
		if len(ids) > 0 && len(a.Labels) == len(ids)-1 {
			ids = ids[1:]
		}
		what := idDifference("labels", ids, a.Labels)
		if what == "" && len(ids) > 0 {
			shifted := append([]int32{int32(v.h.Config.DecoderStartTokenID)}, ids[:len(ids)-1]...)
			what = idDifference("decoder_input_ids", shifted, a.DecoderInputIDs)
		}
		if what == "" {
			return ""
		}
		if first == "" {
			first = what
		}
	}
	return first
}

// idDifference says where two lists first differ, or nothing.
func idDifference(what string, got, want []int32) string {
	for i := range min(len(got), len(want)) {
		if got[i] != want[i] {
			return fmt.Sprintf("%s: %d at %d: want %d", what, got[i], i, want[i])
		}
	}
	if len(got) != len(want) {
		return fmt.Sprintf("%s: %d of them: want %d", what, len(got), len(want))
	}
	return ""
}

// numbers compares what the model makes of the reference's ids.
func (v *verification) numbers(a *answer) error {
	in := &models.Batch{}
	if a.TokenTypeIDs != nil && len(a.TokenTypeIDs) != len(a.InputIDs) {
		return fmt.Errorf("%d token_type_ids for %d input_ids", len(a.TokenTypeIDs), len(a.InputIDs))
	}
	in.Append(a.InputIDs, a.TokenTypeIDs)
	if v.h.Config.ModelType == "encoder-decoder" {
		if a.DecoderInputIDs == nil {
			return errors.New("no decoder_input_ids: an encoder-decoder needs them")
		}
		in.Target = &models.Batch{}
		in.Target.Append(a.DecoderInputIDs, nil)
	}
	if err := v.h.Model.Check(in); err != nil {
		return err
	}
	if a.Logits != nil || a.LogSumExp != nil || a.Loss != nil {
		if err := v.compare(in, a, a.Logits, a.ArgMax, a.LogSumExp); err != nil {
			return err
		}
	}
	if a.LogitsPadded != nil || a.LogSumExpPadded != nil {
		in.PadTo = a.MaxLength
		whole := *a
		whole.Loss = nil
		if err := v.compare(in, &whole, a.LogitsPadded, a.ArgMaxPadded, a.LogSumExpPadded); err != nil {
			return fmt.Errorf("padded: %w", err)
		}
	}
	return nil
}

// compare runs the model and notes the largest difference.
func (v *verification) compare(in *models.Batch, a *answer, logits []float64, argmax []int, sums []float64) error {
	v.pass.Begin(0)
	defer v.pass.Release()
	y := ops.Of(v.h.Model.Forward(v.pass, in))
	rows, cols := y.Rows(), y.Cols()
	at := a.Positions
	if at == nil {
		at = make([]int, rows)
		for i := range at {
			at[i] = i
		}
	}
	if logits != nil && len(logits) != len(at)*cols {
		return fmt.Errorf("%d logits: the model has %d rows of %d", len(logits), len(at), cols)
	}
	for i := range logits {
		p := at[i/cols]
		if p < 0 || p >= rows {
			return fmt.Errorf("position %d of %d", p, rows)
		}
		v.note(float64(y.Floats()[p*cols+i%cols]), logits[i])
	}
	if sums != nil && len(sums) != rows || argmax != nil && len(argmax) != rows {
		return fmt.Errorf("%d logsumexp and %d argmax: the model has %d rows", len(sums), len(argmax), rows)
	}
	for p := range rows {
		row := y.Floats()[p*cols : (p+1)*cols]
		if sums != nil {
			v.note(logSumExp(row), sums[p])
		}
		if argmax == nil {
			continue
		}
		if argmax[p] < 0 || argmax[p] >= cols {
			return fmt.Errorf("argmax %d of %d logits", argmax[p], cols)
		}
		v.note(float64(row[argmax[p]]), float64(slices.Max(row)))
	}
	if a.Loss != nil {
		if len(a.Labels) != rows {
			return fmt.Errorf("%d labels: the model has %d rows", len(a.Labels), rows)
		}
		v.note(crossEntropy(y.Floats(), cols, a.Labels), *a.Loss)
	}
	return nil
}

// note takes up a number and what it should be.
func (v *verification) note(got, want float64) {
	v.compared++
	if d := math.Abs(got - want); !(d <= v.worst) { // NaN too, and for good
		v.worst = d
	}
	if math.IsNaN(got) {
		v.worst = math.Inf(1)
	}
}

func logSumExp(row []float32) float64 {
	top := float64(slices.Max(row))
	var sum float64
	for _, x := range row {
		sum += math.Exp(float64(x) - top)
	}
	return top + math.Log(sum)
}

// crossEntropy is the mean over the labels that are none of ops.Ignore.
func crossEntropy(logits []float32, cols int, labels []int32) float64 {
	var total float64
	n := 0
	for i, l := range labels {
		if l == ops.Ignore {
			continue
		}
		row := logits[i*cols : (i+1)*cols]
		if l < 0 || int(l) >= cols {
			return math.NaN()
		}
		total += logSumExp(row) - float64(row[l])
		n++
	}
	return total / float64(n)
}
