package vulkan

import (
	"errors"
	"fmt"

	"github.com/lmkor/bench/device"
	"github.com/lmkor/bench/internal/vulkan"
)

// must panics with a Failure if a call to the device failed.
func (b *Backend) must(err error) {
	if err == nil {
		return
	}
	f := &device.Failure{Device: b.name(), Err: err}
	var hung *HungError
	switch {
	case errors.As(err, &hung):
		f.Advice = fmt.Sprintf("it hangs, or is slower than it is given time for: start the command again, and it goes on from "+
			"the last saved state; if it happens again, look at the system's log for the driver's reason, or give it longer "+
			"by the environment, such as %s=%v", timeoutVariable, 4*b.patience)
	case errors.Is(err, vulkan.DeviceLost):
		f.Advice = "the device was lost; start the command again, and it goes on from the last saved state; if it happens " +
			"again, look at the system's log for the driver's reason (a reset, a watchdog, heat)"
	case exhausted(err):
		f.Advice, f.TooLarge = b.memoryAdvice(err), true
	}
	b.failure = f
	panic(f)
}

// exhausted tells whether an error says that there is no memory left.
func exhausted(err error) bool {
	return errors.Is(err, vulkan.OutOfDeviceMemory) || errors.Is(err, vulkan.OutOfHostMemory)
}

// purpose is what memory of the device is asked for.
type purpose string

const (
	forModel   purpose = "the model's weights, gradients and moments"
	forBatch   purpose = "a batch's activations"
	forData    purpose = "data on their way to the device"
	forAnswers purpose = "numbers on their way back"
	forKernels purpose = "compiled kernels"
)

// memoryError is memory that could not be had.
type memoryError struct {
	bytes int64
	what  purpose
	err   error
}

func (e *memoryError) Error() string {
	if e.bytes == 0 {
		return fmt.Sprintf("no memory for %s: %v", e.what, e.err)
	}
	return fmt.Sprintf("no %d MiB for %s: %v", (e.bytes+1<<20-1)>>20, e.what, e.err)
}

func (e *memoryError) Unwrap() error { return e.err }

// memoryAdvice says what to do where memory is exhausted, by what it was wanted for.
func (b *Backend) memoryAdvice(err error) string {
	held, _ := b.lent.ledger.Bytes()
	model, _ := b.owned.ledger.Bytes()
	s := fmt.Sprintf("its memory is exhausted, with %d MiB held for the model and %d MiB for activations, of %d MiB on the device",
		model>>20, held>>20, b.info.Memory>>20)
	var m *memoryError
	if !errors.As(err, &m) {
		return s
	}
	switch m.what {
	case forModel:
		return s + "; training takes some 16 bytes a parameter there and answering 4 ('bench models check --device' counts them): " +
			"take a smaller model or fewer, a device with more memory ('bench devices'), or device=cpu"
	case forBatch:
		return s + "; take smaller batches (batch_size, and gradient_accumulation_steps in their place; " +
			"--batch-tokens of 'bench serve'), shorter texts (max_length), a device with more memory ('bench devices'), or device=cpu"
	}
	return s + "; another program may hold the rest: end it, take smaller batches, another device ('bench devices'), or device=cpu"
}

// openAdvice says what to do where a device can't be opened.
func openAdvice(err error) string {
	if exhausted(err) {
		return "its memory is exhausted before anything is there: another program may hold it; end that, or take another device " +
			"('bench devices')"
	}
	return "its driver does not open it: the system's log has its reason; want another device ('bench devices') or device=cpu"
}

// allocate asks the device for memory.
func (b *Backend) allocate(bytes int, use vulkan.Use, what purpose) *vulkan.Memory {
	if b.paper != nil {
		return b.paper.allocate(bytes, use)
	}
	var m *vulkan.Memory
	var err error
	if b.options.fail != nil {
		err = b.options.fail("allocate " + string(what))
	}
	if err == nil {
		m, err = b.device.Allocate(bytes, use)
	}
	if exhausted(err) {
		err = &memoryError{int64(bytes), what, err}
	}
	b.must(err)
	return m
}
