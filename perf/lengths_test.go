package perf

import (
	"strings"
	"testing"

	"github.com/lmkor/bench/datasets/samples"
	"github.com/lmkor/bench/internal/smallmodel"
	"github.com/lmkor/bench/tasks"
	"github.com/lmkor/bench/tokenizers"
)

func TestPairsAreAsLongAsPairs(t *testing.T) {
	tok := smallmodel.Vocabulary(t)
	var rows []tasks.Example
	for line := range strings.Lines(samples.Text()) {
		if rows = append(rows, tasks.Example{Text: strings.TrimSpace(line), Label: len(rows) % 2}); len(rows) == 400 {
			break
		}
	}
	short, total := 0, 0
	for i, e := range Pairs(rows, tok) {
		n := len(tok.Encode(e.Text, e.Pair, e.HasPair, tokenizers.Options{MaxLength: 128}).IDs)
		if n < 30 || n > 128 {
			t.Errorf("example %d has %d tokens, want 30 to 128", i, n)
		}
		if e.Label != rows[i].Label {
			t.Errorf("example %d has label %d, want %d", i, e.Label, rows[i].Label)
		}
		if total += n; n <= 60 {
			short++
		}
	}
	if short < 140 || short > 280 {
		t.Errorf("%d of %d are short, want about half", short, len(rows))
	}
	if mean := total / len(rows); mean < 55 || mean > 90 {
		t.Errorf("%d tokens on average, want 55 to 90", mean)
	}
}
