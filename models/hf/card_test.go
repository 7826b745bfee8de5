package hf

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

func TestCardsFrontMatterIsYAML(t *testing.T) {
	dir := t.TempDir()
	score := 84.14
	err := WriteCard(dir, Card{Model: `my "bert": 1`, Base: "kykim/bert-kor-base", Task: "nsmc", Pipeline: "text-classification", Split: "test",
		Metric: "accuracy", Score: &score, Interval: &[2]float64{83.82, 84.46}, N: 50000, Recipe: json.RawMessage(`{"epochs":1}`),
		Data: []CardData{{"train", "ratings_train.txt", "ab", 150000}}, Generator: "bench 0.1.0", Parameters: 42})
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(filepath.Join(dir, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.SplitN(string(b), "---\n", 3)
	if len(parts) != 3 || parts[0] != "" {
		t.Fatalf("no front matter:\n%s", b)
	}
	var front struct {
		Language string `yaml:"language"`
		Base     string `yaml:"base_model"`
		Index    []struct {
			Name    string `yaml:"name"`
			Results []struct {
				Metrics []struct {
					Type  string  `yaml:"type"`
					Value float64 `yaml:"value"`
				} `yaml:"metrics"`
			} `yaml:"results"`
		} `yaml:"model-index"`
	}
	if err := yaml.Unmarshal([]byte(parts[1]), &front); err != nil {
		t.Fatalf("%v:\n%s", err, parts[1])
	}
	if front.Language != "ko" || front.Base != "kykim/bert-kor-base" || front.Index[0].Name != `my "bert": 1` ||
		front.Index[0].Results[0].Metrics[0].Value != 84.14 {
		t.Errorf("%+v", front)
	}
	for _, want := range []string{"**84.14**", "83.82 to 84.46", "ratings_train.txt", `{"epochs":1}`} {
		if !strings.Contains(parts[2], want) {
			t.Errorf("the card does not show %q", want)
		}
	}
}
