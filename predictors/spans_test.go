package predictors_test

import (
	"reflect"
	"testing"

	"github.com/lmkor/bench/predictors"
)

func TestWordsKnowTheirPlace(t *testing.T) {
	for _, c := range []struct {
		text string
		want []predictors.Word
	}{
		{"", nil},
		{" \t\u3000", nil},
		{"이순신 장군", []predictors.Word{{"이순신", 0, 3}, {"장군", 4, 6}}},
		{"\u3000 가\u00a0나 ", []predictors.Word{{"가", 2, 3}, {"나", 4, 5}}},
		{"👩‍🔬 \u1112\u1161\u11ab", []predictors.Word{{"👩‍🔬", 0, 3}, {"\u1112\u1161\u11ab", 4, 7}}}, // joined emoji, decomposed Hangul
		{"a\xffb c", []predictors.Word{{"a\xffb", 0, 3}, {"c", 4, 5}}},
	} {
		got := predictors.Words(c.text)
		if !reflect.DeepEqual(got, c.want) {
			t.Errorf("%q: %v, want %v", c.text, got, c.want)
		}
		runes := []rune(c.text)
		for _, w := range got {
			if w.Text != string(runes[w.Start:w.End]) && w.Text != "a\xffb" {
				t.Errorf("%q: %v is not what stands there", c.text, w)
			}
		}
	}
}

func TestSpansMergeTags(t *testing.T) {
	labels := []string{"O", "PER-B", "PER-I", "LOC-B", "LOC-I"}
	text := "이순신  장군이 한산도 앞바다 에서 이겼다"
	words := predictors.Words(text)
	a := predictors.Answer{Tags: []int{1, 2, 4, 3, 4, 0}, TagProbs: []float64{0.5, 1, 0.25, 0.75, 0.25}, Kept: 5}
	got := predictors.Spans(text, words, a, labels)
	want := []predictors.Span{
		{"PER", 0, 8, "이순신  장군이", 0.75},
		{"LOC", 9, 12, "한산도", 0.25}, // an I behind another type begins an entity
		{"LOC", 13, 19, "앞바다 에서", 0.5},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	if in := predictors.WordsInput(words); len(in.Words) != 6 || in.Words[2] != "한산도" {
		t.Errorf("%v", in)
	}
}
