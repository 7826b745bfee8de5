package checkpoints

import (
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/tasks"
)

// TestDrawnAhead compares models that are drawn while their vocabulary is made with
// those that are drawn behind it, where the vocabulary comes out as large as asked for,
// smaller, and where a larger one may not be drawn ahead.
func TestDrawnAhead(t *testing.T) {
	task, err := tasks.Find("nsmc")
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for i := range 400 { // words that consist of each other's pieces
		texts = append(texts, strings.Repeat("재미", i%3)+"있는 영화였다"[i%4*3:]+strings.Repeat("배우", i%5)+"의 연기")
	}
	for _, c := range []struct {
		asked   int
		reached bool
	}{{30, true}, {4000, false}, {1<<17 + 1, false}} {
		s, err := Find("bert-tiny-scratch")
		if err != nil {
			t.Fatal(err)
		}
		s.Scratch.Scratch.Tokenizer.VocabSize = c.asked
		l, err := s.Load(task, 7, slices.Values(texts))
		if err != nil {
			t.Fatal(err)
		}
		if n := l.Tokenizer.VocabSize(); (n == c.asked) != c.reached || l.Config.VocabSize != n {
			t.Fatalf("a vocabulary of %d, in the config %d; %d were asked for", n, l.Config.VocabSize, c.asked)
		}
		want, err := models.New(l.Config.Config, headFor(task), 7)
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range want.Params() {
			if got := l.Model.Params()[i]; got.Name != p.Name || !slices.Equal(got.Floats(), p.Floats()) {
				t.Errorf("vocabulary of %d: %s is not %s as it would be drawn behind", c.asked, got.Name, p.Name)
			}
		}
	}
}
