package vulkan

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unsafe"
)

// Library is Vulkan's loader, or a driver opened without one.
type Library struct {
	Path   string
	Driver bool // it is a driver, and there are no layers

	getProc fn
}

// NotFound is the error of Open where there is neither a loader nor a driver.
type NotFound struct {
	Names   []string // of libraries that were looked for
	Drivers []string // and of drivers, from their manifests
	Err     error    // of the first
}

func (e *NotFound) Error() string {
	s := "no Vulkan loader"
	if len(e.Names) > 0 {
		s += ": looked for " + strings.Join(e.Names, ", ")
	}
	if len(e.Drivers) > 0 {
		s += "; nor can a driver be opened: " + strings.Join(e.Drivers, ", ")
	}
	return fmt.Sprintf("%s (%v)", s, e.Err)
}

// Unwrap returns the first failure.
func (e *NotFound) Unwrap() error { return e.Err }

// NoDriver is the error of a loader that finds no driver.
type NoDriver struct {
	Loader    string
	Manifests []string // that were there, or that the environment names
	Err       error
}

func (e *NoDriver) Error() string {
	where := "there is no manifest of one in " + strings.Join(manifestFolders, ", ")
	switch {
	case runtime.GOOS == "windows":
		where = "the drivers' manifests are in the registry"
	case len(e.Manifests) > 0:
		where = "the drivers' manifests are " + strings.Join(e.Manifests, ", ")
	}
	return fmt.Sprintf("the Vulkan loader %s finds no driver (%v): %s", e.Loader, e.Err, where)
}

// Unwrap returns the loader's failure.
func (e *NoDriver) Unwrap() error { return e.Err }

// loaderVariable set to none has the driver opened without the loader.
const loaderVariable = "BENCH_VULKAN_LOADER"

// Open opens the loader or, without one, the first driver that can be opened of
// those that manifests name. Libraries stay open until the program ends.
func Open() (*Library, error) {
	names := loaders()
	if len(names) == 0 {
		return nil, ErrUnsupported
	}
	var first error
	if os.Getenv(loaderVariable) == "none" {
		names, first = nil, errors.New(loaderVariable+"=none")
	}
	for _, name := range names {
		l, err := open(name, false)
		if err == nil {
			return l, nil
		}
		if first == nil {
			first = err
		}
	}
	drivers := manifests()
	for _, d := range drivers {
		if l, err := open(d, true); err == nil {
			return l, nil
		}
	}
	return nil, &NotFound{Names: names, Drivers: drivers, Err: first}
}

// open opens one library. A driver is told first which interface to it is spoken:
// version 5, in which it has vkGetInstanceProcAddr under another name alone.
func open(name string, driver bool) (*Library, error) {
	h, err := openLibrary(name)
	if err != nil {
		return nil, err
	}
	entry := "vkGetInstanceProcAddr"
	if driver {
		entry = "vk_icdGetInstanceProcAddr"
		if f, err := symbol(h, "vk_icdNegotiateLoaderICDInterfaceVersion"); err == nil {
			version := uint32(5)
			if err := fn(f).check("vk_icdNegotiateLoaderICDInterfaceVersion", uintptr(unsafe.Pointer(&version))); err != nil {
				return nil, err
			}
		}
	}
	f, err := symbol(h, entry)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	l := &Library{Path: name, Driver: driver, getProc: fn(f)}
	if l.proc(0, "vkCreateInstance") == 0 {
		return nil, errors.New(name + " has no vkCreateInstance")
	}
	return l, nil
}

// proc returns the address of a function, 0 if there is none. Instance 0 has those
// that need none.
func (l *Library) proc(instance uintptr, name string) fn {
	return fn(l.getProc.void(instance, uintptr(unsafe.Pointer(cstring(name)))))
}

// manifests returns the drivers' libraries that the system's manifests name, or
// those that the environment has in their place.
func manifests() (libraries []string) {
	for _, f := range manifestFiles() {
		raw, err := os.ReadFile(f)
		if err != nil {
			continue
		}
		var m struct {
			ICD struct {
				Library string `json:"library_path"`
			}
		}
		if json.Unmarshal(raw, &m) != nil || m.ICD.Library == "" {
			continue
		}
		library := m.ICD.Library
		if strings.ContainsRune(library, '/') && !filepath.IsAbs(library) {
			library = filepath.Join(filepath.Dir(f), library)
		}
		libraries = append(libraries, library)
	}
	return libraries
}

// manifestFolders are where drivers leave their manifests, below vulkan/icd.d.
var manifestFolders = []string{"/etc", "/usr/share", "/usr/local/etc", "/usr/local/share", "/opt/homebrew/etc",
	"/opt/homebrew/share"}

// manifestFiles returns the manifests that the environment names, or those of the system.
func manifestFiles() (files []string) {
	for _, name := range []string{"VK_DRIVER_FILES", "VK_ICD_FILENAMES"} {
		if v := os.Getenv(name); v != "" {
			return filepath.SplitList(v)
		}
	}
	for _, folder := range manifestFolders {
		found, _ := filepath.Glob(filepath.Join(folder, "vulkan", "icd.d", "*.json"))
		files = append(files, found...)
	}
	return files
}
