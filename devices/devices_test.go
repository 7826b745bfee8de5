package devices

import (
	"strings"
	"testing"

	"github.com/lmkor/bench/kernels"
)

func TestValid(t *testing.T) {
	for setting, want := range map[string]bool{"cpu": true, "auto": true, "vulkan": true, "vulkan:0": true, "vulkan:12": true,
		"": false, "gpu": false, "vulkan:": false, "vulkan:-1": false, "vulkan:x": false, "cuda:0": false, "vulkan0": false} {
		if Valid(setting) != want {
			t.Errorf("%q: want %v", setting, want)
		}
	}
}

// Without a driver auto is the processor, and says so; what is asked for by name is
// an error.
func TestWithoutADriver(t *testing.T) {
	for _, name := range []string{"VK_DRIVER_FILES", "VK_ICD_FILENAMES"} {
		t.Setenv(name, "/none.json")
	}
	name, note, err := Resolve(Auto)
	if name != CPU || err != nil || !strings.Contains(note, "device auto: the processor computes: ") {
		t.Errorf("auto: %q, %q, %v", name, note, err)
	}
	for _, setting := range []string{Vulkan, "vulkan:0"} {
		if name, _, err := Resolve(setting); err == nil {
			t.Errorf("%s: %q, want an error", setting, name)
		}
		if d, err := Open(t.Context(), setting, 0); err == nil {
			d.Close()
			t.Errorf("%s was opened", setting)
		}
	}
	d, err := Open(t.Context(), Auto, 0)
	if err != nil || d.GPU != nil {
		t.Fatalf("auto: %v", err)
	}
	f, err := Describe(CPU)
	if err != nil || f.Kernels != kernels.Name() || f.Name != CPU {
		t.Errorf("cpu: %+v, %v", f, err)
	}
}
