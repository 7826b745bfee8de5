//go:build (linux || darwin) && (amd64 || arm64) && !static

package vulkan

import (
	"runtime"

	"github.com/ebitengine/purego"
)

// loaders returns the names that Vulkan's loader may have, the likeliest first.
func loaders() []string {
	if runtime.GOOS == "linux" {
		return []string{"libvulkan.so.1", "libvulkan.so"}
	}
	var names []string
	for _, folder := range []string{"", "/usr/local/lib/", "/opt/homebrew/lib/"} {
		for _, name := range []string{"libvulkan.dylib", "libvulkan.1.dylib", "libMoltenVK.dylib"} {
			names = append(names, folder+name)
		}
	}
	return names
}

func openLibrary(name string) (uintptr, error) {
	return purego.Dlopen(name, purego.RTLD_NOW|purego.RTLD_LOCAL)
}

func symbol(library uintptr, name string) (uintptr, error) { return purego.Dlsym(library, name) }
