package hf

import (
	"slices"
	"testing"

	"github.com/lmkor/bench/internal/golden"
	"github.com/lmkor/bench/models"
	"github.com/lmkor/bench/models/generation"
)

// referenceKeys are the fields of transformers' classes.
type referenceKeys struct {
	Config     map[string][]string
	Generation []string
}

// TestKeysAreKnown fails when transformers has a field of config.json or of
// generation_config.json that is neither read, nor known to change nothing, nor
// refused.
func TestKeysAreKnown(t *testing.T) {
	ref := golden.JSON[referenceKeys](t, "testdata/keys.json")
	settings := generation.Fields()
	for _, name := range ref.Generation {
		if !slices.Contains(settings, name) {
			t.Errorf("generation_config.json: %s is not known", name)
		}
	}
	for _, a := range models.Architectures() {
		keys := ref.Config[a.ModelType]
		if len(keys) == 0 {
			t.Errorf("no fields of %s to compare with", a.ModelType)
		}
		for _, name := range keys {
			if !a.Knows(name) && !slices.Contains(settings, name) {
				t.Errorf("config.json of %s: %s is not known", a.ModelType, name)
			}
		}
		old := map[string][]string{"funnel": {"max_position_embeddings", "type_vocab_size"}}[a.ModelType] // in files of 2020
		for _, name := range slices.Concat(a.Reads, a.Dropouts) {
			if !slices.Contains(keys, name) && !slices.Contains(old, name) {
				t.Errorf("%s reads %s, which is not a field of its class", a.ModelType, name)
			}
		}
	}
	if a, _ := models.ArchitectureOf("bert"); a.Knows("hiden_size") || slices.Contains(settings, "num_beam") {
		t.Error("everything is known")
	}
}
