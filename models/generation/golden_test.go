package generation_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/devicetest"
	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/generation"
	"github.com/lmkor/bench/models/hf"
)

// open builds the model of a directory as transformers writes them.
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
	m, _, err := models.Open(c.Config, head, w, false, 1)
	if err != nil {
		t.Fatal(err)
	}
	m.Place(devicetest.Backend(t))
	return m
}

// files returns the reference files that end in suffix, with their models.
func files(t *testing.T, suffix string) map[string]*models.Model {
	found := map[string]*models.Model{}
	for _, root := range []string{"../testdata", os.Getenv("BENCH_GOLDEN")} {
		names, err := filepath.Glob(filepath.Join(root, "generation", "*.jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		for _, file := range names {
			if model, ok := strings.CutSuffix(filepath.Base(file), suffix); ok && (suffix != ".jsonl" || !strings.Contains(model, "fill-mask") && !strings.Contains(model, "next-token")) {
				found[file] = open(t, filepath.Join(root, "models", model))
			}
		}
	}
	if len(found) == 0 {
		t.Fatal("no reference files")
	}
	return found
}

type settings struct {
	MaxLength         int     `json:"max_length"`
	MinLength         int     `json:"min_length"`
	Beams             int     `json:"num_beams"`
	NoRepeatNgram     int     `json:"no_repeat_ngram_size"`
	LengthPenalty     float64 `json:"length_penalty"`
	EarlyStopping     any     `json:"early_stopping"`
	RepetitionPenalty float64 `json:"repetition_penalty"`
	Temperature       float64 `json:"temperature"`
	TopK              int     `json:"top_k"`
	TopP              float64 `json:"top_p"`
}

// options reads settings over the defaults.
func options(t *testing.T, raw json.RawMessage, m *models.Model) generation.Options {
	t.Helper()
	o := generation.Defaults()
	s := settings{MaxLength: o.MaxLength, Beams: 1, LengthPenalty: 1, RepetitionPenalty: 1, Temperature: 1, TopP: 1}
	if err := json.Unmarshal(raw, &s); err != nil {
		t.Fatal(err)
	}
	o.MaxLength, o.MinLength, o.Beams, o.NoRepeatNgram = s.MaxLength, s.MinLength, s.Beams, s.NoRepeatNgram
	o.LengthPenalty, o.RepetitionPenalty = s.LengthPenalty, s.RepetitionPenalty
	switch s.EarlyStopping {
	case true:
		o.EarlyStopping = generation.StopFull
	case "never":
		o.EarlyStopping = generation.StopNever
	}
	o.Temperature, o.TopK, o.TopP = s.Temperature, s.TopK, s.TopP
	o.Start, o.End = int32(m.Config.DecoderStartTokenID), []int32{3}
	return o
}

func TestGenerateEqualsTransformers(t *testing.T) {
	type output struct {
		Settings json.RawMessage
		IDs      []int32
		Score    *float64
	}
	type reference struct {
		InputIDs []int32 `json:"input_ids"`
		Outputs  map[string]output
	}
	for file, m := range files(t, ".jsonl") {
		for i, r := range golden.Lines[reference](t, file) {
			for name, want := range r.Outputs {
				got, err := generation.Generate(context.Background(), m, r.InputIDs, options(t, want.Settings, m))
				if err != nil {
					t.Fatalf("%s: case %d, %s: %v", file, i, name, err)
				}
				if !slices.Equal(got.IDs, want.IDs) {
					t.Errorf("%s: case %d, %s: %v, want %v", file, i, name, got.IDs, want.IDs)
				}
				if want.Score != nil && !golden.Within(1e-4).Near(got.Score, *want.Score) {
					t.Errorf("%s: case %d, %s: score %v, want %v", file, i, name, got.Score, *want.Score)
				}
			}
		}
	}
}

func TestDistributionEqualsTransformers(t *testing.T) {
	type reference struct {
		InputIDs []int32 `json:"input_ids"`
		Settings json.RawMessage
		Probs    [][2]float64
	}
	for file, m := range files(t, "-next-token.jsonl") {
		for i, r := range golden.Lines[reference](t, file) {
			o := options(t, r.Settings, m)
			o.MaxLength = len(r.InputIDs) + 1
			got, err := generation.Distribution(m, r.InputIDs, o)
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(r.Probs) {
				t.Errorf("%s: case %d: %d tokens left, want %d", file, i, len(got), len(r.Probs))
				continue
			}
			for k, p := range got {
				if p.ID != int32(r.Probs[k][0]) || !golden.Within(1e-5).Near(p.Prob, r.Probs[k][1]) {
					t.Errorf("%s: case %d: token %d is %v, want %v", file, i, k, p, r.Probs[k])
				}
			}
		}
	}
}

func TestFillMaskEqualsTransformers(t *testing.T) {
	type reference struct {
		InputIDs  []int32 `json:"input_ids"`
		Positions []int32
		Top       [][]struct {
			ID   int32
			Prob float64
		}
	}
	for file, m := range files(t, "-fill-mask.jsonl") {
		for i, r := range golden.Lines[reference](t, file) {
			got, err := generation.FillMask(m, r.InputIDs, nil, r.Positions, 5)
			if err != nil {
				t.Fatal(err)
			}
			for k, top := range r.Top {
				for n, want := range top {
					if p := got[k][n]; p.ID != want.ID || !golden.Within(1e-5).Near(p.Prob, want.Prob) {
						t.Errorf("%s: case %d, mask %d, %d: %v, want %v", file, i, k, n, p, want)
					}
				}
			}
		}
	}
}

func TestSampling(t *testing.T) {
	for file, m := range files(t, "-next-token.jsonl") {
		prompt := golden.Lines[struct {
			InputIDs []int32 `json:"input_ids"`
		}](t, file)[0].InputIDs
		o := generation.Defaults()
		o.MaxLength, o.Sample, o.Temperature = len(prompt)+8, true, 1.5
		texts := map[string]bool{}
		for seed := range uint64(6) {
			o.Seed = seed
			var both [2][]int32
			for i := range both {
				got, err := generation.Generate(context.Background(), m, prompt, o)
				if err != nil {
					t.Fatal(err)
				}
				both[i] = got.IDs
			}
			if !slices.Equal(both[0], both[1]) {
				t.Errorf("seed %d: %v and %v", seed, both[0], both[1])
			}
			texts[fmt.Sprint(both[0])] = true
		}
		if len(texts) < 2 {
			t.Error("every seed gives the same text")
		}
		o.TopK = 1
		greedy := o
		greedy.Sample = false
		a, _ := generation.Generate(context.Background(), m, prompt, o)
		b, _ := generation.Generate(context.Background(), m, prompt, greedy)
		if !slices.Equal(a.IDs, b.IDs) {
			t.Errorf("of one token to choose from, %v; greedy %v", a.IDs, b.IDs)
		}
	}
}

func TestErrors(t *testing.T) {
	var m, mlm *models.Model
	for _, x := range files(t, "-next-token.jsonl") {
		m = x
	}
	for _, x := range files(t, "-fill-mask.jsonl") {
		mlm = x
	}
	long := generation.Defaults()
	long.MaxLength = 100000
	for _, c := range []struct {
		name string
		m    *models.Model
		ids  []int32
		o    generation.Options
		want string
	}{
		{"no prompt", m, nil, generation.Defaults(), "no tokens"},
		{"too long a prompt", m, make([]int32, 20), generation.Defaults(), "max-length: 20: want more than the prompt's 20 tokens"},
		{"too long a text", m, []int32{1}, long, "room for 100000 tokens"},
		{"an id outside", m, []int32{-1}, generation.Defaults(), "token id -1"},
		{"a model that does not generate", mlm, []int32{1}, generation.Defaults(), "generates no text"},
	} {
		_, err := generation.Generate(context.Background(), c.m, c.ids, c.o)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.name, err, c.want)
		}
	}
	if _, err := generation.FillMask(m, []int32{1}, nil, []int32{0}, 1); err == nil {
		t.Error("a causal model fills masks")
	}
	stop, cancel := context.WithCancel(context.Background())
	cancel()
	for _, beams := range []int{1, 2} {
		o := generation.Defaults()
		o.Beams = beams
		if _, err := generation.Generate(stop, m, []int32{1}, o); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v after a cancellation", err)
		}
	}
}
