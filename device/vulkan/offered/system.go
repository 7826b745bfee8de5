package offered

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// system is what is asked of a machine that has no GPU to compute on: whether it has one all
// the same. Drivers keep silent about devices that they may not open.
type system struct {
	linux bool
	glob  func(pattern string) []string
	open  func(name string) error
}

// here is this machine.
var here = system{
	linux: runtime.GOOS == "linux",
	glob: func(pattern string) []string {
		found, _ := filepath.Glob(pattern) // of a pattern that is right there is no error
		return found
	},
	open: func(name string) error {
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err == nil {
			err = f.Close()
		}
		return err
	},
}

const (
	install = "install a GPU driver with Vulkan and the loader (Debian: libvulkan1; in NVIDIA's containers also libxext6 libegl1)"
	start   = "start containers with --gpus all -e NVIDIA_DRIVER_CAPABILITIES=compute,utility,graphics"
)

// advice says what keeps the program from a GPU, by the files through which Linux's drivers
// reach one, and what to do.
func (s system) advice() string {
	if !s.linux {
		return install
	}
	render, nvidia := s.glob("/dev/dri/renderD*"), s.glob("/dev/nvidia[0-9]*")
	for _, name := range append(render, nvidia...) {
		if errors.Is(s.open(name), fs.ErrPermission) {
			return "there is a GPU, and no permission to open " + name + ": join the group that 'ls -l' shows of it (such as " +
				"sudo usermod -aG render $USER, and log in anew)"
		}
	}
	switch {
	case len(nvidia) > 0:
		return "there is an NVIDIA card (" + nvidia[0] + "), and no Vulkan driver for it: " + s.elsewhere() + install + ", and " + start
	case len(render) > 0:
		return "there is a GPU (" + render[0] + "), and no Vulkan driver for it: " + s.elsewhere() + install +
			" (AMD's and Intel's: mesa-vulkan-drivers)"
	case len(s.glob("/dev/dxg")) > 0:
		return "WSL shows its GPU (/dev/dxg) to a Vulkan driver over Direct3D alone (Mesa's dzn), which few systems have"
	}
	return "this machine or container shows no GPU (no /dev/dri/renderD*, no /dev/nvidia*): " + install + ", and " + start
}

// elsewhere names a driver's manifest that lies where no loader looks, as some clusters
// mount them.
func (s system) elsewhere() string {
	for _, pattern := range []string{"/usr/local/nvidia/vulkan/icd.d/*.json", "/usr/local/nvidia/share/vulkan/icd.d/*.json"} {
		if found := s.glob(pattern); len(found) > 0 {
			all := strings.Join(found, ":")
			return "its manifest is " + found[0] + ", where loaders don't look: export VK_DRIVER_FILES=" + all + " VK_ICD_FILENAMES=" +
				all + "; otherwise "
		}
	}
	return ""
}
