package vulkan

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"
)

// Instance is a program's connection to the loader and its drivers.
type Instance struct {
	library   *Library
	handle    uintptr
	f         instanceFunctions
	messenger uint64
}

// instanceFunctions are filled by the names of their fields.
type instanceFunctions struct {
	DestroyInstance, EnumeratePhysicalDevices, GetPhysicalDeviceProperties2, GetPhysicalDeviceFeatures2,
	GetPhysicalDeviceMemoryProperties, GetPhysicalDeviceMemoryProperties2,
	GetPhysicalDeviceQueueFamilyProperties, EnumerateDeviceExtensionProperties,
	CreateDevice, GetDeviceProcAddr fn
}

// fill looks up a function for each field of the struct that to points to.
func fill(to any, find func(name string) fn) error {
	v := reflect.ValueOf(to).Elem()
	for i := range v.NumField() {
		name := "vk" + v.Type().Field(i).Name
		f := find(name)
		if f == 0 {
			return fmt.Errorf("the driver has no %s", name)
		}
		v.Field(i).SetUint(uint64(f))
	}
	return nil
}

// NewInstance makes an instance of Vulkan 1.2. Where say is not nil it is called,
// on any thread, with each warning and error of the layers that the environment
// turns on.
func (l *Library) NewInstance(say func(message string)) (*Instance, error) {
	in := &Instance{library: l}
	app := &vkApplicationInfo{SType: structureTypeApplicationInfo, PApplicationName: cstring("bench"),
		ApiVersion: uint32(MakeVersion(1, 2))}
	info := &vkInstanceCreateInfo{SType: structureTypeInstanceCreateInfo, PApplicationInfo: app}
	has := l.extensions()
	var extensions []string
	if slices.Contains(has, "VK_KHR_portability_enumeration") { // drivers over Metal hide without it
		extensions = append(extensions, "VK_KHR_portability_enumeration")
		info.Flags = instanceCreateEnumeratePortabilityBitKhr
	}
	listen := say != nil && (slices.Contains(has, "VK_EXT_debug_utils") || Validated())
	if listen {
		extensions = append(extensions, "VK_EXT_debug_utils")
	}
	info.EnabledExtensionCount, info.PpEnabledExtensionNames = uint32(len(extensions)), cstrings(extensions)
	err := l.proc(0, "vkCreateInstance").check("vkCreateInstance", uintptr(unsafe.Pointer(info)), 0,
		uintptr(unsafe.Pointer(&in.handle)))
	if errors.Is(err, incompatibleDriver) && !l.Driver {
		return nil, &NoDriver{Loader: l.Path, Manifests: manifestFiles(), Err: err}
	}
	if err != nil {
		return nil, err
	}
	if err := fill(&in.f, func(name string) fn { return l.proc(in.handle, name) }); err != nil {
		return nil, err
	}
	if listen {
		err = in.listen(say)
	}
	return in, err
}

// Validated tells whether the environment turns a validation layer on.
func Validated() bool { return strings.Contains(os.Getenv("VK_INSTANCE_LAYERS"), "validation") }

// extensions returns the names of those that instances may have.
func (l *Library) extensions() []string {
	enumerate := l.proc(0, "vkEnumerateInstanceExtensionProperties")
	if enumerate == 0 {
		return nil
	}
	return names(func(n *uint32, first *vkExtensionProperties) error {
		return enumerate.check("vkEnumerateInstanceExtensionProperties", 0, uintptr(unsafe.Pointer(n)),
			uintptr(unsafe.Pointer(first)))
	})
}

// names calls an enumerating function twice, as Vulkan wants it.
func names(list func(n *uint32, first *vkExtensionProperties) error) (all []string) {
	n := new(uint32)
	if list(n, nil) != nil || *n == 0 {
		return nil
	}
	found := make([]vkExtensionProperties, *n)
	if list(n, &found[0]) != nil {
		return nil
	}
	for i := range found[:*n] {
		all = append(all, text(found[i].ExtensionName[:]))
	}
	return all
}

// heard is the one callback of the process: C functions made of Go's are never
// freed. It hands messages to whoever listens.
var heard struct {
	sync.Mutex
	function uintptr
	say      map[uintptr]func(string) // by the number that the messenger was given
	next     uintptr
}

// listen has a messenger call say.
func (in *Instance) listen(say func(string)) error {
	create := in.library.proc(in.handle, "vkCreateDebugUtilsMessengerEXT")
	if create == 0 {
		return nil
	}
	heard.Lock()
	if heard.function == 0 {
		heard.function = callback(hear)
		heard.say = map[uintptr]func(string){}
	}
	heard.next++
	number := heard.next
	heard.say[number] = say
	heard.Unlock()
	info := &vkDebugUtilsMessengerCreateInfoEXT{SType: structureTypeDebugUtilsMessengerCreateInfoExt,
		MessageSeverity: debugUtilsMessageSeverityWarningBitExt | debugUtilsMessageSeverityErrorBitExt,
		MessageType: debugUtilsMessageTypeGeneralBitExt | debugUtilsMessageTypeValidationBitExt |
			debugUtilsMessageTypePerformanceBitExt,
		PfnUserCallback: heard.function}
	*(*uintptr)(unsafe.Pointer(&info.PUserData)) = number // a number, and not a pointer
	return create.check("vkCreateDebugUtilsMessengerEXT", in.handle, uintptr(unsafe.Pointer(info)), 0,
		uintptr(unsafe.Pointer(&in.messenger)))
}

// hear is the messenger's callback; 0 lets the call go on.
func hear(_, _ uint32, data *vkDebugUtilsMessengerCallbackDataEXT, user uintptr) uintptr {
	heard.Lock()
	say := heard.say[user]
	heard.Unlock()
	if say != nil {
		say(textAt(data.PMessageIdName) + ": " + textAt(data.PMessage))
	}
	return 0
}

// kept tells that an instance has been left to the program's end.
var kept atomic.Bool

// Close destroys the instance, whose devices are closed. The process's first is kept: with
// the last instance the loader closes the driver, and of NVIDIA's 580.159 the loader found
// none any more when the fifth training of a process opened it anew.
func (in *Instance) Close() {
	if in.messenger != 0 {
		in.library.proc(in.handle, "vkDestroyDebugUtilsMessengerEXT").void(in.handle, uintptr(in.messenger), 0)
	}
	if in.library.Driver || !kept.CompareAndSwap(false, true) {
		in.f.DestroyInstance.void(in.handle, 0)
	}
}
