package checkpoints

import (
	"testing"

	"github.com/lmkor/bench/internal/smallmodel"
)

// The threads that a user sets read the weights, too.
func TestThreadsOfAnswering(t *testing.T) {
	tok := smallmodel.Vocabulary(t)
	dir := smallmodel.New(t, smallmodel.BERT(), tok).Write(t, tok)
	for _, c := range []struct {
		set  []string
		want int
	}{{nil, 0}, {[]string{"threads=1"}, 1}, {[]string{"max_length=16", "threads=3"}, 3}} {
		a, err := OpenAnswering(dir, c.set)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Model.Config.Threads; got != c.want || a.Recipe.Threads != c.want {
			t.Errorf("set %q: weights are read by %d threads, want %d", c.set, got, c.want)
		}
	}
}
