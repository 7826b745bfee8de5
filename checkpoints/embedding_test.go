package checkpoints

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/predictors"
	"github.com/lmkor/bench/results"
)

// vectorsOut is where TestVectors leaves its checkpoints for
// scripts/golden/vectors.py, which asks transformers.
var vectorsOut = flag.String("vectors-out", "", "write the checkpoints of TestVectors into this folder, and compare nothing")

// vectorTexts are texts of several lengths; the last is cut.
var vectorTexts = []string{"이 영화 정말 재미있다", "배우의 연기", strings.Repeat("음악이 좋다. ", 12)}

const vectorLength = 24 // tokens at most

// vectored is a line of testdata/vectors.jsonl: a checkpoint, and some values of
// the vectors that transformers gives.
type vectored struct {
	Name    string      `json:"name"`   // model type and task
	SHA256  string      `json:"sha256"` // of the files that it was made of
	Pooling string      `json:"pooling"`
	Vectors [][]float64 `json:"vectors"` // by text: every eighth value
}

// TestVectors holds the vectors of every architecture to transformers' last hidden
// states, and those of the poolers to its pooler_output.
func TestVectors(t *testing.T) {
	want := map[string]vectored{}
	if *vectorsOut == "" {
		for _, v := range golden.Lines[vectored](t, "testdata/vectors.jsonl") {
			want[v.Name+"-"+v.Pooling] = v
		}
	}
	for _, modelType := range models.ModelTypes() {
		for task, poolings := range map[string][]predictors.Pooling{"naver-ner": {predictors.Mean,
			predictors.First}, "nsmc": {predictors.Pooler}} {
			if task == "nsmc" && modelType != "bert" && modelType != "albert" {
				continue
			}
			name := modelType + "-" + task
			t.Run(name, func(t *testing.T) {
				dir := filepath.Join(t.TempDir(), name)
				if *vectorsOut != "" {
					dir = filepath.Join(*vectorsOut, name)
				}
				l, _ := drawn(t, modelType, findTask(t, task))
				if err := l.Save(dir, &results.Manifest{Recipe: json.RawMessage("{}")},
					&results.Result{Task: task}); err != nil {
					t.Fatal(err)
				}
				if *vectorsOut != "" {
					leaveTexts(t, dir, poolings)
					return
				}
				for _, p := range poolings {
					compareVectors(t, dir, p, want[name+"-"+string(p)])
				}
			})
		}
	}
}

// leaveTexts writes what transformers is asked beside a checkpoint.
func leaveTexts(t *testing.T, dir string, poolings []predictors.Pooling) {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"sha256": filesSum(t, dir), "poolings": poolings,
		"texts": vectorTexts, "max_length": vectorLength})
	if err == nil {
		err = os.WriteFile(dir+".json", raw, 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// compareVectors holds vectors to transformers', together, alone and normalized.
func compareVectors(t *testing.T, dir string, pooling predictors.Pooling, want vectored) {
	t.Helper()
	if sum := filesSum(t, dir); want.SHA256 != sum {
		t.Fatalf("the checkpoint is not the one that transformers was asked about (%s): make testdata/vectors.jsonl again", sum)
	}
	m, err := OpenEmbedding(dir, pooling, false, vectorLength)
	if err != nil {
		t.Fatal(err)
	}
	got := embed(t, m, vectorTexts)
	unit, err := OpenEmbedding(dir, pooling, true, vectorLength)
	if err != nil {
		t.Fatal(err)
	}
	normal := embed(t, unit, vectorTexts)
	for i, v := range got {
		var some []float64
		for k := 0; k < len(v.Values); k += 8 {
			some = append(some, float64(v.Values[k]))
		}
		golden.Near(t, string(pooling), some, want.Vectors[i], golden.Tolerance{Abs: 2e-5, Rel: 1e-5})
		if v.Truncated != (i == 2) {
			t.Errorf("text %d: truncated %t", i, v.Truncated)
		}
		if alone := embed(t, m, vectorTexts[i:i+1]); !slices.Equal(alone[0].Values, v.Values) {
			t.Errorf("text %d has another vector alone than among others", i)
		}
		squares := 0.0
		for _, x := range normal[i].Values {
			squares += float64(x) * float64(x)
		}
		golden.Near(t, "length", []float64{squares}, []float64{1}, golden.Within(1e-5))
	}
}

func embed(t *testing.T, m *predictors.Embedder, texts []string) []predictors.Vector {
	t.Helper()
	e, err := m.Encode(len(texts), func(i int) predictors.Input { return predictors.Input{Text: texts[i]} })
	if err != nil {
		t.Fatal(err)
	}
	v, err := m.Embed(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
