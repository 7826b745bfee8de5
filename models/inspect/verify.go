package inspect

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/lmkor/bench/internal/regular"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/tokenizers"
)

// Subject is the checkpoint that a reference is compared with.
type Subject struct {
	Config    *hf.Config
	Model     *models.Model
	Tokenizer *tokenizers.Tokenizer
}

// Verified is how a checkpoint compares with a reference.
type Verified struct {
	Cases      int      `json:"cases"`
	IDsDiffer  int      `json:"ids_differ"`   // cases with other ids
	MaxAbsDiff *float64 `json:"max_abs_diff"` // null if a logit is NaN or infinite
	Passed     bool     `json:"passed"`
	Numbers    int      `json:"-"` // compared
}

// Verify compares a checkpoint with every line of a reference file, and calls
// differs for those whose ids are others. It passes if there are none, and no
// number differs by more than the tolerance.
func Verify(s Subject, file string, tolerance float64, differs func(line int, what string)) (Verified, error) {
	v := verification{Subject: s, pass: &ops.Pass{Backend: s.Model.Backend()}}
	if err := v.read(file, differs); err != nil {
		return Verified{}, err
	}
	out := Verified{Cases: v.cases, IDsDiffer: v.differ, Numbers: v.compared, Passed: v.differ == 0 && v.worst <= tolerance}
	if !math.IsInf(v.worst, 0) && !math.IsNaN(v.worst) {
		out.MaxAbsDiff = &v.worst
	}
	return out, nil
}

// verification is a comparison under way.
type verification struct {
	Subject
	pass     *ops.Pass
	cases    int
	differ   int     // cases with other ids
	worst    float64 // difference of a number; infinite once one is NaN
	compared int     // numbers
}

// read compares every line of a file.
func (v *verification) read(file string, differs func(line int, what string)) error {
	f, err := regular.Open(file)
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
			differs(n, what)
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

// tokens compares the ids of the line's texts with the reference's, which it
// fills in where there are none. It returns how they differ, or nothing.
func (v *verification) tokens(a *answer) string {
	special := a.AddSpecialTokens == nil || *a.AddSpecialTokens
	opt := tokenizers.Options{MaxLength: a.MaxLength, NoSpecial: !special}
	if a.Text != nil {
		pair := ""
		if a.TextPair != nil {
			pair = *a.TextPair
		}
		e := v.Tokenizer.Encode(*a.Text, pair, a.TextPair != nil, opt)
		if a.InputIDs == nil {
			a.InputIDs, a.TokenTypeIDs = e.IDs, e.TypeIDs
		}
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
	return v.target(a)
}

// target compares the ids of the text that a decoder is to write. Without a
// max_target_length the file may have cut it to max_length or not at all; and
// whether labels begin with [CLS] is for the maker of the reference to decide.
func (v *verification) target(a *answer) (first string) {
	lengths := []int{a.MaxTargetLength}
	if a.MaxTargetLength == 0 {
		lengths = []int{a.MaxLength, 0}
	}
	want := a.Labels
	for len(want) > 0 && want[len(want)-1] == ops.Ignore {
		want = want[:len(want)-1] // padding of the reference's batch
	}
	padding := len(a.Labels) - len(want)
	for _, most := range lengths {
		ids := v.Tokenizer.Encode(*a.Target, "", false, tokenizers.Options{MaxLength: most}).IDs
		if a.Labels != nil && len(ids) > 0 && len(want) == len(ids)-1 {
			ids = ids[1:]
		}
		what := ""
		if a.Labels != nil {
			what = idDifference("labels", ids, want)
		}
		if what == "" && len(ids) > 0 {
			shifted := append([]int32{int32(v.Config.DecoderStartTokenID)}, ids[:len(ids)-1]...)
			if a.DecoderInputIDs == nil {
				a.DecoderInputIDs = shifted
				padding = 0
			}
			decoder := a.DecoderInputIDs[:max(0, len(a.DecoderInputIDs)-padding)]
			what = idDifference("decoder_input_ids", shifted, decoder)
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
	if v.Config.ModelType == "encoder-decoder" {
		if a.DecoderInputIDs == nil {
			return errors.New("no decoder_input_ids: an encoder-decoder needs them")
		}
		in.Target = &models.Batch{}
		in.Target.Append(a.DecoderInputIDs, nil)
	}
	if err := v.Model.Check(in); err != nil {
		return err
	}
	if a.Logits != nil || a.LogSumExp != nil || a.ArgMax != nil || a.Loss != nil {
		if err := v.compare(in, a, a.Logits, a.ArgMax, a.LogSumExp); err != nil {
			return err
		}
	}
	if a.LogitsPadded != nil || a.LogSumExpPadded != nil || a.ArgMaxPadded != nil {
		in.PadTo = a.MaxLength
		whole := *a
		whole.Loss = nil
		if err := v.compare(in, &whole, a.LogitsPadded, a.ArgMaxPadded, a.LogSumExpPadded); err != nil {
			return fmt.Errorf("padded: %w", err)
		}
	}
	return nil
}

// compare runs the model and keeps the largest difference.
func (v *verification) compare(in *models.Batch, a *answer, logits []float64, argmax []int, sums []float64) error {
	v.pass.Begin(0)
	defer v.pass.Release()
	y := ops.Of(v.Model.Forward(v.pass, in))
	rows, cols, values := y.Rows(), y.Cols(), y.Floats()
	for _, x := range values {
		if x != x || math.IsInf(float64(x), 0) {
			v.worst = math.Inf(1) // wherever it is: the reference's rows may leave it out
		}
	}
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
		v.compareNumber(float64(values[p*cols+i%cols]), logits[i])
	}
	if sums != nil && len(sums) != rows || argmax != nil && len(argmax) != rows {
		return fmt.Errorf("%d logsumexp and %d argmax: the model has %d rows", len(sums), len(argmax), rows)
	}
	for p := range rows {
		row := values[p*cols : (p+1)*cols]
		if sums != nil {
			v.compareNumber(logSumExp(row), sums[p])
		}
		if argmax == nil {
			continue
		}
		if argmax[p] < 0 || argmax[p] >= cols {
			return fmt.Errorf("argmax %d of %d logits", argmax[p], cols)
		}
		v.compareNumber(float64(row[argmax[p]]), float64(slices.Max(row)))
	}
	if a.Loss != nil {
		if len(a.Labels) != rows {
			return fmt.Errorf("%d labels: the model has %d rows", len(a.Labels), rows)
		}
		v.compareNumber(crossEntropy(values, cols, a.Labels), *a.Loss)
	}
	return nil
}

// compareNumber counts a number and its distance from what it should be. NaN is
// infinitely far from everything.
func (v *verification) compareNumber(got, want float64) {
	v.compared++
	d := math.Abs(got - want)
	if math.IsNaN(d) {
		d = math.Inf(1)
	}
	v.worst = max(v.worst, d)
}

func logSumExp(row []float32) float64 {
	top := float64(slices.Max(row))
	var sum float64
	for _, x := range row {
		sum += math.Exp(float64(x) - top)
	}
	return top + math.Log(sum)
}

// crossEntropy is the mean over the labels other than ops.Ignore; NaN where there
// are none, and where one lies outside.
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
