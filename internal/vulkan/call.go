//go:build (linux || darwin || windows) && (amd64 || arm64) && !static

package vulkan

import "github.com/ebitengine/purego"

// call calls the C function at f.
//
//go:uintptrescapes
func call(f uintptr, args ...uintptr) uintptr {
	r, _, _ := purego.SyscallN(f, args...)
	return r
}

// callback returns a C function that calls f. It is never freed.
func callback(f func(severity, kinds uint32, data *vkDebugUtilsMessengerCallbackDataEXT, user uintptr) uintptr) uintptr {
	return purego.NewCallback(f)
}
