package models_test

import (
	"fmt"
	"log"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/hf"
	"github.com/lmkor/bench/ops"
)

func ExampleOpen() {
	const dir = "testdata/models/bert-classify"
	config, err := hf.ReadConfig(dir)
	if err != nil {
		log.Fatal(err)
	}
	head, err := models.HeadOf(&config.Config)
	if err != nil {
		log.Fatal(err)
	}
	weights, err := hf.OpenWeights(dir)
	if err != nil {
		log.Fatal(err)
	}
	defer weights.Close()
	m, rep, err := models.Open(config.Config, head, weights, false, 42)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(m.Head.Kind, models.Count(m.Params()), "values,", len(rep.Drawn), "drawn")

	var in models.Batch
	in.Append([]int32{2, 12, 79, 3}, nil)
	in.Append([]int32{2, 55, 3}, nil)
	logits := ops.Of(m.Forward(&ops.Pass{Backend: ops.NewCPU()}, &in))
	fmt.Println(logits.Rows(), "rows of", logits.Cols())
	// Output:
	// sequence-classification 5215 values, 0 drawn
	// 2 rows of 3
}

func ExampleNew() {
	m, err := models.New(models.Config{
		ModelType: "bert", VocabSize: 100, HiddenSize: 8, NumHiddenLayers: 1, NumAttentionHeads: 2, IntermediateSize: 16,
		HiddenAct: "gelu", MaxPositionEmbeddings: 32, TypeVocabSize: 2, LayerNormEps: 1e-12, InitializerRange: 0.02,
	}, models.Head{Kind: models.TokenHead, Labels: 29}, 42)
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range m.Params()[:3] {
		fmt.Println(p.Name, p.Shape, p.Decays())
	}
	// Output:
	// bert.embeddings.word_embeddings.weight [100 8] true
	// bert.embeddings.position_embeddings.weight [32 8] true
	// bert.embeddings.token_type_embeddings.weight [2 8] true
}

func ExampleModel_NewDecoder() {
	config, err := hf.ReadConfig("testdata/models/gpt2-lm")
	if err != nil {
		log.Fatal(err)
	}
	m, err := models.New(config.Config, models.Head{Kind: models.CausalLMHead}, 42)
	if err != nil {
		log.Fatal(err)
	}
	d, err := m.NewDecoder(1, 10, nil)
	if err != nil {
		log.Fatal(err)
	}
	var prompt, next models.Batch
	prompt.Append([]int32{12, 79, 116}, nil)
	scores := d.Next(&prompt)
	fmt.Println(scores.Rows(), scores.Cols())
	d.Reorder([]int{0, 0}) // go on in two ways
	next.Append([]int32{5}, nil)
	next.Append([]int32{6}, nil)
	fmt.Println(d.Next(&next).Rows())
	// Output:
	// 1 169
	// 2
}
