package baseline

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

func TestMajority(t *testing.T) {
	for _, c := range []struct {
		labels []int
		want   int
	}{{[]int{2}, 2}, {[]int{0, 1, 1, 2}, 1}, {[]int{2, 0, 2, 0}, 0}} {
		if got := Majority(c.labels); got != c.want {
			t.Errorf("Majority(%v) = %d, want %d", c.labels, got, c.want)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("no labels: want a panic")
		}
	}()
	Majority(nil)
}

// sides has the label in one word of each side; opposites in whether the sides
// agree, which no sum of words can tell.
func sides(n int) (texts []Text, labels, opposites []int) {
	for i := range n {
		a, b := i%2, i/2%2
		texts = append(texts, Text{[]string{"좋다 a", "나쁘다 a"}[a], []string{"좋다 b", "나쁘다 b"}[b]})
		labels = append(labels, 2*a+b)
		opposites = append(opposites, a^b)
	}
	return texts, labels, opposites
}

func accuracy(texts []Text, labels []int) float64 {
	c := Classify(texts, labels, Options{})
	right := 0
	for i, x := range texts {
		if c.Predict(x) == labels[i] {
			right++
		}
	}
	return float64(right) / float64(len(texts))
}

func TestClassifyKnowsTheSidesOfWords(t *testing.T) {
	texts, labels, opposites := sides(80)
	if got := accuracy(texts, labels); got != 1 {
		t.Errorf("accuracy %v where words decide, want 1", got)
	}
	if got := accuracy(texts, opposites); got > 0.8 {
		t.Errorf("accuracy %v where agreement decides, want no more than 0.75", got)
	}
}

func TestRegressAddsUpWords(t *testing.T) {
	var texts []Text
	var scores []float64
	for i := range 64 {
		x := Text{A: []string{"하나", "둘"}[i%2], B: []string{"셋", "넷"}[i/2%2]}
		texts = append(texts, x)
		scores = append(scores, 1+2*float64(i%2)-float64(i/2%2))
	}
	r := Regress(texts, scores, Options{Passes: 300})
	for i, x := range texts {
		if got := r.Predict(x); !golden.Within(0.02).Near(got, scores[i]) {
			t.Errorf("%v: %v, want %v", x, got, scores[i])
		}
	}
}

func TestSameInputSameModel(t *testing.T) {
	texts, labels, _ := sides(40)
	a, b := Classify(texts, labels, Options{}), Classify(texts, labels, Options{})
	if !reflect.DeepEqual(a, b) {
		t.Error("two fits of the same texts differ")
	}
}

func TestUnknownWordsLeaveTheBias(t *testing.T) {
	texts, _, _ := sides(40)
	labels := make([]int, 40)
	for i := range labels {
		labels[i] = min(1, i%4)
	}
	if got := Classify(texts, labels, Options{}).Predict(Text{A: "처음"}); got != 1 {
		t.Errorf("a text of new words is %d, want 1", got)
	}
}

func ExampleClassify() {
	texts := []Text{{A: "정말 재미있다"}, {A: "정말 지루하다"}, {A: "참 재미있다"}, {A: "참 지루하다"}}
	c := Classify(texts, []int{1, 0, 1, 0}, Options{})
	fmt.Println(c.Predict(Text{A: "아주 재미있다"}), c.Predict(Text{A: "아주 지루하다"}))
	// Output: 1 0
}

func ExampleRegress() {
	r := Regress([]Text{{A: "가"}, {A: "나"}}, []float64{1, 3}, Options{Passes: 500})
	fmt.Printf("%.1f %.1f\n", r.Predict(Text{A: "가"}), r.Predict(Text{A: "나"}))
	// Output: 1.0 3.0
}
