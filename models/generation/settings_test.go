package generation_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models/generation"
)

// settingsOf reads a generation_config.json, or a config.json, of that content.
func settingsOf(t *testing.T, name string, raw []byte) (*generation.Settings, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, name), raw, 0o644); err != nil {
		t.Fatal(err)
	}
	return generation.ReadSettings(dir)
}

// TestSettingsEqualTransformers generates with the settings of files, random ones
// of every kind, as scripts/golden/generation.py does.
func TestSettingsEqualTransformers(t *testing.T) {
	type reference struct {
		InputIDs []int32 `json:"input_ids"`
		Settings json.RawMessage
		IDs      []int32
		Score    *float64
		Probs    [][2]float64
	}
	for _, root := range []string{"../testdata", os.Getenv("BENCH_GOLDEN")} {
		files, err := filepath.Glob(filepath.Join(root, "settings", "*.jsonl"))
		if err != nil || root == "../testdata" && len(files) < 2 {
			t.Fatal(files, err)
		}
		for _, file := range files {
			m := open(t, filepath.Join("../testdata/models", strings.TrimSuffix(filepath.Base(file), ".jsonl")))
			for i, r := range golden.Lines[reference](t, file) {
				s, err := settingsOf(t, "generation_config.json", r.Settings)
				if err != nil {
					t.Fatal(err)
				}
				o, read := generation.Defaults(), len(r.InputIDs)
				if _, err := s.Fill(&o, nil); err != nil {
					t.Fatal(err)
				}
				if o.Start, o.End = int32(m.Config.DecoderStartTokenID), s.EOSTokenID; m.Config.Decoder != nil {
					read = 1
				}
				switch {
				case s.MaxNewTokens != nil:
					o.MaxLength = read + *s.MaxNewTokens
				case *s.MaxLength == generation.DefaultMaxLength:
					o.MaxLength += read
				}
				name := fmt.Sprintf("%s: case %d, %s", file, i, r.Settings)
				if r.Probs != nil {
					got, err := generation.Distribution(m, r.InputIDs, o)
					if err != nil || len(got) != len(r.Probs) {
						t.Errorf("%s: %d tokens, want %d; %v", name, len(got), len(r.Probs), err)
						continue
					}
					for k, p := range got {
						if p.ID != int32(r.Probs[k][0]) {
							t.Errorf("%s: token %d is %v, want %v", name, k, p, r.Probs[k])
						}
						golden.NearNumber(t, name, p.Prob, r.Probs[k][1], golden.Within(1e-5))
					}
					continue
				}
				got, err := generation.Generate(context.Background(), m, r.InputIDs, o)
				if err != nil || !slices.Equal(got.IDs, r.IDs) {
					t.Errorf("%s: %v, want %v; %v", name, got.IDs, r.IDs, err)
					continue
				}
				if r.Score != nil {
					golden.NearNumber(t, name, got.Score, *r.Score, golden.Tolerance{Abs: 1e-4, Rel: 1e-5})
				}
			}
		}
	}
}

// TestSettingsInConfig reads those that old versions put there.
func TestSettingsInConfig(t *testing.T) {
	type legacy struct{ Config, Settings json.RawMessage }
	for _, c := range golden.JSON[[]legacy](t, "../testdata/settings/legacy.json") {
		got, err := settingsOf(t, "config.json", c.Config)
		if err != nil {
			t.Fatal(err)
		}
		want, err := settingsOf(t, "generation_config.json", c.Settings)
		if err != nil {
			t.Fatal(err)
		}
		a, b := generation.Defaults(), generation.Defaults()
		if _, err := got.Fill(&a, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := want.Fill(&b, nil); err != nil {
			t.Fatal(err)
		}
		if a.End, b.End = got.EOSTokenID, want.EOSTokenID; fmt.Sprintf("%+v", a) != fmt.Sprintf("%+v", b) {
			t.Errorf("%s:\n%+v, want\n%+v", c.Config, a, b)
		}
	}
}

func TestSettingsAreRefusedByName(t *testing.T) {
	for _, c := range []struct{ settings, want string }{
		{`{"stop_strings": ["."]}`, "stop_strings"},
		{`{"num_beam_groups": 2}`, "num_beam_groups"},
		{`{"num_return_sequences": 3}`, "num_return_sequences: 3"},
		{`{"guidance_scale": 1.5}`, "guidance_scale"},
		{`{"num_beams": "4"}`, "num_beams"},
		{`{"exponential_decay_length_penalty": [1]}`, "exponential_decay_length_penalty: want two numbers"},
		{`{"do_sample": true, "num_beams": 4}`, "num_beams: beams of a checkpoint that draws"},
		{`[]`, "generation_config.json"},
	} {
		s, err := settingsOf(t, "generation_config.json", []byte(c.settings))
		if err == nil {
			o := generation.Defaults()
			_, err = s.Fill(&o, nil)
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.settings, err, c.want)
		}
	}
	s, err := settingsOf(t, "generation_config.json", []byte(`{"guidance_scale": null, "num_beam_groups": 1, "do_sample": true, "pad_token_id": 0}`))
	o := generation.Defaults()
	if _, err2 := s.Fill(&o, nil); err != nil || err2 != nil || o.TopK != 50 {
		t.Errorf("%+v, %v, %v; want top_k 50, which is the reference's own", o, err, err2)
	}
	o = generation.Defaults()
	if given, err := s.Fill(&o, map[string]bool{"do_sample": true, "top_k": true}); err != nil || o.Sample || o.TopK != 0 || !given["top_k"] {
		t.Errorf("%+v, %v, %v; want what the caller gave", o, given, err)
	}
}
