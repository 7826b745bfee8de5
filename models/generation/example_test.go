package generation_test

import (
	"context"
	"fmt"
	"log"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/generation"
	"github.com/lmkor/bench/models/hf"
)

// load opens a checkpoint with its own head.
func load(dir string) *models.Model {
	c, err := hf.ReadConfig(dir)
	if err != nil {
		log.Fatal(err)
	}
	head, err := models.HeadOf(&c.Config)
	if err != nil {
		log.Fatal(err)
	}
	w, err := hf.OpenWeights(dir)
	if err != nil {
		log.Fatal(err)
	}
	defer w.Close()
	m, _, err := models.Open(c.Config, head, w, false, 0)
	if err != nil {
		log.Fatal(err)
	}
	return m
}

func ExampleGenerate() {
	o := generation.Defaults()
	o.MaxLength, o.Beams, o.NoRepeatNgram = 12, 3, 2
	text, err := generation.Generate(context.Background(), load("../testdata/models/gpt2-lm"), []int32{53, 79, 21}, o)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(text.IDs), text.IDs[:3])
	// Output: 12 [53 79 21]
}

func ExampleFillMask() {
	guesses, err := generation.FillMask(load("../testdata/models/bert-mlm"), []int32{2, 53, 4, 3}, nil, []int32{2}, 3)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(guesses), len(guesses[0]), guesses[0][0].Prob > guesses[0][1].Prob)
	// Output: 1 3 true
}

func ExampleDistribution() {
	o := generation.Defaults()
	o.MaxLength, o.TopK = 4, 5
	next, err := generation.Distribution(load("../testdata/models/gpt2-lm"), []int32{53, 79, 21}, o)
	if err != nil {
		log.Fatal(err)
	}
	var sum float64
	for _, p := range next {
		sum += p.Prob
	}
	fmt.Printf("%d tokens, %.3f\n", len(next), sum)
	// Output: 5 tokens, 1.000
}
