package vulkan

import (
	"time"
	"unsafe"
)

// Commands are recorded, submitted, and recorded anew once they are done.
type Commands struct {
	device  *Device
	handle  uintptr
	bound   Pipeline
	barrier *vkMemoryBarrier
	region  *vkBufferCopy
}

// NewCommands returns empty ones.
func (d *Device) NewCommands() (*Commands, error) {
	c := &Commands{device: d, barrier: &vkMemoryBarrier{SType: structureTypeMemoryBarrier}, region: new(vkBufferCopy)}
	info := &vkCommandBufferAllocateInfo{SType: structureTypeCommandBufferAllocateInfo, CommandPool: d.pool, CommandBufferCount: 1}
	return c, d.f.AllocateCommandBuffers.check("vkAllocateCommandBuffers", d.handle, uintptr(unsafe.Pointer(info)),
		uintptr(unsafe.Pointer(&c.handle)))
}

// Begin forgets what was recorded.
func (c *Commands) Begin() error {
	c.bound = 0
	info := &vkCommandBufferBeginInfo{SType: structureTypeCommandBufferBeginInfo, Flags: commandBufferUsageOneTimeSubmit}
	return c.device.f.BeginCommandBuffer.check("vkBeginCommandBuffer", c.handle, uintptr(unsafe.Pointer(info)))
}

// Launch runs a pipeline's workgroups with push constants, a multiple of 4 bytes.
func (c *Commands) Launch(p Pipeline, push []byte, groups [3]uint32) {
	f := &c.device.f
	if p != c.bound {
		f.CmdBindPipeline.void(c.handle, pipelineBindPointCompute, uintptr(p))
		c.bound = p
	}
	if len(push) > 0 {
		f.CmdPushConstants.void(c.handle, uintptr(c.device.layout), shaderStageCompute, 0, uintptr(len(push)),
			uintptr(unsafe.Pointer(&push[0])))
	}
	f.CmdDispatch.void(c.handle, uintptr(groups[0]), uintptr(groups[1]), uintptr(groups[2]))
}

// Barrier lets everything behind it see what was written before it.
func (c *Commands) Barrier() {
	c.order(accessShaderRead|accessShaderWrite|accessTransferRead|accessTransferWrite,
		pipelineStageComputeShader|pipelineStageTransfer)
}

// HostBarrier lets the host see what was written before it, once all is done.
func (c *Commands) HostBarrier() { c.order(accessHostRead, pipelineStageHost) }

func (c *Commands) order(access uint32, stage uintptr) {
	c.barrier.SrcAccessMask, c.barrier.DstAccessMask = accessShaderWrite|accessTransferWrite, access
	c.device.f.CmdPipelineBarrier.void(c.handle, pipelineStageComputeShader|pipelineStageTransfer, stage, 0,
		1, uintptr(unsafe.Pointer(c.barrier)), 0, 0, 0, 0)
}

// Copy copies bytes from one memory's offset to another's.
func (c *Commands) Copy(dst *Memory, to int, src *Memory, from, bytes int) {
	*c.region = vkBufferCopy{SrcOffset: uint64(from), DstOffset: uint64(to), Size: uint64(bytes)}
	c.device.f.CmdCopyBuffer.void(c.handle, uintptr(src.buffer), uintptr(dst.buffer), 1, uintptr(unsafe.Pointer(c.region)))
}

// Fill writes a word over and over; offset and bytes are multiples of 4.
func (c *Commands) Fill(dst *Memory, to, bytes int, word uint32) {
	c.device.f.CmdFillBuffer.void(c.handle, uintptr(dst.buffer), uintptr(to), uintptr(bytes), uintptr(word))
}

// End ends the recording, and lets the host see everything when it is done.
func (c *Commands) End() error {
	c.HostBarrier()
	return c.device.f.EndCommandBuffer.check("vkEndCommandBuffer", c.handle)
}

// Submit hands commands to the queue, and returns the timeline's value when they
// and all before them are done.
func (d *Device) Submit(c *Commands) (uint64, error) {
	value := new(uint64)
	*value = d.begun + 1
	times := &vkTimelineSemaphoreSubmitInfo{SType: structureTypeTimelineSemaphoreSubmitInfo, SignalSemaphoreValueCount: 1,
		PSignalSemaphoreValues: value}
	info := &vkSubmitInfo{SType: structureTypeSubmitInfo, PNext: unsafe.Pointer(times), CommandBufferCount: 1,
		PCommandBuffers: &c.handle, SignalSemaphoreCount: 1, PSignalSemaphores: &d.timeline}
	if err := d.f.QueueSubmit.check("vkQueueSubmit", d.queue, 1, uintptr(unsafe.Pointer(info)), 0); err != nil {
		return 0, err
	}
	d.begun = *value
	return d.begun, nil
}

// Wait waits until the timeline has reached a value, or for so long: then done is
// false.
func (d *Device) Wait(value uint64, most time.Duration) (done bool, err error) {
	v := &value
	info := &vkSemaphoreWaitInfo{SType: structureTypeSemaphoreWaitInfo, SemaphoreCount: 1, PSemaphores: &d.timeline, PValues: v}
	r := d.f.WaitSemaphores.result(d.handle, uintptr(unsafe.Pointer(info)), uintptr(max(0, most.Nanoseconds())))
	if r < 0 {
		return false, &Error{"vkWaitSemaphores", r}
	}
	return r != timeout, nil
}

// Done returns the timeline's value now.
func (d *Device) Done() (uint64, error) {
	v := new(uint64)
	err := d.f.GetSemaphoreCounterValue.check("vkGetSemaphoreCounterValue", d.handle, uintptr(d.timeline),
		uintptr(unsafe.Pointer(v)))
	return *v, err
}

// Clock is a number of timestamps.
type Clock struct {
	device *Device
	pool   uint64
	n      int
}

// NewClock returns n timestamps.
func (d *Device) NewClock(n int) (*Clock, error) {
	k := &Clock{device: d, n: n}
	info := &vkQueryPoolCreateInfo{SType: structureTypeQueryPoolCreateInfo, QueryType: queryTypeTimestamp, QueryCount: uint32(n)}
	return k, d.f.CreateQueryPool.check("vkCreateQueryPool", d.handle, uintptr(unsafe.Pointer(info)), 0,
		uintptr(unsafe.Pointer(&k.pool)))
}

// Reset readies all timestamps, before the first is taken.
func (c *Commands) Reset(k *Clock) {
	c.device.f.CmdResetQueryPool.void(c.handle, uintptr(k.pool), 0, uintptr(k.n))
}

// Stamp takes timestamp i once everything before it is done.
func (c *Commands) Stamp(k *Clock, i int) {
	c.device.f.CmdWriteTimestamp.void(c.handle, pipelineStageBottomOfPipe, uintptr(k.pool), uintptr(i))
}

// Read returns the first n timestamps, in units of Physical.Tick, waiting for them.
func (k *Clock) Read(n int) ([]uint64, error) {
	out := make([]uint64, max(n, 1))
	err := k.device.f.GetQueryPoolResults.check("vkGetQueryPoolResults", k.device.handle, uintptr(k.pool), 0, uintptr(n),
		uintptr(8*n), uintptr(unsafe.Pointer(&out[0])), 8, queryResult64|queryResultWait)
	return out[:n], err
}

// Close destroys the timestamps.
func (k *Clock) Close() { k.device.f.DestroyQueryPool.void(k.device.handle, uintptr(k.pool), 0) }
