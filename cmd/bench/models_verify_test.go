package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

// modelsTestdata is where the models' own reference outputs lie.
const modelsTestdata = "../../models/testdata"

// verify runs `bench models verify` and returns its standard output.
func verify(args ...string) (string, error) {
	cmd := newModelsVerifyCmd()
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	var out bytes.Buffer
	cmd.SetOut(&out)
	cmd.SetErr(io.Discard)
	cmd.SetArgs(args)
	err := cmd.Execute()
	return out.String(), err
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

func TestModelsVerify(t *testing.T) {
	for _, dir := range modelDirs(t) {
		t.Run(filepath.Base(dir), func(t *testing.T) {
			out, err := verify(dir, "--reference", filepath.Join(dir, "reference.jsonl"), "--format", "json")
			if err != nil {
				t.Fatal(err)
			}
			var v verified
			if err := json.Unmarshal([]byte(out), &v); err != nil {
				t.Fatal(err)
			}
			if !v.Passed || v.IDsDiffer != 0 || v.Cases == 0 || *v.MaxAbsDiff > 1e-4 || *v.MaxAbsDiff == 0 {
				t.Errorf("%s", out)
			}
		})
	}
}

// TestModelsVerifyFails changes one thing of a reference at a time.
func TestModelsVerifyFails(t *testing.T) {
	type fields = map[string]any
	for _, c := range []struct {
		name, model string
		change      func(fields)
		out, err    string
	}{
		{"a logit", "bert-classify", func(r fields) { r["logits"].([]any)[1] = r["logits"].([]any)[1].(float64) + 0.001 },
			"0 with other ids", "logits differ from the reference's by up to 0.001"},
		{"an id", "bert-classify", func(r fields) { r["text"] = "다른 글" }, "reference.jsonl:1: input_ids: ", "ids differ from the reference's in 1 of 1 cases"},
		{"a token type", "bert-classify", func(r fields) { r["token_type_ids"].([]any)[1] = 1.0 }, "token_type_ids: 0 at 1: want 1", "ids differ"},
		{"a padded logit", "funnel-tag", func(r fields) { r["logits_padded"].([]any)[0].([]any)[0] = 9.0 }, "0 with other ids", "logits differ"},
		{"a sum", "bert-mlm", func(r fields) { r["logsumexp"].([]any)[0] = 9.0 }, "", "logits differ"},
		{"a best token", "bert-mlm", func(r fields) { r["argmax"].([]any)[0] = 0.0 }, "", "logits differ"},
		{"a loss", "bertshared", func(r fields) { r["loss"] = 0.5 }, "", "logits differ"},
		{"a label", "bertshared", func(r fields) { r["labels"].([]any)[0] = 7.0 }, "labels: ", "ids differ"},
		{"too few logits", "bert-classify", func(r fields) { r["logits"] = []any{1.0} }, "", "1 logits: the model has 1 rows of 3"},
		{"too many positions", "bert-mlm", func(r fields) { r["positions"] = []any{1.0} }, "", "logits: the model has"},
		{"a position outside", "bert-mlm", func(r fields) { r["positions"] = []any{1.0, 1000.0} }, "", "position 1000 of"},
		{"an id outside", "bert-classify", func(r fields) { r["input_ids"].([]any)[0] = 5000.0 }, "", "token id 5000: the model has"},
		{"no ids", "bert-classify", func(r fields) { r["input_ids"], r["token_type_ids"] = nil, nil }, "", "0 tokens: the model takes 1 to 48"},
		{"types and ids of other lengths", "bert-classify", func(r fields) { r["token_type_ids"] = []any{0.0} }, "", "1 token_type_ids for"},
		{"no decoder ids", "bertshared", func(r fields) { r["decoder_input_ids"] = nil }, "", "no decoder_input_ids"},
		{"nothing", "bert-classify", func(r fields) { r["logits"] = nil }, "", "nothing to compare"},
		{"a word for a number", "bert-classify", func(r fields) { r["logits"] = "x" }, "", "reference.jsonl:1: json: "},
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
			out, err := verify(dir, "--reference", file)
			if err == nil || !strings.Contains(err.Error(), c.err) || !strings.Contains(out, c.out) {
				t.Errorf("output %q, error %v; want %q, %q", out, err, c.out, c.err)
			}
		})
	}
}

func TestModelsVerifyTolerance(t *testing.T) {
	dir := filepath.Join(modelsTestdata, "models", "bert-classify")
	if _, err := verify(dir, "--reference", filepath.Join(dir, "reference.jsonl"), "--tolerance", "1e-12"); err == nil {
		t.Error("nothing differs by more than 1e-12")
	}
	for _, args := range [][]string{{dir}, {dir, "--reference", "x", "--tolerance", "-1"}, {dir, "--reference", "x", "--format", "xml"}, {}} {
		if _, err := verify(args...); err == nil {
			t.Errorf("%v passes", args)
		}
	}
}

func TestNumbersOfAnyDepth(t *testing.T) {
	for in, want := range map[string][]float64{
		"1.5": {1.5}, "null": nil, "[]": nil, "[1, [2, [3e-1]], null, 4]": {1, 2, 0.3, 4},
	} {
		var n numbers
		if err := json.Unmarshal([]byte(in), &n); err != nil || !slices.Equal(n, want) {
			t.Errorf("%s: %v, %v", in, n, err)
		}
	}
	for _, bad := range []string{`["x"]`, `{"a":1}`, `[[true]]`} {
		if err := json.Unmarshal([]byte(bad), new(numbers)); err == nil {
			t.Errorf("%s passes", bad)
		}
	}
}

func TestNoteNeverForgetsNaN(t *testing.T) {
	var v verification
	v.note(math.NaN(), 1)
	v.note(1, 1)
	if !math.IsInf(v.worst, 1) {
		t.Errorf("worst %v after NaN", v.worst)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"text":"가","input_ids":[2,3],"logits":[[1,2],[3]],"positions":[0],"loss":null}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		var a answer
		_ = json.Unmarshal(line, &a)
	})
}
