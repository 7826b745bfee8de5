package models

import (
	"fmt"
	"slices"
	"testing"

	"github.com/lmkor/bench/internal/golden"
)

func TestFunnelAcceptsTheLengthsOfTheReference(t *testing.T) {
	type shape struct {
		Blocks        int    `json:"blocks"`
		SeparateCls   bool   `json:"separate_cls"`
		TruncateSeq   bool   `json:"truncate_seq"`
		AttentionType string `json:"attention_type"`
		Works         string `json:"works"` // of the lengths 1, 2, …, '1' or '0'
	}
	for _, s := range golden.Lines[shape](t, "testdata/funnel-lengths.jsonl") {
		c := Config{BlockSizes: make([]int, s.Blocks), SeparateCls: s.SeparateCls, TruncateSeq: s.TruncateSeq, AttentionType: s.AttentionType}
		f := c.funnelShape()
		for i, want := range s.Works {
			if got := f.works(i + 1); got != (want == '1') {
				t.Errorf("%+v: length %d works: %v", s, i+1, got)
			}
		}
	}
}

// TestFunnelNeedsLittlePadding holds what the plan leaves out of the padding
// to what it is for: no row that a token's result depends on changes.
func TestFunnelNeedsLittlePadding(t *testing.T) {
	for i := range 32 {
		f := funnelShape{blocks: 1 + i%4, separate: i&4 > 0, truncate: i&12 == 12, shifted: i&16 > 0}
		for n := 2; n <= 40; n++ {
			for _, cls := range []bool{false, true} {
				full := f.padded(n, 48)
				rows := f.needed(n, full, cls)
				if want := n + 4<<(f.blocks-1); rows > want && rows != full || rows < n {
					t.Errorf("%+v: %d tokens take %d rows, want %d at most", f, n, rows, want)
				}
				in := &Batch{}
				in.Append(make([]int32, n), nil)
				in.PadTo = 48
				p := f.plan(in, 0, cls)
				if got := len(p.ids); got != rows {
					t.Errorf("%+v: the plan has %d rows, want %d", f, got, rows)
				}
			}
		}
	}
}

func ExampleBatch() {
	var b Batch
	b.Append([]int32{2, 10, 11, 3}, []int32{0, 0, 0, 0})
	b.Append([]int32{2, 12, 3}, []int32{0, 0, 0})
	fmt.Println(b.Sequences(), b.Tokens(), b.Len(1), b.positions(nil))
	// Output: 2 7 3 [0 1 2 3 0 1 2]
}

func TestPositionsFromPad(t *testing.T) {
	var b Batch
	b.Append([]int32{5, 1, 6}, nil)
	b.Append([]int32{1}, nil)
	if got := b.positionsFromPad(1, nil); !slices.Equal(got, []int32{2, 1, 3, 1}) {
		t.Errorf("positions %v", got)
	}
}

func TestLastsSkipPadding(t *testing.T) {
	var b Batch
	b.Append([]int32{5, 0, 6, 0}, nil)
	b.Append([]int32{0, 0}, nil)
	if got := b.lasts(0); !slices.Equal(got, []int32{2, 4}) {
		t.Errorf("last tokens %v", got)
	}
	if got := b.lasts(-1); !slices.Equal(got, []int32{3, 5}) {
		t.Errorf("last tokens %v with no padding token", got)
	}
}
