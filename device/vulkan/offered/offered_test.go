package offered

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/lmkor/bench/internal/vulkan"
)

// bare is a Linux without a GPU.
var bare = of(nil)

// of is a Linux with these files, each with what opening it gives.
func of(files map[string]error) system {
	return system{linux: true,
		glob: func(pattern string) (found []string) {
			for name := range files {
				if ok, _ := filepath.Match(pattern, name); ok {
					found = append(found, name)
				}
			}
			return found
		},
		open: func(name string) error { return files[name] }}
}

// What keeps a program from a GPU is told apart.
func TestAdvice(t *testing.T) {
	denied := &fs.PathError{Op: "open", Path: "/dev/dri/renderD128", Err: syscall.EACCES}
	for _, c := range []struct {
		name  string
		on    system
		wants []string
	}{
		{"none", bare, []string{"shows no GPU", "libvulkan1", "--gpus all"}},
		{"permission", of(map[string]error{"/dev/dri/renderD128": denied}),
			[]string{"no permission to open /dev/dri/renderD128", "render"}},
		{"NVIDIA without graphics", of(map[string]error{"/dev/nvidia0": nil}),
			[]string{"an NVIDIA card (/dev/nvidia0)", "compute,utility,graphics"}},
		{"a manifest elsewhere", of(map[string]error{"/dev/nvidia0": nil, "/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json": nil}),
			[]string{"export VK_DRIVER_FILES=/usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json VK_ICD_FILENAMES=",
				"; otherwise install"}},
		{"AMD", of(map[string]error{"/dev/dri/renderD128": nil}),
			[]string{"there is a GPU (/dev/dri/renderD128)", "mesa-vulkan-drivers"}},
		{"WSL", of(map[string]error{"/dev/dxg": nil}), []string{"/dev/dxg"}},
		{"macOS", system{}, []string{"install a GPU driver"}},
	} {
		for _, want := range c.wants {
			if got := c.on.advice(); !strings.Contains(got, want) {
				t.Errorf("%s: %s lacks %q", c.name, got, want)
			}
		}
	}
}

func TestPick(t *testing.T) {
	all := []Info{{Index: 0, Name: "soft", Kind: "CPU", CPU: true},
		{Index: 1, Name: "old", Kind: "discrete GPU", Lacks: "old lacks timelineSemaphore"},
		{Index: 2, Name: "small", Kind: "integrated GPU"}, {Index: 3, Name: "large", Kind: "discrete GPU"}}
	for _, c := range []struct {
		setting string
		devices int
		want    int
		wrong   string
	}{
		{"auto", 4, 3, ""}, {"auto", 3, 2, ""}, {"auto", 2, 0, "no GPU that computes: found vulkan:0, soft (CPU); vulkan:1, old"},
		{"auto", 2, 0, "old (discrete GPU), but old lacks timelineSemaphore: a newer driver may have what it lacks"},
		{"auto", 1, 0, "NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics"},
		{"auto", 0, 0, "NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics"},
		{"vulkan:0", 4, 0, ""}, {"vulkan:1", 4, 0, "old lacks timelineSemaphore: a newer driver"},
		{"vulkan:4", 4, 0, "device vulkan:4: found vulkan:0"},
		{"vulkan:-1", 4, 0, "want cpu, auto or vulkan:N"}, {"cuda", 4, 0, `device "cuda": want`},
	} {
		got, err := pick(c.setting, all[:c.devices], bare)
		switch {
		case c.wrong != "":
			if err == nil || !strings.Contains(err.Error(), c.wrong) {
				t.Errorf("%s of %d: %v, want %s", c.setting, c.devices, err, c.wrong)
			}
		case err != nil || got.Index != c.want:
			t.Errorf("%s of %d: %d, %v, want %d", c.setting, c.devices, got.Index, err, c.want)
		}
	}
}

func TestNoVulkanSaysWhatToDo(t *testing.T) {
	err := Advised(&vulkan.NotFound{Names: []string{"libvulkan.so.1"}, Err: errors.New("no such file")})
	for _, want := range []string{"libvulkan.so.1", "no such file", ": "} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v lacks %s", err, want)
		}
	}
}

// A layer over another API adds parts of products up by a launch of their own.
func TestStages(t *testing.T) {
	for extension, stages := range map[string]int{"VK_KHR_portability_subset": 2, "VK_KHR_cooperative_matrix": 1} {
		if n := Of(0, &vulkan.Physical{Extensions: []string{"VK_KHR_16bit_storage", extension}}).Stages(); n != stages {
			t.Errorf("%s: %d launches, want %d", extension, n, stages)
		}
	}
}
