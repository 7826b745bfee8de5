package models_test

import (
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nlpodyssey/spago/mat"
	"github.com/nlpodyssey/spago/nn"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
)

// tensors is a checkpoint in memory.
type tensors struct {
	t     *testing.T
	data  map[string][]float32
	shape map[string][]int
}

func (s tensors) Names() (names []string) {
	for n := range s.data {
		names = append(names, n)
	}
	return names
}
func (s tensors) Shape(name string) []int { return s.shape[name] }
func (s tensors) Read(name string, dst []float32) error {
	copy(dst, s.data[name])
	return nil
}

// open builds the model of a directory that transformers wrote, in plain
// float32 safetensors.
func open(t *testing.T, dir string) *models.Model {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	var c models.Config
	var labels struct {
		ID2Label map[string]string `json:"id2label"`
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &labels); err != nil {
		t.Fatal(err)
	}
	head := models.Head{Kind: models.SequenceHead, Labels: max(len(labels.ID2Label), 1)}
	if labels.ID2Label == nil {
		head.Labels = 2
	}
	if strings.HasSuffix(c.Architectures[0], "TokenClassification") {
		head.Kind = models.TokenHead
	}
	m, err := models.New(c, head, 1)
	if err != nil {
		t.Fatal(err)
	}
	src := tensors{t, golden.Tensors(t, filepath.Join(dir, "model.safetensors")), golden.Shapes(t, filepath.Join(dir, "model.safetensors"))}
	rep, err := m.Load(src, false)
	if err != nil {
		t.Fatal(err)
	}
	if len(rep.Drawn)+len(rep.Unexpected) > 0 {
		t.Fatalf("drawn %v, unexpected %v", rep.Drawn, rep.Unexpected)
	}
	return m
}

type reference struct {
	InputIDs     []int32         `json:"input_ids"`
	TokenTypeIDs []int32         `json:"token_type_ids"`
	Logits       json.RawMessage `json:"logits"`
	Positions    []int           `json:"positions"`
}

// flat reads logits of any depth as one list.
func flat(t *testing.T, raw json.RawMessage) []float64 {
	t.Helper()
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

func TestLogitsEqualTransformers(t *testing.T) {
	for _, dir := range golden.Dirs(t, "models/bert-*") {
		name := filepath.Base(dir)
		if strings.Contains(name, "mlm") || strings.HasPrefix(name, "bert-seqcls-2-") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			m := open(t, dir)
			refs := golden.Lines[reference](t, filepath.Join(dir, "reference.jsonl"))
			var all models.Batch // everything at once: neighbours must not matter
			pass := &ops.Pass{Mem: &ops.Arena{}}
			for _, r := range refs {
				all.Append(r.InputIDs, r.TokenTypeIDs)
			}
			got := ops.Of(m.Forward(pass, &all))
			worst := 0.0
			for i, r := range refs {
				rows := []int{i}
				if m.Head.Kind == models.TokenHead {
					rows = rows[:0]
					for k := range r.InputIDs {
						rows = append(rows, int(all.Offsets[i])+k)
					}
					if r.Positions != nil {
						for k, p := range r.Positions {
							rows[k] = int(all.Offsets[i]) + p
						}
						rows = rows[:len(r.Positions)]
					}
				}
				want := flat(t, r.Logits)
				if len(want) != len(rows)*got.Cols() {
					t.Fatalf("case %d: %d logits for %d rows", i, len(want), len(rows))
				}
				for k, row := range rows {
					for c := range got.Cols() {
						worst = max(worst, math.Abs(want[k*got.Cols()+c]-float64(got.Floats()[row*got.Cols()+c])))
					}
				}
			}
			if !(worst <= 1e-4) {
				t.Errorf("logits differ by %g", worst)
			}
		})
	}
}

type gradBatch struct {
	Model        string          `json:"model"`
	InputIDs     [][]int32       `json:"input_ids"`
	TokenTypeIDs [][]int32       `json:"token_type_ids"`
	Labels       json.RawMessage `json:"labels"`
	Loss         float64         `json:"loss"`
}

func TestGradientsEqualTransformers(t *testing.T) {
	for _, dir := range golden.Dirs(t, "grads/bert-*") {
		if strings.Contains(dir, "mlm") {
			continue
		}
		t.Run(filepath.Base(dir), func(t *testing.T) {
			ref := golden.JSON[gradBatch](t, filepath.Join(dir, "batch.json"))
			m := open(t, filepath.Join(dir, "..", "..", ref.Model))
			none := 0.0
			m.SetDropout(&none)
			var params []*nn.Param
			for _, p := range m.Params() {
				params = append(params, p.Param)
			}
			ops.LayOutGradients(params)
			var b models.Batch
			for i := range ref.InputIDs {
				b.Append(ref.InputIDs[i], ref.TokenTypeIDs[i])
			}
			pass := &ops.Pass{Mem: &ops.Arena{}, Grad: true, Train: true}
			logits := m.Forward(pass, &b)
			var loss mat.Tensor
			if m.Head.Labels == 1 {
				var gold []float32
				for _, v := range flat(t, ref.Labels) {
					gold = append(gold, float32(v))
				}
				loss = ops.MSE(pass, logits, gold)
			} else {
				var labels []int32
				for _, v := range flat(t, ref.Labels) {
					labels = append(labels, int32(v))
				}
				loss = ops.CrossEntropy(pass, logits, labels)
			}
			if got := float64(ops.Of(loss).Floats()[0]); math.Abs(got-ref.Loss) > 1e-4 {
				t.Errorf("loss %v, want %v", got, ref.Loss)
			}
			if err := ops.Backward(loss, 1); err != nil {
				t.Fatal(err)
			}
			want := golden.Tensors(t, filepath.Join(dir, "grads.safetensors"))
			for _, p := range m.Params() {
				w, ok := want[p.Name]
				if !ok {
					t.Errorf("%s: no gradient to compare with", p.Name)
					continue
				}
				g := ops.GradientOf(p.Param).Values
				var worst, largest float64
				for i, v := range w {
					largest = max(largest, math.Abs(float64(v)))
					worst = max(worst, math.Abs(float64(v)-float64(g[i])))
				}
				if worst > 1e-3*largest+1e-6 {
					t.Errorf("%s: gradient differs by %g, largest entry %g", p.Name, worst, largest)
				}
				delete(want, p.Name)
			}
			for n := range want {
				t.Errorf("%s: not a parameter", n)
			}
		})
	}
}
