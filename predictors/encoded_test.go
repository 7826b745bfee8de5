package predictors

import (
	"slices"
	"testing"
)

func TestVocabulary(t *testing.T) {
	e := &Encoded{ids: []int32{7, 2, 7, 0, 3}}
	if got, want := e.Vocabulary(), []int32{0, 2, 3, 7}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := new(Encoded).Vocabulary(); got != nil {
		t.Errorf("%v of nothing", got)
	}
}
