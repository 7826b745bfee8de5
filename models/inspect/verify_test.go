package inspect_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/internal/remote"
	"github.com/lmkor/bench/models/inspect"
	"github.com/lmkor/bench/ops"
)

// modelsTestdata is where the models' own reference outputs lie.
const modelsTestdata = "../testdata"

// verify compares a directory with a reference file and returns what differs.
func verify(t *testing.T, dir, file string, tolerance float64) (inspect.Verified, string, error) {
	t.Helper()
	return verifyOn(t, ops.NewCPU(), dir, file, tolerance)
}

// verifyOn is verify with the model on a backend.
func verifyOn(t *testing.T, on ops.Backend, dir, file string, tolerance float64) (inspect.Verified, string, error) {
	t.Helper()
	h, err := checkpoints.OpenHeaded(dir)
	if err != nil {
		t.Fatal(err)
	}
	h.Model.Place(on)
	defer h.Model.Place(ops.NewCPU())
	var differ strings.Builder
	v, err := inspect.Verify(inspect.Subject{Config: h.Config, Model: h.Model, Tokenizer: h.Tokenizer}, file, tolerance, func(line int, what string) {
		fmt.Fprintf(&differ, "%d: %s\n", line, what)
	})
	return v, differ.String(), err
}

// modelDirs returns the directories with a reference.
func modelDirs(t *testing.T) []string {
	t.Helper()
	dirs, err := filepath.Glob(filepath.Join(modelsTestdata, "models", "*"))
	if err != nil || len(dirs) == 0 {
		t.Fatalf("no model directories: %v", err)
	}
	return slices.DeleteFunc(append(dirs, golden.Dirs(t, "models/*")...), func(d string) bool {
		_, err := os.Stat(filepath.Join(d, "reference.jsonl"))
		return err != nil
	})
}

func TestVerify(t *testing.T) {
	for _, dir := range modelDirs(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			v, differ, err := verify(t, dir, filepath.Join(dir, "reference.jsonl"), 1e-4)
			if err != nil {
				t.Fatal(err)
			}
			if !v.Passed || v.IDsDiffer != 0 || v.Cases == 0 || *v.MaxAbsDiff > 1e-4 || *v.MaxAbsDiff == 0 {
				t.Errorf("%+v %s", v, differ)
			}
		})
	}
}

// A model whose memory is out of reach is verified by the very numbers of the CPU's.
func TestVerifyNeedsNoFloats(t *testing.T) {
	for _, dir := range modelDirs(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			file, far := filepath.Join(dir, "reference.jsonl"), remote.New()
			want, _, err := verify(t, dir, file, 1e-4)
			if err != nil {
				t.Fatal(err)
			}
			got, _, err := verifyOn(t, far, dir, file, 1e-4)
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("out of reach: %+v, %v, on the CPU %+v", got, err, want)
			}
			if n, _ := far.Kept(); n > 0 || far.Calls == 0 {
				t.Errorf("%d calls, %d buffers stay behind", far.Calls, n)
			}
		})
	}
}

// TestVerifyFails changes one thing of a reference at a time.
func TestVerifyFails(t *testing.T) {
	type fields = map[string]any
	for _, c := range []struct {
		name, model string
		change      func(fields)
		differs     string // of the ids
		fails       bool   // by its numbers
		err         string
	}{
		{"a logit", "bert-classify", func(r fields) { r["logits"].([]any)[1] = r["logits"].([]any)[1].(float64) + 0.001 },
			"", true, ""},
		{"an id", "bert-classify", func(r fields) { r["text"] = "다른 글" }, "1: input_ids: ", false, ""},
		{"a token type", "bert-classify", func(r fields) { r["token_type_ids"].([]any)[1] = 1.0 }, "token_type_ids: 0 at 1: want 1", true, ""},
		{"a padded logit", "funnel-tag", func(r fields) { r["logits_padded"].([]any)[0].([]any)[0] = 9.0 }, "", true, ""},
		{"a sum", "bert-mlm", func(r fields) { r["logsumexp"].([]any)[0] = 9.0 }, "", true, ""},
		{"a best token", "bert-mlm", func(r fields) { r["argmax"].([]any)[0] = 0.0 }, "", true, ""},
		{"a loss", "bertshared", func(r fields) { r["loss"] = 0.5 }, "", true, ""},
		{"a label", "bertshared", func(r fields) { r["labels"].([]any)[0] = 7.0 }, "labels: ", true, ""},
		{"too few logits", "bert-classify", func(r fields) { r["logits"] = []any{1.0} }, "", false, "1 logits: the model has 1 rows of 3"},
		{"too many positions", "bert-mlm", func(r fields) { r["positions"] = []any{1.0} }, "", false, "logits: the model has"},
		{"a position outside", "bert-mlm", func(r fields) { r["positions"] = []any{1.0, 1000.0} }, "", false, "position 1000 of"},
		{"an id outside", "bert-classify", func(r fields) { r["input_ids"].([]any)[0] = 5000.0 }, "", false, "token id 5000: the model has"},
		{"no ids", "bert-classify", func(r fields) { r["text"], r["input_ids"], r["token_type_ids"] = nil, nil, nil }, "", false, "0 tokens: the model takes 1 to 48"},
		{"types and ids of other lengths", "bert-classify", func(r fields) { r["token_type_ids"] = []any{0.0} }, "", false, "1 token_type_ids for"},
		{"no decoder ids", "bertshared", func(r fields) { r["target"], r["decoder_input_ids"] = nil, nil }, "", false, "no decoder_input_ids"},
		{"nothing", "bert-classify", func(r fields) { r["logits"] = nil }, "", false, "nothing to compare"},
		{"a word for a number", "bert-classify", func(r fields) { r["logits"] = "x" }, "", false, "reference.jsonl:1: json: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := filepath.Join(modelsTestdata, "models", c.model)
			r := golden.Lines[fields](t, filepath.Join(dir, "reference.jsonl"))[1]
			c.change(r)
			line, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join(t.TempDir(), "reference.jsonl")
			if err := os.WriteFile(file, line, 0o644); err != nil {
				t.Fatal(err)
			}
			v, differ, err := verify(t, dir, file, 1e-4)
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("error %v, want %q", err, c.err)
				}
				return
			}
			if err != nil || v.Passed || !strings.Contains(differ, c.differs) || (v.IDsDiffer == 1) != (c.differs != "") ||
				(v.MaxAbsDiff == nil || *v.MaxAbsDiff > 1e-4) != c.fails {
				t.Errorf("%+v, %q, %v; want %q", v, differ, err, c.differs)
			}
		})
	}
}

func TestVerifyTolerance(t *testing.T) {
	dir := filepath.Join(modelsTestdata, "models", "bert-classify")
	v, _, err := verify(t, dir, filepath.Join(dir, "reference.jsonl"), 1e-12)
	if err != nil || v.Passed {
		t.Errorf("nothing differs by more than 1e-12: %+v, %v", v, err)
	}
}

// TestVerifyTarget cuts the text that the decoder writes where the file says so,
// and takes what the reference left out from the texts.
func TestVerifyTarget(t *testing.T) {
	type fields = map[string]any
	dir := filepath.Join(modelsTestdata, "models", "bertshared")
	for _, c := range []struct {
		name   string
		change func(cut fields)
		differ int
	}{
		{"cut", func(fields) {}, 0},
		{"cut elsewhere", func(r fields) { r["max_target_length"] = 5 }, 1},
		{"not cut", func(r fields) { r["max_target_length"] = nil }, 1},
		{"padded labels", func(r fields) {
			r["labels"] = append(slices.Clone(r["labels"].([]any)), -100.0, -100.0)
			r["decoder_input_ids"] = append(slices.Clone(r["decoder_input_ids"].([]any)), 0.0, 0.0)
		}, 0},
		{"no decoder ids", func(r fields) { r["decoder_input_ids"] = nil }, 0},
		{"no ids", func(r fields) { r["input_ids"], r["token_type_ids"] = nil, nil }, 0},
		{"more decoder ids", func(r fields) { r["decoder_input_ids"] = append(slices.Clone(r["decoder_input_ids"].([]any)), 0.0) }, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := golden.Lines[fields](t, filepath.Join(dir, "reference.jsonl"))
			r := all[1]
			labels := r["labels"].([]any)
			last := len(labels) - 1
			cut := append(slices.Clone(labels[:3]), labels[last])
			r["labels"], r["loss"], r["logits"], r["argmax"], r["logsumexp"] = cut, nil, nil, nil, nil
			r["decoder_input_ids"] = append([]any{r["decoder_input_ids"].([]any)[0]}, cut[:3]...)
			r["max_target_length"] = 4
			c.change(r)
			var lines []byte
			for _, x := range []fields{all[0], r} {
				line, err := json.Marshal(x)
				if err != nil {
					t.Fatal(err)
				}
				lines = append(append(lines, line...), '\n')
			}
			file := filepath.Join(t.TempDir(), "reference.jsonl")
			if err := os.WriteFile(file, lines, 0o644); err != nil {
				t.Fatal(err)
			}
			v, differ, err := verify(t, dir, file, 1e-4)
			if err != nil || v.IDsDiffer != c.differ || v.Cases != 2 {
				t.Errorf("%+v, %q, %v, want %d", v, differ, err, c.differ)
			}
		})
	}
}

// TestVerifyLooksAtEveryLogit: those of rows that the reference leaves out must
// be finite too.
func TestVerifyLooksAtEveryLogit(t *testing.T) {
	dir := filepath.Join(modelsTestdata, "models", "bert-mlm")
	h, err := checkpoints.OpenHeaded(dir)
	if err != nil {
		t.Fatal(err)
	}
	line := golden.Lines[map[string]any](t, filepath.Join(dir, "reference.jsonl"))[0]
	line["positions"], line["logits"] = []int{}, []float64{}
	line["logsumexp"], line["argmax"] = nil, nil
	raw, err := json.Marshal(line)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "reference.jsonl")
	if err := os.WriteFile(file, append(raw, "\n{\"input_ids\":[2,3],\"token_type_ids\":null,\"argmax\":[0,0]}\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	s := inspect.Subject{Config: h.Config, Model: h.Model, Tokenizer: h.Tokenizer}
	for _, p := range h.Model.Params() {
		if strings.HasSuffix(p.Name, "predictions.bias") {
			p.Floats()[7] = float32(math.NaN())
		}
	}
	v, err := inspect.Verify(s, file, math.Inf(1), func(int, string) {})
	if err != nil || v.MaxAbsDiff != nil {
		t.Errorf("%+v, %v: want NaN found", v, err)
	}
}
