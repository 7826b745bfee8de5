package predictions_test

import (
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/internal/smallmodel"
	"github.com/lmkor/bench/predictions"
	"github.com/lmkor/bench/tasks"
)

// What a model can't be expected to answer well is counted and said.
func TestOddities(t *testing.T) {
	tok := smallmodel.Vocabulary(t)
	f := smallmodel.BERT()
	f["architectures"] = []string{"BertForSequenceClassification"}
	a, err := checkpoints.OpenAnswering(smallmodel.New(t, f, tok).Write(t, tok), nil)
	if err != nil {
		t.Fatal(err)
	}
	pair := func(text, second string) predictions.Line { return predictions.Line{Text: text, TextPair: &second} }
	alone := func(text string) predictions.Line { return predictions.Line{Text: text} }
	for _, c := range []struct {
		name  string
		task  string // that the model was trained on
		lines []predictions.Line
		want  []string // parts of the warnings
	}{
		{"nothing odd", "", []predictions.Line{alone("재미있다"), alone("")}, nil},
		{"pairs alone", "", []predictions.Line{pair("가", "나")}, nil},
		{"one of pairs is alone", "", []predictions.Line{pair("가", "나"), alone("가")}, []string{"1 of 2 texts are alone"}},
		{"a model of pairs", "paws", []predictions.Line{alone("가"), alone("나")}, []string{"2 of 2 texts are alone"}},
		{"a model of single texts", "nsmc", []predictions.Line{alone("가"), pair("가", "나")}, []string{"1 of 2 texts are pairs"}},
		{"half a pair", "paws", []predictions.Line{pair("", "나"), pair("가", ""), pair("가", "나")}, []string{"2 of 3 pairs have an empty"}},
		{"letters", "", []predictions.Line{alone(norm.NFD.String("이 영화 정말 재미있다")), alone("재미있다")},
			[]string{"1 of 2 texts have Hangul taken apart"}},
		{"tabs", "nsmc", []predictions.Line{alone("가\t나"), alone("가")}, []string{"1 of 2 texts have tabs"}},
		{"cut", "", []predictions.Line{{Text: "가", Truncated: true}}, []string{"1 of 1 texts were longer than"}},
	} {
		a.Task = nil
		if c.task != "" {
			task, err := tasks.Find(c.task)
			if err != nil {
				t.Fatal(err)
			}
			d := task.Definition()
			a.Task = &d
		}
		v, err := checkpoints.Vote([]*checkpoints.Answering{a})
		if err != nil {
			t.Fatal(err)
		}
		o := predictions.NewOddities(v, true)
		for _, l := range c.lines {
			o.Hear(l)
		}
		got := o.Warnings()
		if !slices.EqualFunc(got, c.want, strings.HasPrefix) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
