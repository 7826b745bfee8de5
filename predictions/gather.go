package predictions

import (
	"context"
	"iter"
	"time"
)

// The most that is answered at once, so that memory is bounded however much
// there is to answer.
const (
	chunkTexts = 1024
	chunkBytes = 4 << 20
)

// gatherWait is how long texts are gathered while nothing is computed: those that
// come slowly, from a pipe, are answered as they come.
const gatherWait = 20 * time.Millisecond

// part is texts that are answered together, and the error behind them.
type part struct {
	texts []Text
	bytes int
	err   error
}

func (p *part) add(t Text) {
	p.texts = append(p.texts, t)
	if p.bytes += len(t.Text); t.Pair != nil {
		p.bytes += len(*t.Pair)
	}
}

func (p *part) join(next part) {
	p.texts, p.bytes, p.err = append(p.texts, next.texts...), p.bytes+next.bytes, next.err
}

func (p *part) full() bool {
	return len(p.texts) >= chunkTexts || p.bytes >= chunkBytes || p.err != nil
}

// gather yields texts in parts that are answered together, and reads those of the
// next part meanwhile. An error comes behind the texts before it.
func gather(ctx context.Context, texts iter.Seq2[Text, error]) iter.Seq2[[]Text, error] {
	return func(yield func([]Text, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		in := make(chan part, 1)
		go read(ctx, texts, in)
		for {
			p, more := collect(ctx, in)
			if len(p.texts) > 0 && !yield(p.texts, nil) {
				return
			}
			if p.err != nil {
				yield(nil, p.err)
				return
			}
			if !more {
				return
			}
		}
	}
}

// read puts what it has read where it can be taken at any time, though the next text
// does not come yet, and waits itself when a part is full. It ends with the texts, or
// at its next one once ctx is cancelled. out has room for one part.
func read(ctx context.Context, texts iter.Seq2[Text, error], out chan part) {
	defer close(out)
	full := false
	for t, err := range texts {
		var p part
		if !full {
			select {
			case p = <-out: // nobody has taken it yet
			default:
			}
		}
		if p.err = err; err == nil {
			p.add(t)
		}
		full = p.full()
		select {
		case out <- p:
		case <-ctx.Done():
			return
		}
		if err != nil {
			return
		}
	}
}

// collect waits for texts, and for a moment for more of them; more: others may come.
func collect(ctx context.Context, in <-chan part) (p part, more bool) {
	var late <-chan time.Time // nil: as long as it takes
	for !p.full() {
		select {
		case next, ok := <-in:
			if !ok {
				return p, false
			}
			if p.join(next); late == nil {
				late = time.After(gatherWait)
			}
		case <-late:
			return p, true
		case <-ctx.Done():
			p.err = ctx.Err()
		}
	}
	return p, true
}

// ahead yields what a sequence does that runs in a goroutine of its own, a value
// ahead, and ends when that has.
func ahead[T any](ctx context.Context, of func(ctx context.Context) iter.Seq2[T, error]) iter.Seq2[T, error] {
	type value struct {
		v   T
		err error
	}
	return func(yield func(T, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		out := make(chan value, 1)
		go func() {
			defer close(out)
			for v, err := range of(ctx) {
				select {
				case out <- value{v, err}:
				case <-ctx.Done():
					return
				}
			}
		}()
		defer func() {
			stop()
			for range out {
			}
		}()
		for x := range out {
			if !yield(x.v, x.err) {
				return
			}
		}
		if err := ctx.Err(); err != nil { // which may have come before what was to be yielded
			var none T
			yield(none, err)
		}
	}
}
