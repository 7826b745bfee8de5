package vulkan

import (
	"fmt"
	"slices"
	"unsafe"
)

// Kind is what a physical device is.
type Kind uint32

// The kinds that the program tells apart.
const (
	Integrated Kind = physicalDeviceTypeIntegratedGpu
	Discrete   Kind = physicalDeviceTypeDiscreteGpu
	Virtual    Kind = physicalDeviceTypeVirtualGpu
	Processor  Kind = physicalDeviceTypeCpu
)

func (k Kind) String() string {
	switch k {
	case Integrated:
		return "integrated GPU"
	case Discrete:
		return "discrete GPU"
	case Virtual:
		return "virtual GPU"
	case Processor:
		return "CPU"
	}
	return "other"
}

// Physical is a device that a driver offers, and what it says of itself.
type Physical struct {
	Name               string
	Kind               Kind
	Vendor, Device     uint32
	API                Version
	DriverVersion      uint32
	Driver             string // its name and version, as it writes them
	CacheID            [16]byte
	Heaps              []Heap
	Extensions         []string
	Subgroup           uint32
	Push               int       // bytes of push constants
	Groups             [3]uint32 // the most workgroups of a launch
	Invocations        uint32    // the most of a workgroup
	Shared             int       // bytes of shared memory of a workgroup
	MostAllocations    int
	MostAtOnce         int64   // bytes of one allocation
	Tick               float64 // nanoseconds of a timestamp's unit; 0: there are none
	Addresses          bool    // bufferDeviceAddress
	Timeline           bool    // timelineSemaphore
	Float16, Storage16 bool
	Int64              bool
	Matrices           []Matrices // cooperative matrices of float16 that the program can use
	MatricesLack       string     // why there are none
	Subgroups          [2]uint32  // the sizes that shaders may ask for, from and to; 0: none

	instance *Instance
	handle   uintptr
	memory   vkPhysicalDeviceMemoryProperties
	features vkPhysicalDeviceFeatures
	newer    vkPhysicalDeviceVulkan12Features
	family   uint32 // of queues that compute
	computes bool
}

// Heap is one of a device's memories.
type Heap struct {
	Bytes int64
	Local bool  // on the device
	Free  int64 // bytes that the program may still have there, as the driver says; 0 where it does not say
}

// Physicals returns the devices of all drivers, in the loader's order.
func (in *Instance) Physicals() ([]*Physical, error) {
	n := new(uint32)
	count := func(first *uintptr) error {
		return in.f.EnumeratePhysicalDevices.check("vkEnumeratePhysicalDevices", in.handle, uintptr(unsafe.Pointer(n)),
			uintptr(unsafe.Pointer(first)))
	}
	if err := count(nil); err != nil || *n == 0 {
		return nil, err
	}
	handles := make([]uintptr, *n)
	if err := count(&handles[0]); err != nil {
		return nil, err
	}
	var all []*Physical
	for _, h := range handles[:*n] {
		p := &Physical{instance: in, handle: h}
		p.read()
		all = append(all, p)
	}
	return all, nil
}

// read asks the driver for what it has. The structs of Vulkan 1.1 and 1.2 are asked
// of a device of that version alone: another would leave them as they are.
func (p *Physical) read() {
	f := &p.instance.f
	plain := &vkPhysicalDeviceProperties2{SType: structureTypePhysicalDeviceProperties2}
	f.GetPhysicalDeviceProperties2.void(p.handle, uintptr(unsafe.Pointer(plain)))
	p.properties(&plain.Properties)
	memory := new(vkPhysicalDeviceMemoryProperties)
	f.GetPhysicalDeviceMemoryProperties.void(p.handle, uintptr(unsafe.Pointer(memory)))
	p.memory = *memory
	for _, h := range memory.MemoryHeaps[:memory.MemoryHeapCount] {
		p.Heaps = append(p.Heaps, Heap{Bytes: int64(h.Size), Local: h.Flags&memoryHeapDeviceLocal != 0})
	}
	p.queues(plain.Properties.Limits.TimestampPeriod)
	p.Extensions = names(func(n *uint32, first *vkExtensionProperties) error {
		return f.EnumerateDeviceExtensionProperties.check("vkEnumerateDeviceExtensionProperties", p.handle, 0,
			uintptr(unsafe.Pointer(n)), uintptr(unsafe.Pointer(first)))
	})
	if p.API < MakeVersion(1, 2) {
		p.MatricesLack = "Vulkan 1.2"
		return
	}
	p.budget()
	driver := &vkPhysicalDeviceDriverProperties{SType: structureTypePhysicalDeviceDriverProperties}
	v11 := &vkPhysicalDeviceVulkan11Properties{SType: structureTypePhysicalDeviceVulkan11Properties, PNext: unsafe.Pointer(driver)}
	all := &vkPhysicalDeviceProperties2{SType: structureTypePhysicalDeviceProperties2, PNext: unsafe.Pointer(v11)}
	f.GetPhysicalDeviceProperties2.void(p.handle, uintptr(unsafe.Pointer(all)))
	p.Driver = text(driver.DriverName[:])
	if info := text(driver.DriverInfo[:]); info != "" {
		p.Driver += " " + info
	}
	p.Subgroup, p.MostAtOnce = v11.SubgroupSize, int64(v11.MaxMemoryAllocationSize)

	v12 := &vkPhysicalDeviceVulkan12Features{SType: structureTypePhysicalDeviceVulkan12Features}
	f11 := &vkPhysicalDeviceVulkan11Features{SType: structureTypePhysicalDeviceVulkan11Features, PNext: unsafe.Pointer(v12)}
	f2 := &vkPhysicalDeviceFeatures2{SType: structureTypePhysicalDeviceFeatures2, PNext: unsafe.Pointer(f11)}
	f.GetPhysicalDeviceFeatures2.void(p.handle, uintptr(unsafe.Pointer(f2)))
	p.features, p.newer = f2.Features, *v12
	p.Addresses, p.Timeline, p.Float16 = v12.BufferDeviceAddress != 0, v12.TimelineSemaphore != 0, v12.ShaderFloat16 != 0
	p.readMatrices()
	p.Storage16, p.Int64 = f11.StorageBuffer16BitAccess != 0, f2.Features.ShaderInt64 != 0
}

// budget asks how much of each heap the program may still have.
func (p *Physical) budget() {
	if !slices.Contains(p.Extensions, "VK_EXT_memory_budget") {
		return
	}
	b := &vkPhysicalDeviceMemoryBudgetPropertiesEXT{SType: structureTypePhysicalDeviceMemoryBudgetPropertiesExt}
	all := &vkPhysicalDeviceMemoryProperties2{SType: structureTypePhysicalDeviceMemoryProperties2, PNext: unsafe.Pointer(b)}
	p.instance.f.GetPhysicalDeviceMemoryProperties2.void(p.handle, uintptr(unsafe.Pointer(all)))
	for i := range p.Heaps {
		if free := int64(b.HeapBudget[i]) - int64(b.HeapUsage[i]); free > 0 {
			p.Heaps[i].Free = min(free, p.Heaps[i].Bytes)
		}
	}
}

func (p *Physical) properties(v *vkPhysicalDeviceProperties) {
	p.Name, p.Kind, p.Vendor, p.Device = text(v.DeviceName[:]), Kind(v.DeviceType), v.VendorID, v.DeviceID
	p.API, p.DriverVersion, p.CacheID = Version(v.ApiVersion), v.DriverVersion, v.PipelineCacheUUID
	l := &v.Limits
	p.Push, p.Groups, p.Invocations = int(l.MaxPushConstantsSize), l.MaxComputeWorkGroupCount, l.MaxComputeWorkGroupInvocations
	p.Shared, p.MostAllocations = int(l.MaxComputeSharedMemorySize), int(l.MaxMemoryAllocationCount)
}

// queues chooses the family that computes: rather one that does nothing else.
func (p *Physical) queues(period float32) {
	n := new(uint32)
	ask := func(first *vkQueueFamilyProperties) {
		p.instance.f.GetPhysicalDeviceQueueFamilyProperties.void(p.handle, uintptr(unsafe.Pointer(n)),
			uintptr(unsafe.Pointer(first)))
	}
	if ask(nil); *n == 0 {
		return
	}
	families := make([]vkQueueFamilyProperties, *n)
	ask(&families[0])
	for i, q := range families[:*n] {
		if q.QueueFlags&queueCompute == 0 {
			continue
		}
		alone := q.QueueFlags&queueGraphics == 0
		if p.computes && !alone {
			continue
		}
		p.family, p.computes, p.Tick = uint32(i), true, 0
		if q.TimestampValidBits == 64 {
			p.Tick = float64(period)
		}
		if alone {
			break
		}
	}
}

// SharedBytes is how many bytes of memory a workgroup has to share at the least.
const SharedBytes = 24 << 10

// Lacks returns why the device can't run this program's kernels, nil if it can.
func (p *Physical) Lacks() error {
	switch {
	case p.API < MakeVersion(1, 2):
		return fmt.Errorf("%s has Vulkan %v, want 1.2", p.Name, p.API)
	case !p.computes:
		return fmt.Errorf("%s has no queue that computes", p.Name)
	case !p.Addresses:
		return fmt.Errorf("%s lacks bufferDeviceAddress", p.Name)
	case !p.Timeline:
		return fmt.Errorf("%s lacks timelineSemaphore", p.Name)
	case p.Invocations < 256:
		return fmt.Errorf("%s runs %d invocations a workgroup, want 256", p.Name, p.Invocations)
	case p.Shared < SharedBytes:
		return fmt.Errorf("%s shares %d bytes in a workgroup, want %d", p.Name, p.Shared, SharedBytes)
	}
	return nil
}
