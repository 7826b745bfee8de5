package checkpoints

import (
	"crypto/sha256"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
)

// pipelineOut is where TestPipeline leaves its checkpoints for
// scripts/golden/pipeline.py, which asks transformers.
var pipelineOut = flag.String("pipeline-out", "", "write the checkpoints of TestPipeline into this folder, and compare nothing")

// piped is a line of testdata/pipeline.jsonl: a checkpoint, and what
// transformers' pipeline answers.
type piped struct {
	Name   string      `json:"name"`   // model type and task
	SHA256 string      `json:"sha256"` // of the files that it was made of
	Probs  [][]float64 `json:"probs"`  // by input: of the labels, or the one number
	Tags   [][]string  `json:"tags"`   // by input: one a word
}

// TestPipeline holds the checkpoints of every architecture, as they are written,
// to transformers' pipeline: one text, pairs, a number, and the tags of words.
// Nothing is trained; drawn weights are made larger, or every answer were alike.
func TestPipeline(t *testing.T) {
	var want map[string]piped
	if *pipelineOut == "" {
		want = map[string]piped{}
		for _, p := range golden.Lines[piped](t, "testdata/pipeline.jsonl") {
			want[p.Name] = p
		}
	}
	for _, modelType := range models.ModelTypes() {
		for _, name := range []string{"nsmc", "kornli", "korsts", "naver-ner"} {
			key := modelType + "-" + name
			t.Run(key, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), key)
				if want == nil {
					dir = filepath.Join(*pipelineOut, key)
				}
				task := findTask(t, name)
				l, inputs := drawn(t, modelType, task)
				if err := l.Save(dir, &results.Manifest{Recipe: json.RawMessage("{}")}, &results.Result{Task: name}); err != nil {
					t.Fatal(err)
				}
				if want == nil {
					leaveInputs(t, dir, task, inputs)
					return
				}
				w, ok := want[key]
				if sum := filesSum(t, dir); !ok || w.SHA256 != sum {
					t.Fatalf("the checkpoint is not the one that transformers was asked about (%s): make testdata/pipeline.jsonl again", sum)
				}
				answers, err := predictors.New(l.Model, l.Tokenizer, predictors.FormOf(task.Kind), predictors.Recipe{MaxLength: 128}).Answer(t.Context(), inputs)
				if err != nil {
					t.Fatal(err)
				}
				compareAnswers(t, task, answers, w)
			})
		}
	}
}

// drawn is the smallest model of an architecture from nothing, ready for a task,
// with some of its sample inputs.
func drawn(t *testing.T, modelType string, task *tasks.Task) (*Loaded, []predictors.Input) {
	t.Helper()
	src, err := Find(strings.TrimSuffix(modelType, "-v2") + "-tiny-scratch")
	if err != nil {
		t.Fatal(err)
	}
	l, err := src.Load(task, 3, strings.Lines(samples.Text()))
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range l.Model.Params() {
		if len(p.Shape) == 2 && !strings.Contains(p.Name, "embedding") {
			for i := range p.Floats() {
				p.Floats()[i] *= 4
			}
		}
	}
	set, err := task.OpenFS(samples.FS(), task.Scored)
	if err != nil {
		t.Fatal(err)
	}
	var inputs []predictors.Input
	for i := range set.Examples[:6] {
		in := predictors.InputOf(&set.Examples[i])
		// transformers reads a sentence, not its words: these may end at blanks alone.
		in.Words = slices.DeleteFunc(in.Words, func(w string) bool {
			return strings.ContainsFunc(w, func(r rune) bool { return unicode.IsPunct(r) || unicode.IsSymbol(r) })
		})
		inputs = append(inputs, in)
	}
	return l, inputs
}

// leaveInputs writes what the pipeline is asked beside a checkpoint.
func leaveInputs(t *testing.T, dir string, task *tasks.Task, inputs []predictors.Input) {
	t.Helper()
	raw, err := json.Marshal(struct {
		Kind   tasks.Kind         `json:"kind"`
		SHA256 string             `json:"sha256"`
		Inputs []predictors.Input `json:"inputs"`
	}{task.Kind, filesSum(t, dir), inputs})
	if err == nil {
		err = os.WriteFile(dir+".json", raw, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// filesSum is the SHA-256 of a checkpoint's files that transformers reads.
func filesSum(t *testing.T, dir string) string {
	t.Helper()
	h := sha256.New()
	for _, name := range []string{"config.json", "model.safetensors", "tokenizer_config.json", "special_tokens_map.json", "vocab.txt"} {
		raw, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(h, "%s %d\n", name, len(raw))
		h.Write(raw)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// compareAnswers holds answers to transformers'.
func compareAnswers(t *testing.T, task *tasks.Task, answers []predictors.Answer, want piped) {
	t.Helper()
	if len(want.Probs)+len(want.Tags) != len(answers) {
		t.Fatalf("%d answers, want %d", len(answers), len(want.Probs)+len(want.Tags))
	}
	seen := map[string]bool{}
	for i, a := range answers {
		switch task.Kind {
		case tasks.Tag:
			var tags []string
			for _, id := range a.Tags {
				tags = append(tags, task.Labels[id])
				seen[task.Labels[id]] = true
			}
			if !slices.Equal(tags, want.Tags[i]) {
				t.Errorf("sentence %d: %v, want %v", i, tags, want.Tags[i])
			}
		case tasks.Regress:
			golden.Near(t, "number", []float64{a.Value}, want.Probs[i], golden.Within(1e-4))
			seen[fmt.Sprintf("%.3f", a.Value)] = true
		default:
			golden.Near(t, "probabilities", a.Probs(), want.Probs[i], golden.Within(1e-5))
			seen[fmt.Sprintf("%.3f", a.Probs()[0])] = true
		}
	}
	if len(seen) < 3 {
		t.Errorf("the answers %v tell little", seen)
	}
}
