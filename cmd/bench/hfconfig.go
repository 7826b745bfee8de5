package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/lmkor/bench/models"
)

type hfConfig struct {
	models.Config
	raw map[string]any
}

func readConfig(dir string) (*hfConfig, error) {
	raw, err := os.ReadFile(filepath.Join(dir, "config.json"))
	if err != nil {
		return nil, err
	}
	return parseConfig(raw)
}

func parseConfig(raw []byte) (*hfConfig, error) {
	c := &hfConfig{Config: models.Config{HiddenAct: "gelu", LayerNormEps: 1e-12, TypeVocabSize: 2, InitializerRange: 0.02, VocabSize: 30522}}
	if err := json.Unmarshal(raw, &c.Config); err != nil {
		return nil, err
	}
	return c, json.Unmarshal(raw, &c.raw)
}

func (c *hfConfig) SetVocabSize(n int) { c.VocabSize, c.raw["vocab_size"] = n, n }

func (c *hfConfig) SetTask(h models.Head, labels []string) {
	class := "BertForSequenceClassification"
	if h.Kind == models.TokenHead {
		class = "BertForTokenClassification"
	}
	c.raw["architectures"] = []string{class}
	id, lab := map[string]string{}, map[string]int{}
	for i, l := range labels {
		id[fmt.Sprint(i)], lab[l] = l, i
	}
	c.raw["id2label"], c.raw["label2id"] = id, lab
}

func (c *hfConfig) write(dir string) error {
	b, err := json.MarshalIndent(c.raw, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "config.json"), append(b, '\n'), 0o644)
}
