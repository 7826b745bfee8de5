package runs

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lmkor/bench/results/store"
)

// waitFor is how long All waits before it looks again at cells that other
// processes hold.
const waitFor = 2 * time.Second

// All runs the cells one after the other. A cell that another process holds is
// come back to when the others are done, so that processes on one folder divide
// the work. done hears of every cell, by its index, once; a cell that fails does
// not stop the others, an interruption does.
func All(ctx context.Context, cells []Cell, events Events, done func(i int, o *Outcome, err error)) {
	var pending []int
	for i := range cells {
		pending = append(pending, i)
	}
	told := false
	for len(pending) > 0 {
		var held []int
		for _, i := range pending {
			if ctx.Err() != nil {
				done(i, nil, ErrInterrupted)
				return
			}
			if told && store.Busy(cells[i].Dir) {
				held = append(held, i)
				continue
			}
			o, portable, err := run(ctx, cells[i], events)
			if errors.Is(err, store.ErrHeld) {
				held = append(held, i)
				continue
			}
			remember(&cells[i], portable, err)
			done(i, o, err)
			if errors.Is(err, ErrInterrupted) {
				return
			}
		}
		pending = held
		if len(held) == 0 {
			return
		}
		if !told {
			events.Notice(&cells[held[0]], fmt.Sprintf("another process trains it; waiting for %s", plural(len(held), "cell")))
		}
		told = true
		select {
		case <-ctx.Done():
			done(held[0], nil, ErrInterrupted)
			return
		case <-time.After(waitFor):
		}
	}
}

func plural(n int, noun string) string {
	if n == 1 {
		return fmt.Sprintf("1 %s", noun)
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
