package trainers

import (
	"errors"
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/ops"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

// Data is a split as the model reads it: all examples' tokens in one piece.
type Data struct {
	Task     *tasks.Task
	Examples []tasks.Example

	ids, types []int32
	offsets    []int32 // len(Examples)+1
	labels     []int32 // classify: one an example; tag: one a token, ops.Ignore but for first pieces of words
	gold       []float32
	starts     [][]int32 // tag: the first piece of every kept word, within its sequence
}

// Encode tokenizes examples as the reference recipe does: single texts and
// pairs truncated to maxLength, or words of which the first piece carries the
// tag. limit > 0 takes the first so many examples only.
func Encode(task *tasks.Task, examples []tasks.Example, tok *tokenizers.Tokenizer, maxLength int, truncation string, limit int) (*Data, error) {
	if limit > 0 && len(examples) > limit {
		examples = examples[:limit]
	}
	if len(examples) == 0 {
		return nil, fmt.Errorf("no examples")
	}
	d := &Data{Task: task, Examples: examples, offsets: []int32{0}}
	const chunk = 1024
	parts := make([]Data, (len(examples)+chunk-1)/chunk)
	inParallel(len(parts), func(i int) {
		parts[i] = Data{Task: task, Examples: examples[i*chunk : min(len(examples), (i+1)*chunk)], offsets: []int32{0}}
		parts[i].encode(tok, maxLength, truncation)
	})
	for i := range parts {
		d.join(&parts[i])
	}
	return d, nil
}

// RowError says which example a model can't read.
type RowError struct {
	Line int // of the file
	Err  error
}

func (e *RowError) Error() string { return fmt.Sprintf("line %d: %v", e.Line, e.Err) }
func (e *RowError) Unwrap() error { return e.Err }

// Check returns a *RowError about the first example that is too long for the
// model, or has tokens or token types that it has no embedding for.
func (d *Data) Check(m *models.Model) error {
	err := m.Check(&models.Batch{IDs: d.ids, TypeIDs: d.types, Offsets: d.offsets})
	var in *models.InputError
	if errors.As(err, &in) {
		return &RowError{Line: d.Examples[in.Sequence].Line, Err: err}
	}
	return err
}

// inParallel calls f on 0 to n-1, on as many goroutines as may run.
func inParallel(n int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(n, runtime.GOMAXPROCS(0)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}

func (d *Data) encode(tok *tokenizers.Tokenizer, maxLength int, truncation string) {
	opt := tokenizers.Options{MaxLength: maxLength, Truncation: truncation}
	var ids tokenizers.IDs
	for i := range d.Examples {
		e := &d.Examples[i]
		if d.Task.Kind == tasks.Tag {
			d.appendTagged(e, tok, maxLength)
			continue
		}
		tok.EncodeIDs(&ids, e.Text, e.Pair, e.HasPair, opt)
		d.ids = append(d.ids, ids.IDs...)
		d.types = append(d.types, ids.TypeIDs...)
		d.offsets = append(d.offsets, int32(len(d.ids)))
		if d.Task.Kind == tasks.Regress {
			d.gold = append(d.gold, float32(e.Score))
		} else {
			d.labels = append(d.labels, int32(e.Label))
		}
	}
}

// join appends what a later chunk has.
func (d *Data) join(c *Data) {
	base := int32(len(d.ids))
	d.ids, d.types = append(d.ids, c.ids...), append(d.types, c.types...)
	for _, o := range c.offsets[1:] {
		d.offsets = append(d.offsets, base+o)
	}
	d.labels, d.gold, d.starts = append(d.labels, c.labels...), append(d.gold, c.gold...), append(d.starts, c.starts...)
}

func (d *Data) appendTagged(e *tasks.Example, tok *tokenizers.Tokenizer, maxLength int) {
	ids, starts := tok.EncodeTagged(e.Words, maxLength)
	base := len(d.ids)
	d.ids = append(d.ids, ids...)
	d.types = append(d.types, make([]int32, len(ids))...) // all zeros, Funnel's [CLS] too
	for range ids {
		d.labels = append(d.labels, ops.Ignore)
	}
	for w, s := range starts {
		d.labels[base+int(s)] = int32(e.Tags[w])
	}
	d.starts = append(d.starts, starts)
	d.offsets = append(d.offsets, int32(len(d.ids)))
}

// Len returns the number of examples.
func (d *Data) Len() int { return len(d.Examples) }

// Tokens returns the number of tokens of all examples.
func (d *Data) Tokens() int { return len(d.ids) }

// length returns the number of tokens of example i.
func (d *Data) length(i int) int { return int(d.offsets[i+1] - d.offsets[i]) }

// batch fills b with the given examples, in that order.
func (d *Data) batch(b *models.Batch, idx []int) {
	b.Reset()
	for _, i := range idx {
		b.Append(d.ids[d.offsets[i]:d.offsets[i+1]], d.types[d.offsets[i]:d.offsets[i+1]])
	}
}

// targets returns what the loss compares the batch's logits with.
func (d *Data) targets(idx []int) (labels []int32, gold []float32) {
	for _, i := range idx {
		switch d.Task.Kind {
		case tasks.Regress:
			gold = append(gold, d.gold[i])
		case tasks.Tag:
			labels = append(labels, d.labels[d.offsets[i]:d.offsets[i+1]]...)
		default:
			labels = append(labels, d.labels[i])
		}
	}
	return labels, gold
}
