package engines

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/lmkor/bench/plans"
)

func TestLocalRunsAllThoughOneFails(t *testing.T) {
	p, err := plans.New("1.0", "/runs", make([]plans.Cell, 3))
	if err != nil {
		t.Fatal(err)
	}
	var ran []int
	l := Local{Run: func(_ context.Context, c *plans.Cell) error {
		ran = append(ran, c.Cell)
		if c.Cell == 0 {
			return errors.New("cell 0 failed")
		}
		return nil
	}}
	if _, err := l.Submit(context.Background(), p, []int{0, 2}); err == nil || !strings.Contains(err.Error(), "cell 0 failed") {
		t.Errorf("the error is %v", err)
	}
	if !slices.Equal(ran, []int{0, 2}) {
		t.Errorf("ran %v, want 0 and 2", ran)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ran = nil
	l.Run = func(_ context.Context, c *plans.Cell) error { ran = append(ran, c.Cell); cancel(); return ctx.Err() }
	if _, err := l.Submit(ctx, p, []int{0, 1, 2}); !errors.Is(err, context.Canceled) || len(ran) != 1 {
		t.Errorf("cancelled after the first: ran %v, %v", ran, err)
	}
}

func TestNeedOf(t *testing.T) {
	for _, c := range []struct {
		memory, seconds float64
		want            Need
	}{
		{10, 1, Need{512, 10}},
		{409, 300, Need{512, 10}},
		{410, 301, Need{1024, 20}},
		{4000, 36000, Need{8192, 1280}},
	} {
		if got := NeedOf(&plans.Cell{MemoryMB: c.memory, Seconds: c.seconds}); got != c.want {
			t.Errorf("%v MB and %v s need %+v, want %+v", c.memory, c.seconds, got, c.want)
		}
	}
}
