package inspect

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
)

func TestNumbersOfAnyDepth(t *testing.T) {
	for in, want := range map[string][]float64{
		"1.5": {1.5}, "null": nil, "[]": nil, "[1, [2, [3e-1]], null, 4]": {1, 2, 0.3, 4},
	} {
		var n numbers
		if err := json.Unmarshal([]byte(in), &n); err != nil || !slices.Equal(n, want) {
			t.Errorf("%s: %v, %v", in, n, err)
		}
	}
	for _, bad := range []string{`["x"]`, `{"a":1}`, `[[true]]`} {
		if err := json.Unmarshal([]byte(bad), new(numbers)); err == nil {
			t.Errorf("%s passes", bad)
		}
	}
}

func TestCompareNumberNeverForgetsNaN(t *testing.T) {
	var v verification
	v.compareNumber(math.NaN(), 1)
	v.compareNumber(1, 1)
	if !math.IsInf(v.worst, 1) {
		t.Errorf("worst %v after NaN", v.worst)
	}
}

func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"text":"가","input_ids":[2,3],"logits":[[1,2],[3]],"positions":[0],"loss":null}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		var a answer
		_ = json.Unmarshal(line, &a)
	})
}
