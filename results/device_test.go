package results

import (
	"encoding/json"
	"testing"
)

// A run on the processor is what it was before there was a field for it; on a GPU it
// is another, whichever number the GPU has: the kernels name it.
func TestDeviceInTheIdentity(t *testing.T) {
	hash := func(kernels, recipe string) string {
		id, err := NewIdentity(kernels, "m", "t", "k", nil, json.RawMessage(recipe))
		if err != nil {
			t.Fatal(err)
		}
		return id.Hash()
	}
	const gpu = "vulkan: a card, its driver 1, shaders 0123456789ab"
	if hash("avx2", `{"seed":1,"device":"cpu"}`) != hash("avx2", `{"seed":1}`) {
		t.Error("the field's name alone changes the identity of a run on the processor")
	}
	first := hash(gpu, `{"seed":1,"device":"vulkan:0"}`)
	if first != hash(gpu, `{"seed":1,"device":"vulkan:1"}`) {
		t.Error("two cards of one kind give two identities")
	}
	other := "vulkan: a card, its driver 2, shaders 0123456789ab"
	if first == hash(gpu, `{"seed":1}`) || first == hash(other, `{"seed":1,"device":"vulkan:0"}`) {
		t.Error("device or driver make no difference")
	}
}
