package vulkan

import (
	"fmt"
	"unsafe"
)

// Memory is memory of a device, as one buffer that kernels reach by its address.
type Memory struct {
	Address uint64
	Bytes   int
	Host    []byte // where the host sees it, nil where it does not

	buffer, memory uint64
	incoherent     bool // the host's view is to be brought up to date by hand
}

// Use is what memory is for.
type Use int

const (
	Local    Use = iota // on the device: what kernels compute on
	Upload              // written by the host, read by the device
	Readback            // written by the device, read by the host
)

// wants are the properties that a use has to have, the best set of them first.
var wants = map[Use][]uint32{
	Local: {memoryPropertyDeviceLocal, 0},
	Upload: {
		memoryPropertyHostVisible | memoryPropertyHostCoherent,
	},
	Readback: {
		memoryPropertyHostVisible | memoryPropertyHostCoherent | memoryPropertyHostCached,
		memoryPropertyHostVisible | memoryPropertyHostCached, // reading uncached memory is very slow
		memoryPropertyHostVisible | memoryPropertyHostCoherent,
	},
}

// Allocate returns memory of so many bytes, its contents undefined.
func (d *Device) Allocate(bytes int, use Use) (*Memory, error) {
	m := &Memory{Bytes: bytes}
	info := &vkBufferCreateInfo{SType: structureTypeBufferCreateInfo, Size: uint64(bytes), Usage: bufferUsageTransferSrc |
		bufferUsageTransferDst | bufferUsageStorageBuffer | bufferUsageShaderDeviceAddress}
	if err := d.f.CreateBuffer.check("vkCreateBuffer", d.handle, uintptr(unsafe.Pointer(info)), 0,
		uintptr(unsafe.Pointer(&m.buffer))); err != nil {
		return nil, err
	}
	if err := d.back(m, use); err != nil {
		d.Free(m)
		return nil, err
	}
	return m, nil
}

// back gives a buffer its memory.
func (d *Device) back(m *Memory, use Use) error {
	need := new(vkMemoryRequirements)
	d.f.GetBufferMemoryRequirements.void(d.handle, uintptr(m.buffer), uintptr(unsafe.Pointer(need)))
	kind, properties, err := d.memoryType(need.MemoryTypeBits, use)
	if err != nil {
		return err
	}
	flags := &vkMemoryAllocateFlagsInfo{SType: structureTypeMemoryAllocateFlagsInfo, Flags: memoryAllocateDeviceAddress}
	info := &vkMemoryAllocateInfo{SType: structureTypeMemoryAllocateInfo, PNext: unsafe.Pointer(flags),
		AllocationSize: need.Size, MemoryTypeIndex: kind}
	if err := d.f.AllocateMemory.check("vkAllocateMemory", d.handle, uintptr(unsafe.Pointer(info)), 0,
		uintptr(unsafe.Pointer(&m.memory))); err != nil {
		return err
	}
	if err := d.f.BindBufferMemory.check("vkBindBufferMemory", d.handle, uintptr(m.buffer), uintptr(m.memory), 0); err != nil {
		return err
	}
	of := &vkBufferDeviceAddressInfo{SType: structureTypeBufferDeviceAddressInfo, Buffer: m.buffer}
	m.Address = uint64(d.f.GetBufferDeviceAddress.void(d.handle, uintptr(unsafe.Pointer(of))))
	if use == Local {
		return nil
	}
	m.incoherent = properties&memoryPropertyHostCoherent == 0
	var at unsafe.Pointer
	if err := d.f.MapMemory.check("vkMapMemory", d.handle, uintptr(m.memory), 0, ^uintptr(0), 0,
		uintptr(unsafe.Pointer(&at))); err != nil {
		return err
	}
	m.Host = unsafe.Slice((*byte)(at), m.Bytes)
	return nil
}

// memoryType chooses one of the types that the bits allow.
func (d *Device) memoryType(allowed uint32, use Use) (kind, properties uint32, err error) {
	types := d.physical.memory.MemoryTypes[:d.physical.memory.MemoryTypeCount]
	for _, want := range wants[use] {
		for i, t := range types {
			if allowed>>i&1 != 0 && t.PropertyFlags&want == want {
				return uint32(i), t.PropertyFlags, nil
			}
		}
	}
	return 0, 0, fmt.Errorf("%s has no memory that the host can reach", d.physical.Name)
}

// Refresh lets the host see what the device has written.
func (d *Device) Refresh(m *Memory) error {
	if !m.incoherent {
		return nil
	}
	whole := &vkMappedMemoryRange{SType: structureTypeMappedMemoryRange, Memory: m.memory, Size: ^uint64(0)}
	return d.f.InvalidateMappedMemoryRanges.check("vkInvalidateMappedMemoryRanges", d.handle, 1, uintptr(unsafe.Pointer(whole)))
}

// Free gives memory back that nothing submitted uses any more.
func (d *Device) Free(m *Memory) {
	d.f.DestroyBuffer.void(d.handle, uintptr(m.buffer), 0)
	d.f.FreeMemory.void(d.handle, uintptr(m.memory), 0)
	*m = Memory{}
}
