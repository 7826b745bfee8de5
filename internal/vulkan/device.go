package vulkan

import (
	"fmt"
	"slices"
	"unsafe"
)

// PushBytes is how many bytes of push constants a launch has: what every device has
// at the least.
const PushBytes = 128

// Device is an opened device: one queue that computes, and a timeline semaphore
// that counts what was submitted to it.
type Device struct {
	physical *Physical
	handle   uintptr
	f        deviceFunctions
	queue    uintptr
	pool     uint64
	timeline uint64
	begun    uint64 // the timeline's value when all that was submitted is done
	layout   uint64
	cache    uint64
}

// deviceFunctions are filled by the names of their fields.
type deviceFunctions struct {
	DestroyDevice, GetDeviceQueue, DeviceWaitIdle,
	CreateBuffer, DestroyBuffer, GetBufferMemoryRequirements, AllocateMemory, FreeMemory, BindBufferMemory, MapMemory,
	InvalidateMappedMemoryRanges, GetBufferDeviceAddress,
	CreateShaderModule, DestroyShaderModule, CreatePipelineLayout, DestroyPipelineLayout, CreatePipelineCache,
	GetPipelineCacheData, DestroyPipelineCache, CreateComputePipelines, DestroyPipeline,
	CreateCommandPool, DestroyCommandPool, AllocateCommandBuffers, BeginCommandBuffer, EndCommandBuffer,
	CmdBindPipeline, CmdPushConstants, CmdDispatch, CmdPipelineBarrier, CmdCopyBuffer, CmdFillBuffer,
	CreateQueryPool, DestroyQueryPool, CmdResetQueryPool, CmdWriteTimestamp, GetQueryPoolResults,
	QueueSubmit, CreateSemaphore, DestroySemaphore, WaitSemaphores, GetSemaphoreCounterValue fn
}

// Open opens the device, with the features that the program uses and no others.
func (p *Physical) Open() (*Device, error) {
	if err := p.Lacks(); err != nil {
		return nil, err
	}
	d := &Device{physical: p}
	if err := d.create(); err != nil {
		return nil, err
	}
	if err := fill(&d.f, func(name string) fn {
		return fn(p.instance.f.GetDeviceProcAddr.void(d.handle, uintptr(unsafe.Pointer(cstring(name)))))
	}); err != nil {
		return nil, err
	}
	queue := new(uintptr)
	d.f.GetDeviceQueue.void(d.handle, uintptr(p.family), 0, uintptr(unsafe.Pointer(queue)))
	d.queue = *queue
	if err := d.objects(); err != nil {
		d.Close()
		return nil, err
	}
	return d, nil
}

// create makes the logical device.
func (d *Device) create() error {
	p := d.physical
	priority := float32(1)
	q := &vkDeviceQueueCreateInfo{SType: structureTypeDeviceQueueCreateInfo, QueueFamilyIndex: p.family, QueueCount: 1,
		PQueuePriorities: &priority}
	f12 := &vkPhysicalDeviceVulkan12Features{SType: structureTypePhysicalDeviceVulkan12Features,
		BufferDeviceAddress: 1, TimelineSemaphore: 1}
	var extensions []string
	f2 := &vkPhysicalDeviceFeatures2{SType: structureTypePhysicalDeviceFeatures2}
	f2.PNext = p.enableMatrices(f12, &extensions, unsafe.Pointer(f12))
	if Validated() { // what the layer that checks accesses adds to shaders wants these
		f2.Features.ShaderInt64 = p.features.ShaderInt64
		f2.Features.VertexPipelineStoresAndAtomics = p.features.VertexPipelineStoresAndAtomics
		f2.Features.FragmentStoresAndAtomics = p.features.FragmentStoresAndAtomics
		f12.ScalarBlockLayout, f12.StorageBuffer8BitAccess = p.newer.ScalarBlockLayout, p.newer.StorageBuffer8BitAccess
		f12.ShaderInt8 = p.newer.ShaderInt8
	}
	if slices.Contains(p.Extensions, "VK_KHR_portability_subset") { // to be named where a device has it
		extensions = append(extensions, "VK_KHR_portability_subset")
	}
	info := &vkDeviceCreateInfo{SType: structureTypeDeviceCreateInfo, PNext: unsafe.Pointer(f2), QueueCreateInfoCount: 1,
		PQueueCreateInfos: q, EnabledExtensionCount: uint32(len(extensions)), PpEnabledExtensionNames: cstrings(extensions)}
	return p.instance.f.CreateDevice.check("vkCreateDevice", p.handle, uintptr(unsafe.Pointer(info)), 0,
		uintptr(unsafe.Pointer(&d.handle)))
}

// objects makes the command pool, the timeline, and the layout of all pipelines:
// push constants and nothing else.
func (d *Device) objects() error {
	pool := &vkCommandPoolCreateInfo{SType: structureTypeCommandPoolCreateInfo, QueueFamilyIndex: d.physical.family,
		Flags: commandPoolCreateResetCommandBuffer}
	if err := d.f.CreateCommandPool.check("vkCreateCommandPool", d.handle, uintptr(unsafe.Pointer(pool)), 0,
		uintptr(unsafe.Pointer(&d.pool))); err != nil {
		return err
	}
	kind := &vkSemaphoreTypeCreateInfo{SType: structureTypeSemaphoreTypeCreateInfo, SemaphoreType: semaphoreTypeTimeline}
	semaphore := &vkSemaphoreCreateInfo{SType: structureTypeSemaphoreCreateInfo, PNext: unsafe.Pointer(kind)}
	if err := d.f.CreateSemaphore.check("vkCreateSemaphore", d.handle, uintptr(unsafe.Pointer(semaphore)), 0,
		uintptr(unsafe.Pointer(&d.timeline))); err != nil {
		return err
	}
	push := &vkPushConstantRange{StageFlags: shaderStageCompute, Size: PushBytes}
	layout := &vkPipelineLayoutCreateInfo{SType: structureTypePipelineLayoutCreateInfo, PushConstantRangeCount: 1,
		PPushConstantRanges: push}
	return d.f.CreatePipelineLayout.check("vkCreatePipelineLayout", d.handle, uintptr(unsafe.Pointer(layout)), 0,
		uintptr(unsafe.Pointer(&d.layout)))
}

// Idle waits for what was submitted, whatever became of it.
func (d *Device) Idle() { d.f.DeviceWaitIdle.void(d.handle) }

// Close waits for what was submitted, and destroys the device; pipelines, memory
// and queries that are still there have been closed before.
func (d *Device) Close() {
	d.f.DeviceWaitIdle.void(d.handle)
	d.f.DestroyPipelineCache.void(d.handle, uintptr(d.cache), 0)
	d.f.DestroyPipelineLayout.void(d.handle, uintptr(d.layout), 0)
	d.f.DestroySemaphore.void(d.handle, uintptr(d.timeline), 0)
	d.f.DestroyCommandPool.void(d.handle, uintptr(d.pool), 0)
	d.f.DestroyDevice.void(d.handle, 0)
}

// SetCache gives pipelines the cache that Cache returned earlier, of this device
// and driver, or an empty one.
func (d *Device) SetCache(data []byte) error {
	info := &vkPipelineCacheCreateInfo{SType: structureTypePipelineCacheCreateInfo, InitialDataSize: uintptr(len(data))}
	if len(data) > 0 {
		info.PInitialData = unsafe.Pointer(&data[0])
	}
	return d.f.CreatePipelineCache.check("vkCreatePipelineCache", d.handle, uintptr(unsafe.Pointer(info)), 0,
		uintptr(unsafe.Pointer(&d.cache)))
}

// Cache returns what the driver wants to be given at the next start.
func (d *Device) Cache() ([]byte, error) {
	n := new(uintptr)
	get := func(first *byte) error {
		return d.f.GetPipelineCacheData.check("vkGetPipelineCacheData", d.handle, uintptr(d.cache),
			uintptr(unsafe.Pointer(n)), uintptr(unsafe.Pointer(first)))
	}
	if err := get(nil); err != nil || *n == 0 {
		return nil, err
	}
	data := make([]byte, *n)
	err := get(&data[0])
	return data[:*n], err
}

// Pipeline is a compiled shader.
type Pipeline uint64

// NewPipeline compiles a shader in SPIR-V, with the values of its specialization
// constants 0, 1 and so on. It runs in whole subgroups of so many invocations, one of
// Physical.Subgroups, or with 0 in what the driver takes.
func (d *Device) NewPipeline(spirv []byte, constants []uint32, subgroup uint32) (Pipeline, error) {
	if len(spirv) == 0 || len(spirv)%4 != 0 {
		return 0, fmt.Errorf("%d bytes are no SPIR-V", len(spirv))
	}
	code := make([]uint32, len(spirv)/4) // aligned, as embedded bytes need not be
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&code[0])), len(spirv)), spirv)
	module := &vkShaderModuleCreateInfo{SType: structureTypeShaderModuleCreateInfo, CodeSize: uintptr(len(spirv)), PCode: &code[0]}
	m := new(uint64)
	if err := d.f.CreateShaderModule.check("vkCreateShaderModule", d.handle, uintptr(unsafe.Pointer(module)), 0,
		uintptr(unsafe.Pointer(m))); err != nil {
		return 0, err
	}
	defer d.f.DestroyShaderModule.void(d.handle, uintptr(*m), 0)
	info := &vkComputePipelineCreateInfo{SType: structureTypeComputePipelineCreateInfo, Layout: d.layout,
		Stage: vkPipelineShaderStageCreateInfo{SType: structureTypePipelineShaderStageCreateInfo, Stage: shaderStageCompute,
			Module: *m, PName: cstring("main"), PSpecializationInfo: specialization(constants)}}
	if subgroup != 0 {
		info.Stage.Flags |= pipelineShaderStageCreateRequireFullSubgroups
		info.Stage.PNext = unsafe.Pointer(&vkPipelineShaderStageRequiredSubgroupSizeCreateInfo{
			SType:                structureTypePipelineShaderStageRequiredSubgroupSizeCreateInfo,
			RequiredSubgroupSize: subgroup})
	}
	p := new(Pipeline)
	err := d.f.CreateComputePipelines.check("vkCreateComputePipelines", d.handle, uintptr(d.cache), 1,
		uintptr(unsafe.Pointer(info)), 0, uintptr(unsafe.Pointer(p)))
	return *p, err
}

func specialization(constants []uint32) *vkSpecializationInfo {
	if len(constants) == 0 {
		return nil
	}
	entries := make([]vkSpecializationMapEntry, len(constants))
	for i := range entries {
		entries[i] = vkSpecializationMapEntry{ConstantID: uint32(i), Offset: uint32(4 * i), Size: 4}
	}
	return &vkSpecializationInfo{MapEntryCount: uint32(len(entries)), PMapEntries: &entries[0],
		DataSize: uintptr(4 * len(constants)), PData: unsafe.Pointer(&constants[0])}
}

// ClosePipeline destroys a pipeline that nothing submitted uses any more.
func (d *Device) ClosePipeline(p Pipeline) { d.f.DestroyPipeline.void(d.handle, uintptr(p), 0) }
