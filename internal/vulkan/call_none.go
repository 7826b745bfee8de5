//go:build (!linux && !darwin && !windows) || (!amd64 && !arm64) || static

package vulkan

func call(uintptr, ...uintptr) uintptr { panic(ErrUnsupported) }

func callback(func(severity, kinds uint32, data *vkDebugUtilsMessengerCallbackDataEXT, user uintptr) uintptr) uintptr {
	panic(ErrUnsupported)
}

func loaders() []string { return nil }

func openLibrary(string) (uintptr, error) { return 0, ErrUnsupported }

func symbol(uintptr, string) (uintptr, error) { return 0, ErrUnsupported }
