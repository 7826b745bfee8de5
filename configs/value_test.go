package configs

import (
	"encoding/json"
	"reflect"
	"testing"
)

// A recipe is read back from a manifest or a plan as it was written.
func TestRecipeJSONRoundTrip(t *testing.T) {
	for _, set := range [][]string{nil, {"freeze=embeddings", "class_weights=balanced"}, {"freeze=2", "class_weights=[1, 0.5]", "dropout=0.2"}} {
		r, err := FindRecipe("default", "")
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range set {
			if err := r.Set(s); err != nil {
				t.Fatal(err)
			}
		}
		b, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var back Recipe
		if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, r) {
			t.Errorf("%v: %s became %+v, %v", set, b, back, err)
		}
	}
}
