package tasks

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestOutputs(t *testing.T) {
	for _, c := range []struct {
		name, task, labels string // by blanks
		given              map[string]string
		want               string // the outputs by label of the task, or a part of the error
	}{
		{"own", "nsmc", "0 1", nil, "[0 1]"},
		{"numbered", "kornli", "LABEL_0 LABEL_1 LABEL_2", nil, "[0 1 2] numbered"},
		{"turned", "hate-speech", "hate offensive none", nil, "[2 1 0]"},
		{"letter case", "hate-speech", "None Hate Offensive", nil, "[0 2 1]"},
		{"capitals", "kornli", "ENTAILMENT NEUTRAL CONTRADICTION", nil, "[2 0 1]"},
		{"names for numbers", "nsmc", "positive Negative", nil, "[1 0]"},
		{"Korean names", "nsmc", "부정 긍정", nil, "[0 1]"},
		{"numbers turned", "nsmc", "LABEL_1 LABEL_0", nil, "[1 0]"},
		{"an underline", "paws", "not_paraphrase paraphrase", nil, "[0 1]"},
		{"the same is 0 for question pairs", "question-pair", "not_duplicate duplicate", nil, "[1 0]"},
		{"given", "nsmc", "bad good", map[string]string{"good": "1", "bad": "0"}, "[0 1]"},
		{"given in part", "hate-speech", "none clean hate", map[string]string{"clean": "offensive"}, "[0 1 2]"},
		{"given for numbers", "kornli", "LABEL_0 LABEL_1 LABEL_2",
			map[string]string{"LABEL_0": "entailment", "LABEL_1": "neutral", "LABEL_2": "contradiction"}, "[2 0 1]"},
		{"given against the name", "nsmc", "0 1", map[string]string{"0": "1", "1": "0"}, "[1 0]"},
		{"a regression", "korsts", "LABEL_0", nil, "[0]"},
		{"a regression of another name", "korsts", "similarity", nil, "[0]"},

		{"a regression of two", "korsts", "0 1", nil, "a regression has one output"},
		{"unknown", "nsmc", "cat 1", nil, `id2label "cat", "1": want the labels of nsmc, "0", "1": --labels cat=0, one for each, says which is which`},
		{"numbers in part", "kornli", "LABEL_0 neutral LABEL_2", nil, "--labels LABEL_0=contradiction"},
		{"too many", "nsmc", "0 1 2", nil, "3 outputs, 2 labels"},
		{"twice", "nsmc", "negative 0", nil, `both "negative" and "0" are "0"`},
		{"given for none", "nsmc", "0 1", map[string]string{"2": "1"}, `--labels 2=1: no output is called "2"`},
		{"given no label", "nsmc", "0 1", map[string]string{"0": "x"}, `--labels 0=x: "x" is not one of the labels`},
		{"given in part, numbers left", "nsmc", "LABEL_0 LABEL_1", map[string]string{"LABEL_0": "1"}, `both "LABEL_0" and "LABEL_1" are "1"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			task, err := Find(c.task)
			if err != nil {
				t.Fatal(err)
			}
			o, err := task.Outputs(strings.Fields(c.labels), c.given)
			got := fmt.Sprint(o.Of)
			if o.Numbered {
				got += " numbered"
			}
			if err != nil {
				if e := (*OutputsError)(nil); !errors.As(err, &e) {
					t.Errorf("%T, want *OutputsError", err)
				}
				got = err.Error()
			}
			if got != c.want && (err == nil || !strings.Contains(got, c.want)) {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// TestOutputsOfTags: tags as CoNLL writes them, in another order.
func TestOutputsOfTags(t *testing.T) {
	ner, err := Find("naver-ner")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, l := range slices.Backward(ner.Labels) {
		if name, kind, ok := strings.Cut(l, "-"); ok {
			l = kind + "-" + name
		}
		names = append(names, l)
	}
	o, err := ner.Outputs(names, nil)
	if err != nil || o.Of[0] != len(names)-1 || o.Of[1] != len(names)-2 || o.InOrder() {
		t.Errorf("%v, %v", o.Of, err)
	}
}

// TestSpellingsAreLabels: every spelling stands for a label of its task, and for
// one only.
func TestSpellingsAreLabels(t *testing.T) {
	for i := range All {
		task := &All[i]
		seen := map[string]bool{}
		for _, s := range task.Spellings {
			if task.LabelIndex(s.Label) < 0 {
				t.Errorf("%s: %q is no label", task.Name, s.Label)
			}
			for _, n := range s.Names {
				if seen[n] || task.labelOf(n) != s.Label || plainLabel(task.Kind, n) != n {
					t.Errorf("%s: %q stands for %q", task.Name, n, task.labelOf(n))
				}
				seen[n] = true
			}
		}
	}
}
