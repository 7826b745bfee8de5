package serving

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/lmkor/bench/ops"
)

// held is an operation that waits to be let go, and remembers its batches.
type held struct {
	mu      sync.Mutex
	batches [][]any
	entered chan struct{}
	gate    chan struct{}
}

func newHeld() (*held, *operation) {
	h := &held{entered: make(chan struct{}, 100), gate: make(chan struct{})}
	return h, &operation{"held", func(ctx context.Context, _ ops.Backend, inputs []any) ([]any, error) {
		h.mu.Lock()
		h.batches = append(h.batches, inputs)
		h.mu.Unlock()
		h.entered <- struct{}{}
		select {
		case <-h.gate:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		for _, in := range inputs {
			switch in {
			case "bad":
				return nil, errors.New("bad input")
			case "panic":
				panic("spoiled")
			}
		}
		return inputs, nil
	}}
}

func limits() Limits {
	l := DefaultLimits()
	l.Queue, l.BatchTokens, l.Wait = 4, 10, time.Nanosecond // it is always late
	return l
}

// What waits while the lane computes is computed together, within the tokens; what
// fails fails alone.
func TestLaneComputesTogetherWhatWaits(t *testing.T) {
	h, op := newHeld()
	n := newLane(&Model{name: "m"}, limits(), newMeters(), func() ops.Backend { return ops.NewCPU() })
	defer n.close()
	type answer struct {
		out any
		err error
	}
	answers := map[string]chan answer{}
	ask := func(in string, tokens int) {
		c := make(chan answer, 1)
		answers[in] = c
		go func() {
			out, err := n.ask(t.Context(), op, in, tokens)
			c <- answer{out, err}
		}()
	}
	ask("first", 1)
	<-h.entered
	for i, in := range []string{"a", "bad", "panic", "long"} {
		ask(in, 2+i/3*20)
		for len(n.queue) < i+1 {
			time.Sleep(time.Millisecond)
		}
	}
	if _, err := n.ask(t.Context(), op, "too many", 1); !errors.Is(err, errBusy) {
		t.Errorf("a full queue says %v", err)
	}
	close(h.gate)
	for in, c := range answers {
		got := <-c
		var p *panicError
		switch ok := got.err == nil && got.out == in; {
		case in == "bad" && (got.err == nil || got.err.Error() != "bad input"), in == "panic" && !errors.As(got.err, &p):
			t.Errorf("%s: %v", in, got.err)
		case in != "bad" && in != "panic" && !ok:
			t.Errorf("%s: %v, %v", in, got.out, got.err)
		}
	}
	want := "[[first] [a bad panic] [a] [bad] [panic] [long]]"
	if got := fmt.Sprint(h.batches); got != want {
		t.Errorf("batches %s, want %s", got, want)
	}
}

// A computation that nobody waits for any more stops, and a request that was given
// up before is not computed.
func TestLaneStopsForNobody(t *testing.T) {
	h, op := newHeld()
	n := newLane(&Model{name: "m"}, limits(), newMeters(), func() ops.Backend { return ops.NewCPU() })
	defer n.close()
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 2)
	go func() { _, err := n.ask(ctx, op, "a", 1); gone <- err }()
	<-h.entered
	go func() { _, err := n.ask(ctx, op, "b", 1); gone <- err }()
	for len(n.queue) < 1 {
		time.Sleep(time.Millisecond)
	}
	cancel()
	for range 2 {
		if err := <-gone; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	answered := make(chan any, 1)
	go func() {
		out, err := n.ask(t.Context(), op, "c", 1)
		answered <- fmt.Sprint(out, err)
	}()
	select {
	case <-h.entered: // though nobody let the first go
	case <-time.After(2 * time.Minute):
		t.Error("a computation goes on that nobody waits for")
	}
	close(h.gate)
	if got := <-answered; got != "c<nil>" && got != "c <nil>" {
		t.Error(got)
	}
	if got := fmt.Sprint(h.batches); got != "[[a] [c]]" {
		t.Errorf("batches %s", got)
	}
}
