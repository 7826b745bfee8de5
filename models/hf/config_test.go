package hf

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models"
)

type configCase struct {
	Config json.RawMessage            `json:"config"`
	Want   map[string]json.RawMessage `json:"want"`
	Labels []string                   `json:"labels"`
}

// compareConfig holds every field of a config to the value that transformers
// has for it: none where its class has no such field.
func compareConfig(t *testing.T, at string, got models.Config, want map[string]json.RawMessage) {
	t.Helper()
	v := reflect.ValueOf(got)
	for _, f := range reflect.VisibleFields(v.Type()) {
		name := f.Tag.Get("json")
		if name == "-" || f.Anonymous {
			continue
		}
		field := v.FieldByIndex(f.Index)
		if name == "encoder" || name == "decoder" {
			part := field.Interface().(*models.Config)
			if (part != nil) != (want[name] != nil) {
				t.Errorf("%s%s: %v, want %s", at, name, part, want[name])
			} else if part != nil {
				var nested map[string]json.RawMessage
				if err := json.Unmarshal(want[name], &nested); err != nil {
					t.Fatal(err)
				}
				compareConfig(t, name+".", *part, nested)
			}
			continue
		}
		b := compactJSON(field.Interface())
		w := string(want[name])
		switch {
		case w == "null" && strings.HasSuffix(name, "_token_id"):
			w = "-1"
		case w == "" || w == "null":
			if field.IsZero() {
				continue
			}
		}
		if w == "" && string(b) == "-1" {
			continue
		}
		var x, y any
		if err := json.Unmarshal(b, &x); err != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal([]byte(w), &y); err != nil || !reflect.DeepEqual(x, y) {
			t.Errorf("%s%s: %s, want %q", at, name, b, w)
		}
	}
}

func TestConfigsEqualTransformers(t *testing.T) {
	for i, c := range golden.JSON[[]configCase](t, "testdata/configs.json") {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			got, err := ParseConfig(c.Config)
			if err != nil {
				t.Fatal(err)
			}
			compareConfig(t, "", got.Config, c.Want)
			if !slices.Equal(got.Labels, c.Labels) {
				t.Errorf("labels %q, want %q", got.Labels, c.Labels)
			}
		})
	}
}

func TestConfigFaults(t *testing.T) {
	for _, c := range []struct{ config, want string }{
		{``, "unexpected end"},
		{`[]`, "want a JSON object"},
		{`{"model_type":"bert"`, "unexpected end"},
		{`{}`, "model_type: there is none"},
		{`{"model_type":3}`, "model_type: json: cannot unmarshal number"},
		{`{"model_type":"bert","model_type":"bert"}`, `"model_type" occurs twice`},
		{`{"model_type":"bert","hidden_size":"768"}`, "hidden_size: got string, want int"},
		{`{"model_type":"bert","hidden_size":76.8}`, "hidden_size: got number 76.8, want int"},
		{`{"model_type":"bert","architectures":"BertModel"}`, "architectures: json: cannot unmarshal string"},
		{`{"model_type":"bert","hidden_dropout_prob":1.5}`, "hidden_dropout_prob: 1.5: want a rate from 0 to below 1"},
		{`{"model_type":"bert","classifier_dropout":-1}`, "classifier_dropout: -1: want a rate"},
		{`{"model_type":"bert","problem_type":"guess"}`, `problem_type: "guess": want regression`},
		{`{"model_type":"bert","id2label":{"0":"a","-2":"b"}}`, `id2label: "-2": want ids from 0 on, each once`},
		{`{"model_type":"bert","id2label":{"0":"a","00":"b"}}`, "want ids from 0 on, each once"},
		{`{"model_type":"bert","id2label":{"x":"a"}}`, `id2label: "x": want ids from 0 on`},
		{`{"model_type":"bert","pruned_heads":{"0": [1]}}`, `pruned_heads: {"0":[1]}: want {}`},
		{`{"model_type":"bert","quantization_config":{"bits":8}}`, `quantization_config: {"bits":8}: want null`},
		{`{"model_type":"bert","num_labels":-1}`, "num_labels: -1: want 0 to"},
		{`{"model_type":"bert","num_labels":1000000000000}`, "num_labels: 1000000000000: want 0 to"},
		{`{"model_type":"bert","encoder":{}}`, "encoder: only an encoder-decoder has one, not bert"},
		{`{"model_type":"encoder-decoder","encoder":{"model_type":"bert"}}`, "an encoder-decoder without encoder or decoder"},
		{`{"model_type":"encoder-decoder","encoder":{"model_type":"bert"},"decoder":{"model_type":"bert","is_decoder":false}}`, "decoder: is_decoder: false: want true"},
		{`{"model_type":"encoder-decoder","encoder":{"model_type":"bert"},"decoder":{"model_type":"encoder-decoder"}}`, "decoder: an encoder-decoder within another"},
		{`{"model_type":"encoder-decoder","encoder":{"model_type":"bert","hidden_size":[]},"decoder":{}}`, "encoder: hidden_size: got array, want int"},
	} {
		_, err := ParseConfig([]byte(c.config))
		if e := (*Error)(nil); !errors.As(err, &e) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want %q", c.config, err, c.want)
		}
	}
}

func TestConfigOfOldFiles(t *testing.T) {
	for class, want := range map[string]string{"BertForMaskedLM": "bert", "XLMRobertaModel": "xlm-roberta", "GPT2LMHeadModel": "gpt2"} {
		c, err := ParseConfig([]byte(`{"architectures":["` + class + `"]}`))
		if err != nil || c.ModelType != want {
			t.Errorf("%s: model type %q, %v; want %s", class, c.ModelType, err, want)
		}
	}
	c, err := ParseConfig([]byte(`{"model_type":"t5","d_model":8}`))
	if err != nil || c.ModelType != "t5" || c.DModel != 8 {
		t.Errorf("an unknown type: %v, %v", c, err)
	}
	for _, text := range []string{`{"model_type":"bert","torch_dtype":"float16"}`, `{"model_type":"bert","dtype":"torch.float16"}`} {
		if c, err := ParseConfig([]byte(text)); err != nil || c.DType != "float16" {
			t.Errorf("%s: dtype %q, %v", text, c.DType, err)
		}
	}
}

func TestWriteConfigKeepsWhatItDoesNotKnow(t *testing.T) {
	c, err := ParseConfig([]byte(`{"zeta":[1,2.50],"model_type":"electra","layer_norm_eps":1e-12,"torch_dtype":"float16",
		"architectures":["ElectraForPreTraining"],"num_labels":2,"a":{"<b>":null}}`))
	if err != nil {
		t.Fatal(err)
	}
	labels := []string{"none", "공격", "hate", "3", "4", "5", "6", "7", "8", "9", "10"}
	c.SetTask(models.Head{Kind: models.SequenceHead, Labels: len(labels)}, labels)
	dir := t.TempDir()
	if err := WriteConfig(dir, c); err != nil {
		t.Fatal(err)
	}
	raw, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		t.Fatal(err)
	}
	golden.File(t, "written-config.json", raw)
	again, err := ReadConfig(dir)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(c.Config, again.Config) || again.DType != "float32" {
		t.Errorf("read back %+v, want %+v", again.Config, c.Config)
	}
}

// TestLabelsWithGaps counts the outputs as transformers does: by the entries.
func TestLabelsWithGaps(t *testing.T) {
	c, err := ParseConfig([]byte(`{"model_type":"bert","pruned_heads":{},"id2label":{"0":"a","3":"d","2":"c"}}`))
	if want := []string{"a", "LABEL_1", "c"}; err != nil || !slices.Equal(c.Labels, want) {
		t.Errorf("%q, %v; want %q", c.Labels, err, want)
	}
}

func TestSetTaskNamesTheClass(t *testing.T) {
	for _, c := range []struct {
		modelType string
		head      models.HeadKind
		want      string
	}{
		{"bert", models.TokenHead, "BertForTokenClassification"},
		{"xlm-roberta", models.SequenceHead, "XLMRobertaForSequenceClassification"},
		{"electra", models.DiscriminatorHead, "ElectraForPreTraining"},
		{"gpt2", models.CausalLMHead, "GPT2LMHeadModel"},
		{"albert", models.MaskedLMHead, "AlbertForMaskedLM"},
		{"bert", models.CausalLMHead, "BertLMHeadModel"},
	} {
		got, err := ParseConfig([]byte(`{"model_type":"` + c.modelType + `"}`))
		if err != nil {
			t.Fatal(err)
		}
		got.SetTask(models.Head{Kind: c.head, Labels: 1}, []string{"LABEL_0"})
		if got.Architectures[0] != c.want {
			t.Errorf("%s: %s, want %s", c.modelType, got.Architectures[0], c.want)
		}
		if want := c.head == models.SequenceHead; (got.ProblemType == "regression") != want {
			t.Errorf("%s: problem type %q", c.want, got.ProblemType)
		}
	}
}

func TestGivenConfigs(t *testing.T) {
	root := os.Getenv("BENCH_GOLDEN")
	if root == "" {
		t.Skip("BENCH_GOLDEN does not name a directory of reference models")
	}
	dirs, _ := filepath.Glob(filepath.Join(root, "models", "*"))
	for _, dir := range dirs {
		c, err := ReadConfig(dir)
		if err != nil {
			t.Errorf("%s: %v", dir, err)
			continue
		}
		if _, err := models.HeadOf(&c.Config); err != nil {
			t.Errorf("%s: %v", dir, err)
		}
		raw, err := os.ReadFile(filepath.Join(dir, "config.json"))
		if err != nil {
			t.Fatal(err)
		}
		out := t.TempDir()
		if err := WriteConfig(out, c); err != nil {
			t.Fatal(err)
		}
		if got, _ := os.ReadFile(filepath.Join(out, "config.json")); string(got) != string(raw) {
			t.Errorf("%s: an unchanged config is written differently: %s", dir, got)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add([]byte(`{"model_type":"bert","id2label":{"0":"a"}}`))
	f.Add([]byte(`{"model_type":"encoder-decoder","encoder":{"model_type":"bert"},"decoder":{"model_type":"bert"}}`))
	f.Add([]byte(`{"model_type":"funnel","hidden_size":8,"block_sizes":[1,2],"block_repeats":null}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := ParseConfig(raw)
		if err != nil {
			return
		}
		b, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseConfig(b)
		if err != nil {
			t.Fatalf("written back as %s: %v", b, err)
		}
		if !reflect.DeepEqual(c.Config, again.Config) {
			t.Errorf("written back %+v, want %+v", again.Config, c.Config)
		}
	})
}
