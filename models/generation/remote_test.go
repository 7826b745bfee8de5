package generation_test

import (
	"context"
	"reflect"
	"testing"

	"github.com/lmkor/bench/internal/remote"
	"github.com/lmkor/bench/models/generation"
	"github.com/lmkor/bench/ops"
)

// Masks are filled, and texts continued by beams, to the same bytes where the model's
// memory is out of reach.
func TestTextsNeedNoFloats(t *testing.T) {
	masked, causal := open(t, "../testdata/models/bert-mlm"), open(t, "../testdata/models/gpt2-lm")
	var all []any
	far := remote.New()
	for _, backend := range []ops.Backend{ops.NewCPU(), far} {
		masked.Place(backend)
		causal.Place(backend)
		filled, err := generation.FillMask(masked, []int32{2, 7, 4, 9, 4, 3}, nil, []int32{2, 4}, 5)
		if err != nil {
			t.Fatal(err)
		}
		o := generation.Defaults()
		o.Beams, o.MaxLength = 3, 9
		text, err := generation.Generate(context.Background(), causal, []int32{3, 1}, o)
		if err != nil {
			t.Fatal(err)
		}
		next, err := generation.Distribution(causal, []int32{3, 1}, generation.Defaults())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, []any{filled, text, next})
	}
	if !reflect.DeepEqual(all[1], all[0]) {
		t.Errorf("out of reach: %v, on the CPU %v", all[1], all[0])
	}
	if far.Calls == 0 {
		t.Error("nothing was computed out of reach")
	}
	masked.Place(ops.NewCPU())
	causal.Place(ops.NewCPU())
	if n, floats := far.Kept(); n > 0 {
		t.Errorf("%d buffers of %d floats stay behind", n, floats)
	}
}
