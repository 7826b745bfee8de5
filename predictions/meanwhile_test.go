package predictions

import (
	"context"
	"errors"
	"testing"
	"time"
)

// A text that comes while those before it are computed is answered, too, though no
// further one comes.
func TestATextThatComesMeanwhileIsAnswered(t *testing.T) {
	computing, answered := make(chan bool), make(chan bool)
	texts := func(yield func(Text, error) bool) {
		if !yield(Text{Text: "재미있는 영화"}, nil) {
			return
		}
		<-computing
		if !yield(Text{Text: "재미없는 영화"}, nil) {
			return
		}
		select {
		case <-answered:
		case <-time.After(2 * time.Minute):
			yield(Text{}, errors.New("no answer before the next text"))
		}
	}
	n := 0
	for part, err := range gather(context.Background(), texts) {
		if err != nil {
			t.Fatalf("behind %d texts: %v", n, err)
		}
		if n += len(part); n == 1 {
			close(computing)
			time.Sleep(100 * time.Millisecond)
		} else {
			close(answered)
		}
	}
	if n != 2 {
		t.Errorf("%d texts, want 2", n)
	}
}
