package models_test

import (
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/internal/devicetest"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/ops"
)

// open builds the model of a directory as transformers writes them, on the device
// that tests run on.
func open(t *testing.T, dir string) *models.Model {
	t.Helper()
	c, err := hf.ReadConfig(dir)
	if err != nil {
		t.Fatal(err)
	}
	head, err := models.HeadOf(&c.Config)
	if err != nil {
		t.Fatal(err)
	}
	w, err := hf.OpenWeights(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	m, rep, err := models.Open(c.Config, head, w, false, 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Drawn)+len(rep.Unexpected) > 0 {
		t.Fatalf("drawn %v, unexpected %v", rep.Drawn, rep.Unexpected)
	}
	m.Place(devicetest.Backend(t))
	return m
}

// reference is what transformers answers to one text.
type reference struct {
	InputIDs        []int32         `json:"input_ids"`
	TokenTypeIDs    []int32         `json:"token_type_ids"`
	DecoderInputIDs []int32         `json:"decoder_input_ids"`
	Labels          []int32         `json:"labels"`
	MaxLength       int             `json:"max_length"`
	Positions       []int           `json:"positions"`
	Logits          json.RawMessage `json:"logits"`
	ArgMax          []int           `json:"argmax"`
	LogSumExp       []float64       `json:"logsumexp"`
	Loss            *float64        `json:"loss"`
	LogitsPadded    json.RawMessage `json:"logits_padded"`
	ArgMaxPadded    []int           `json:"argmax_padded"`
	LogSumExpPadded []float64       `json:"logsumexp_padded"`
}

// flat reads numbers of any depth as one list.
func flat(raw json.RawMessage) []float64 {
	var out []float64
	d := json.NewDecoder(strings.NewReader(string(raw)))
	for {
		tok, err := d.Token()
		if err != nil {
			return out
		}
		if v, ok := tok.(float64); ok {
			out = append(out, v)
		}
	}
}

// batch puts references side by side.
func batch(refs []reference, padTo int) *models.Batch {
	b := &models.Batch{PadTo: padTo}
	for _, r := range refs {
		b.Append(r.InputIDs, r.TokenTypeIDs)
		if r.DecoderInputIDs != nil {
			if b.Target == nil {
				b.Target = &models.Batch{}
			}
			b.Target.Append(r.DecoderInputIDs, nil)
		}
	}
	return b
}

// logitTolerance is how far logits and log-sum-exps may lie from transformers'.
var logitTolerance = golden.Within(1e-4)

// compare returns the largest difference of a sequence's rows of logits from
// the reference, as a multiple of logitTolerance, and how many numbers were
// compared.
func compare(t *testing.T, rows []float32, cols int, r reference, padded bool) (worst float64, n int) {
	t.Helper()
	logits, argmax, lse := r.Logits, r.ArgMax, r.LogSumExp
	if padded {
		logits, argmax, lse = r.LogitsPadded, r.ArgMaxPadded, r.LogSumExpPadded
	}
	diff := func(got float32, want float64) {
		worst = max(worst, logitTolerance.Ratio(float64(got), want))
		n++
	}
	if want := flat(logits); len(want) > 0 {
		at := r.Positions
		if at == nil {
			for i := range len(rows) / cols {
				at = append(at, i)
			}
		}
		if len(want) != len(at)*cols {
			t.Fatalf("%d logits for %d rows of %d", len(want), len(at), cols)
		}
		for i, p := range at {
			for c := range cols {
				diff(rows[p*cols+c], want[i*cols+c])
			}
		}
	}
	for p, want := range lse {
		row := rows[p*cols : (p+1)*cols]
		top := slices.Max(row)
		var sum float64
		for _, v := range row {
			sum += math.Exp(float64(v - top))
		}
		diff(top+float32(math.Log(sum)), want)
		if !(row[argmax[p]] >= top-1e-4) {
			t.Errorf("position %d: the largest logit is not at %d", p, argmax[p])
		}
	}
	return worst, n
}

func TestLogitsEqualTransformers(t *testing.T) {
	for _, dir := range golden.Dirs(t, "models/*") {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			m := open(t, dir)
			refs := golden.Lines[reference](t, filepath.Join(dir, "reference.jsonl"))
			worst, n := answers(t, m, refs, 0) // everything at once: neighbours must not matter
			for _, r := range refs {
				if r.LogitsPadded != nil || r.LogSumExpPadded != nil {
					w, k := answers(t, m, []reference{r}, r.MaxLength)
					worst, n = max(worst, w), n+k
				}
			}
			if worst > 1 || n == 0 {
				t.Errorf("%d numbers differ by up to %g times the tolerance", n, worst)
			}
			t.Logf("%d numbers, differing by up to %.2g of the tolerance", n, worst)
		})
	}
}

// answers compares the model's logits of a batch.
func answers(t *testing.T, m *models.Model, refs []reference, padTo int) (worst float64, n int) {
	t.Helper()
	in := batch(refs, padTo)
	if err := m.Check(in); err != nil {
		t.Fatal(err)
	}
	got := ops.Of(m.Forward(&ops.Pass{Backend: m.Backend()}, in))
	answered := in
	if in.Target != nil {
		answered = in.Target
	}
	logits := got.Floats()
	for i, r := range refs {
		from, to := i, i+1
		if m.Head.Kind != models.SequenceHead {
			from, to = int(answered.Offsets[i]), int(answered.Offsets[i+1])
		}
		w, k := compare(t, logits[from*got.Cols():to*got.Cols()], got.Cols(), r, padTo > 0)
		worst, n = max(worst, w), n+k
	}
	return worst, n
}

// gradBatch is a batch with the gradients that transformers gives.
type gradBatch struct {
	Model           string          `json:"model"`
	InputIDs        [][]int32       `json:"input_ids"`
	TokenTypeIDs    [][]int32       `json:"token_type_ids"`
	Labels          json.RawMessage `json:"labels"`
	Loss            float64         `json:"loss"`
	PadTo           int             `json:"pad_to"`
	WithoutGradient []string        `json:"without_gradient"`
}

// inputs are the batch and, flat, its labels.
func (g gradBatch) inputs(t *testing.T, m *models.Model) (*models.Batch, []float64) {
	b := &models.Batch{PadTo: g.PadTo}
	for i, ids := range g.InputIDs {
		var types []int32
		if g.TokenTypeIDs != nil {
			types = g.TokenTypeIDs[i]
		}
		b.Append(ids, types)
	}
	if m.Config.ModelType != "encoder-decoder" && m.Head.Kind != models.CausalLMHead {
		return b, flat(g.Labels)
	}
	var labels [][]int32
	if err := json.Unmarshal(g.Labels, &labels); err != nil {
		t.Fatal(err)
	}
	var all []float64
	for _, l := range labels {
		if b.Target == nil && m.Config.ModelType == "encoder-decoder" {
			b.Target = &models.Batch{}
		}
		if b.Target != nil {
			b.Target.Append(append([]int32{int32(m.Config.DecoderStartTokenID)}, l[:len(l)-1]...), nil)
		} else {
			l = append(slices.Clone(l[1:]), ops.Ignore) // a causal model predicts the next
		}
		for _, v := range l {
			all = append(all, float64(v))
		}
	}
	return b, all
}

// loss is the model's training loss over the labels.
func loss(p *ops.Pass, m *models.Model, logits mat.Tensor, labels []float64) mat.Tensor {
	var ids []int32
	var gold []float32
	for _, v := range labels {
		ids, gold = append(ids, int32(v)), append(gold, float32(v))
	}
	switch {
	case m.Head.Kind == models.SequenceHead && m.Head.Labels == 1:
		return ops.MSE(p, logits, gold)
	case m.Head.Kind == models.DiscriminatorHead:
		return ops.BinaryCrossEntropy(p, logits, ids)
	}
	return ops.CrossEntropy(p, logits, ids)
}

// backward runs the batch forward and backward and returns its loss.
func backward(t *testing.T, m *models.Model, g gradBatch) float64 {
	t.Helper()
	none := 0.0
	m.SetDropout(&none)
	var params []*nn.Param
	for _, p := range m.Params() {
		params = append(params, p.Param)
	}
	ops.LayOutGradients(params)
	pass := &ops.Pass{Backend: m.Backend(), Grad: true, Train: true}
	in, labels := g.inputs(t, m)
	l := loss(pass, m, m.Forward(pass, in), labels)
	value := float64(ops.Of(l).Floats()[0])
	if err := ops.Backward(l, 1); err != nil {
		t.Fatal(err)
	}
	return value
}

// compareGrads returns the largest difference of a gradient, as a multiple of the
// tensor's tolerance, and whose it is.
func compareGrads(t *testing.T, m *models.Model, want map[string][]float32, without []string) (worst float64, name string) {
	t.Helper()
	for _, p := range m.Params() {
		var w []float32
		for _, n := range append([]string{p.Name}, p.Aliases...) {
			if w == nil {
				w = want[n]
			}
			delete(want, n)
		}
		g := ops.GradientOf(p.Param).Values
		if w == nil {
			if !slices.Contains(without, p.Name) || g != nil {
				t.Errorf("%s: no gradient to compare with", p.Name)
			}
			continue
		}
		if len(g) != len(w) {
			t.Errorf("%s: %d gradients, want %d", p.Name, len(g), len(w))
			continue
		}
		var largest float64
		for _, v := range w {
			largest = max(largest, math.Abs(float64(v)))
		}
		tolerance := 1e-3*largest + 1e-6
		if strings.HasSuffix(p.Name, ".key.bias") || strings.HasSuffix(p.Name, ".k_lin.bias") || strings.HasSuffix(p.Name, ".k_head.bias") {
			tolerance = 1e-5 // the true gradient is 0, what both have is rounding
		}
		if _, ratio := golden.Worst(g, w, golden.Within(tolerance)); ratio > worst {
			worst, name = ratio, p.Name
		}
	}
	for n := range want {
		t.Errorf("%s: not a parameter", n)
	}
	return worst, name
}

// TestGradientsEqualTransformers is the test of random configurations once
// more, on whole models of a bigger collection.
func TestGradientsEqualTransformers(t *testing.T) {
	dirs := golden.Dirs(t, "grads/*")
	if len(dirs) == 0 {
		t.Skip("BENCH_GOLDEN names no folder with grads; TestRandomConfigurations compares gradients too")
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			ref := golden.JSON[gradBatch](t, filepath.Join(dir, "batch.json"))
			m := open(t, filepath.Join(dir, "..", "..", ref.Model))
			got := backward(t, m, ref)
			golden.NearNumber(t, "loss", got, ref.Loss, golden.Within(1e-4))
			worst, name := compareGrads(t, m, golden.Tensors(t, filepath.Join(dir, "grads.safetensors")), ref.WithoutGradient)
			if worst > 1 {
				t.Errorf("%s: gradient differs by %g times the tolerance", name, worst)
			}
			t.Logf("loss differs by %.2g; the worst gradient, of %s, by %.2g of the tolerance", math.Abs(got-ref.Loss), name, worst)
		})
	}
}
