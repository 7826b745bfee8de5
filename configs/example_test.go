package configs_test

import (
	"fmt"

	"github.com/lmkor/bench/configs"
)

func ExampleFindRecipe() {
	r, err := configs.FindRecipe("koelectra", "paws")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.BatchSize, r.LearningRate, r.Epochs, r.Truncation)
	// Output: 32 3e-05 15 longest_first_python
}

func ExampleRecipe_Set() {
	r, err := configs.FindRecipe("default", "nsmc")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(r.Set("epochs=5"), r.Epochs)
	fmt.Println(r.Set("epochs=3.5"))
	fmt.Println(r.Set("learningrate=1e-4"))
	// Output:
	// <nil> 5
	// epochs "3.5": want a whole number, 1 or more
	// unknown field "learningrate": did you mean "learning_rate"?
}

func ExampleFindModel() {
	m, err := configs.FindModel("bert-kor-base")
	fmt.Println(m.Hub, m.Architecture, err)
	_, err = configs.FindModel("bert-kor-bsae")
	fmt.Println(err)
	// Output:
	// kykim/bert-kor-base bert <nil>
	// no model "bert-kor-bsae": did you mean "bert-kor-base"?
}

func ExampleFindSuite() {
	s, err := configs.FindSuite("lmkor")
	if err != nil {
		fmt.Println(err)
		return
	}
	r, err := s.RecipeFor("naver-ner")
	fmt.Println(len(s.Models), r.Epochs, r.LearningRate, err)
	// Output: 7 15 3e-05 <nil>
}
