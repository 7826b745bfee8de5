package pooling

import (
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models/packed"
)

func TestFunnelAcceptsTheLengthsOfTheReference(t *testing.T) {
	type shape struct {
		Blocks        int    `json:"blocks"`
		SeparateCls   bool   `json:"separate_cls"`
		TruncateSeq   bool   `json:"truncate_seq"`
		AttentionType string `json:"attention_type"`
		Works         string `json:"works"` // of the lengths 1, 2, …, '1' or '0'
	}
	for _, s := range golden.Lines[shape](t, "../testdata/funnel-lengths.jsonl") {
		f := Shape{Blocks: s.Blocks, Separate: s.SeparateCls, Truncate: s.SeparateCls && s.TruncateSeq, Shifted: s.AttentionType == "relative_shift"}
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
		f := Shape{Blocks: 1 + i%4, Separate: i&4 > 0, Truncate: i&12 == 12, Shifted: i&16 > 0}
		for n := 2; n <= 40; n++ {
			for _, cls := range []bool{false, true} {
				full := f.padded(n, 48)
				rows := f.needed(n, full, cls)
				if want := n + 4<<(f.Blocks-1); rows > want && rows != full || rows < n {
					t.Errorf("%+v: %d tokens take %d rows, want %d at most", f, n, rows, want)
				}
				in := &packed.Batch{}
				in.Append(make([]int32, n), nil)
				in.PadTo = 48
				p := f.Plan(in, 0, cls)
				if got := len(p.IDs); got != rows {
					t.Errorf("%+v: the plan has %d rows, want %d", f, got, rows)
				}
			}
		}
	}
}
