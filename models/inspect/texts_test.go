package inspect

import (
	"strings"
	"testing"

	"golang.org/x/text/unicode/norm"

	"github.com/lmkor/bench/internal/smallmodel"
	"github.com/lmkor/bench/results"
	"github.com/lmkor/bench/tasks"
)

// TestAnswers: a model that answers all alike is told of, unless gold is alike too.
func TestAnswers(t *testing.T) {
	label, number := results.Label, results.Number
	tags := func(names ...string) results.Answer { return results.Tags(names) }
	pair := func(gold, pred results.Answer) results.Prediction { return results.Prediction{Gold: gold, Pred: pred} }
	for _, c := range []struct {
		name  string
		preds []results.Prediction
		want  string // of the message; empty: no warning
	}{
		{"nothing", nil, ""},
		{"one example", []results.Prediction{pair(label("0"), label("1"))}, ""},
		{"two classes", []results.Prediction{pair(label("0"), label("1")), pair(label("1"), label("0"))}, ""},
		{"one class", []results.Prediction{pair(label("0"), label("1")), pair(label("1"), label("1"))}, "test: the model answers 1 to all 2 examples"},
		{"one class in gold too", []results.Prediction{pair(label("1"), label("1")), pair(label("1"), label("1"))}, ""},
		{"numbers", []results.Prediction{pair(number(1), number(2)), pair(number(3), number(2.01))}, ""},
		{"one number", []results.Prediction{pair(number(1), number(2)), pair(number(3), number(2.0004))}, "the model answers 2.000 to all 2 examples"},
		{"entities", []results.Prediction{pair(tags("O", "PER-B"), tags("O", "O")), pair(tags("O"), tags("LOC-B"))}, ""},
		{"no entity", []results.Prediction{pair(tags("O", "PER-B"), tags("O", "O")), pair(tags("O"), tags("O"))}, "every word of all 2 sentences is tagged O"},
		{"no entity in gold either", []results.Prediction{pair(tags("O", "O"), tags("O", "O")), pair(tags("O"), tags("O"))}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			all := Answers("test", c.preds)
			if (len(all) > 0) != (c.want != "") || len(all) > 0 && (all[0].Code != OneAnswer || !strings.Contains(all[0].Message, c.want)) {
				t.Errorf("%v, want %q", all, c.want)
			}
		})
	}
}

// TestTexts: what a vocabulary can't read, whatever the examples are made of.
func TestTexts(t *testing.T) {
	tok := smallmodel.Vocabulary(t)
	const text = "영화가 정말 재미있어요"
	apart := norm.NFD.String(text)
	for _, c := range []struct {
		name     string
		examples []tasks.Example
		want     string // codes
	}{
		{"none", nil, ""},
		{"known", []tasks.Example{{Text: text}}, ""},
		{"unknown", []tasks.Example{{Text: "漢字 ばかり の 文章"}}, UnknownTokens},
		{"decomposed", []tasks.Example{{Text: text}, {Text: apart}}, DecomposedHangul + " " + UnknownTokens},
		{"decomposed on one side", []tasks.Example{{Text: text, Pair: apart, HasPair: true}}, DecomposedHangul + " " + UnknownTokens},
		{"decomposed words", []tasks.Example{{Words: strings.Fields(apart)}}, DecomposedHangul + " " + UnknownTokens},
	} {
		var codes []string
		for _, w := range Texts(tok, &tasks.Set{Split: "train", Examples: c.examples}) {
			codes = append(codes, w.Code)
			if !strings.HasPrefix(w.Message, "train: ") {
				t.Errorf("%s: %q", c.name, w.Message)
			}
		}
		if got := strings.Join(codes, " "); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
