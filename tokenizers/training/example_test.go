package training_test

import (
	"fmt"
	"log"
	"slices"

	"github.com/lmkor/bench/tokenizers"
	"github.com/lmkor/bench/tokenizers/training"
)

func ExampleWordPiece() {
	texts := []string{"눈이 온다 눈이 온다", "비가 온다", "눈이 녹는다 비가 그친다"}
	t, err := training.WordPiece(slices.Values(texts), training.Options{Size: 40, Alphabet: 20})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(t.VocabSize(), t.Encode("비가 녹는다", "", false, tokenizers.Options{}).Tokens)
	// Output: 23 [[CLS] 비가 녹 ##는 ##다 [SEP]]
}
