package predictions_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"testing"
	"time"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/internal/smallmodel"
	"github.com/lmkor/bench/predictions"
)

func small(t *testing.T) *checkpoints.Voting {
	t.Helper()
	tok := smallmodel.Vocabulary(t)
	a, err := checkpoints.OpenAnswering(smallmodel.New(t, smallmodel.BERT(), tok).Write(t, tok), nil)
	if err != nil {
		t.Fatal(err)
	}
	v, err := checkpoints.Vote([]*checkpoints.Answering{a})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// numbered yields n different texts and then, if it is not nil, an error.
func numbered(n int, fault error) iter.Seq2[predictions.Text, error] {
	return func(yield func(predictions.Text, error) bool) {
		for i := range n {
			if !yield(predictions.Text{Text: fmt.Sprintf("%d번째 영화 %s", i, strings.Repeat("정말 ", i%17))}, nil) {
				return
			}
		}
		if fault != nil {
			yield(predictions.Text{}, fault)
		}
	}
}

// A text that a pipe brings is answered though the next one does not come yet.
func TestSlowTextsAreAnsweredAsTheyCome(t *testing.T) {
	v, answered := small(t), make(chan bool)
	texts := func(yield func(predictions.Text, error) bool) {
		for range 3 {
			if !yield(predictions.Text{Text: "재미있는 영화"}, nil) {
				return
			}
			select {
			case <-answered:
			case <-time.After(2 * time.Minute):
				yield(predictions.Text{}, errors.New("no answer before the next text"))
				return
			}
		}
	}
	n := 0
	for l, err := range predictions.Answer(context.Background(), v, texts) {
		if err != nil || l.ID != n {
			t.Fatalf("answer %d: %+v, %v", n, l, err)
		}
		n++
		answered <- true
	}
	if n != 3 {
		t.Errorf("%d answers, want 3", n)
	}
}

// Answers of several parts are those of single texts, in order, and an error comes
// behind those of the texts before it.
func TestAnswersOfSeveralParts(t *testing.T) {
	v, fault := small(t), errors.New("the file ends badly")
	const many = 2600
	n := 0
	var last error
	for l, err := range predictions.Answer(context.Background(), v, numbered(many, fault)) {
		if err != nil {
			last = err
			break
		}
		if l.ID != n {
			t.Fatalf("line %d has id %d", n, l.ID)
		}
		if n%400 == 0 {
			texts := func(yield func(predictions.Text, error) bool) { yield(predictions.Text{Text: l.Text}, nil) }
			for alone, err := range predictions.Answer(context.Background(), v, texts) {
				if err != nil || alone.Probs.Values[0] != l.Probs.Values[0] {
					t.Errorf("text %d alone: %v, %v, among others %v", n, alone.Probs, err, l.Probs)
				}
			}
		}
		n++
	}
	if n != many || !errors.Is(last, fault) {
		t.Errorf("%d answers, then %v: want %d, then the reader's error", n, last, many)
	}
}

func TestAnswersStop(t *testing.T) {
	v := small(t)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	n := 0
	var last error
	for _, err := range predictions.Answer(ctx, v, numbered(1_000_000, nil)) {
		if last = err; err == nil {
			if n++; n == 10 {
				cancel()
			}
		}
	}
	if !errors.Is(last, context.Canceled) || n > 20_000 {
		t.Errorf("%d answers of a stream that was cancelled, then %v", n, last)
	}
	for range predictions.Answer(context.Background(), v, numbered(1_000_000, nil)) {
		break // the rest is not computed
	}
}

// A table with a pair behind texts alone would lose the second text.
func TestTablesOfTextsRefusePairs(t *testing.T) {
	v := small(t)
	texts := func(yield func(predictions.Text, error) bool) {
		_ = yield(predictions.Text{Text: "가"}, nil) && yield(predictions.Text{Text: "나", Pair: new(string)}, nil)
	}
	var b strings.Builder
	w, err := predictions.NewWriter(&b, predictions.CSV, v, false)
	if err != nil {
		t.Fatal(err)
	}
	var last error
	for l, err := range predictions.Answer(context.Background(), v, texts) {
		if last = err; last == nil {
			last = w.Write(l)
		}
	}
	if last == nil || !strings.Contains(last.Error(), "text 2: a pair behind texts alone") {
		t.Errorf("a pair in a table of texts: %v", last)
	}
}
