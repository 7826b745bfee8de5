package packed

import (
	"fmt"
	"slices"
	"testing"
)

func ExampleBatch() {
	var b Batch
	b.Append([]int32{2, 10, 11, 3}, []int32{0, 0, 0, 0})
	b.Append([]int32{2, 12, 3}, []int32{0, 0, 0})
	fmt.Println(b.Sequences(), b.Tokens(), b.Len(1), b.Positions(nil))
	// Output: 2 7 3 [0 1 2 3 0 1 2]
}

func TestPositionsFromPad(t *testing.T) {
	var b Batch
	b.Append([]int32{5, 1, 6}, nil)
	b.Append([]int32{1}, nil)
	if got := b.PositionsFromPad(1, nil); !slices.Equal(got, []int32{2, 1, 3, 1}) {
		t.Errorf("positions %v", got)
	}
}

func TestLastsSkipPadding(t *testing.T) {
	var b Batch
	b.Append([]int32{5, 0, 6, 0}, nil)
	b.Append([]int32{0, 0}, nil)
	if got := b.Lasts(0); !slices.Equal(got, []int32{2, 4}) {
		t.Errorf("last tokens %v", got)
	}
	if got := b.Lasts(-1); !slices.Equal(got, []int32{3, 5}) {
		t.Errorf("last tokens %v with no padding token", got)
	}
}
