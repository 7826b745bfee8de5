package tokenizers_test

import (
	"fmt"
	"log"

	"github.com/lmkor/bench/tokenizers"
)

func ExampleLoad() {
	t, err := tokenizers.Load("testdata/wordpiece")
	if err != nil {
		log.Fatal(err)
	}
	enc := t.Encode("감독이 첫 장면을 좋아합니다", "", false, tokenizers.Options{MaxLength: 8})
	fmt.Println(enc.Tokens)
	fmt.Println(enc.IDs)
	fmt.Println(enc.Offsets)
	// Output:
	// [[CLS] 감독이 첫 장면 ##을 좋아합니다 [SEP]]
	// [2 637 256 698 339 521 3]
	// [[0 0] [0 3] [4 5] [6 8] [8 9] [10 15] [0 0]]
}

func ExampleTokenizer_EncodeIDs() {
	t, err := tokenizers.Load("testdata/wordpiece")
	if err != nil {
		log.Fatal(err)
	}
	var ids tokenizers.IDs // reused from text to text
	for _, text := range []string{"감독이 좋아합니다", "커피를 나누었습니다"} {
		t.EncodeIDs(&ids, text, "주인공은", true, tokenizers.Options{MaxLength: 9})
		fmt.Println(ids.IDs, ids.TypeIDs)
	}
	// Output:
	// [2 637 521 3 646 3] [0 0 0 0 1 1]
	// [2 654 543 3 646 3] [0 0 0 0 1 1]
}

func ExampleTokenizer_EncodeTagged() {
	t, err := tokenizers.Load("testdata/wordpiece")
	if err != nil {
		log.Fatal(err)
	}
	ids, starts, _ := t.EncodeTagged([]string{"감독이", "첫", "장면을", "좋아합니다"}, 6)
	fmt.Println(ids, starts) // the last word was cut away
	// Output: [2 637 256 698 339 3] [1 2 3]
}

func ExampleTokenizer_Decode() {
	t, err := tokenizers.Load("testdata/wordpiece")
	if err != nil {
		log.Fatal(err)
	}
	enc := t.Encode("감독이 첫 장면을 좋아합니다!", "", false, tokenizers.Options{})
	fmt.Println(t.Decode(enc.IDs, true))
	// Output: 감독이 첫 장면을 좋아합니다!
}
