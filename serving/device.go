package serving

import (
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/device"
)

// Device is what a server's models compute on beside the processor: one of them at a
// time has it, for a batch or for the tokens of a step.
type Device struct {
	backend device.Backend

	turn   sync.Mutex
	failed chan struct{}
	once   sync.Once
	why    error
}

// NewDevice returns the owner of an opened device.
func NewDevice(b device.Backend) *Device { return &Device{backend: b, failed: make(chan struct{})} }

// fail notes the device's failure, after which it computes nothing any more.
func (d *Device) fail(why error) {
	d.once.Do(func() {
		d.why = why
		close(d.failed)
	})
}

// place puts the models on the device.
func (d *Device) place(all []*Model) (err error) {
	defer device.Caught(&err)
	for _, m := range all {
		if m.voting != nil && slices.ContainsFunc(m.voting.Members,
			func(a *checkpoints.Answering) bool { return a.Predictor.Recipe().Precision == device.Bfloat16 }) {
			why := ""
			if on, ok := d.backend.(interface{ LowerPrecision() string }); ok {
				why = ": " + on.LowerPrecision()
			}
			return fmt.Errorf("%s: precision bfloat16: GPUs compute in float32 alone%s: want --device cpu", m.name, why)
		}
		m.place(d.backend)
		m.device = d
	}
	return nil
}

// compute calls f when the model has its turn on the device. A panic is a *panicError,
// and a *device.Failure the device's end.
func (m *Model) compute(f func() error) error {
	if m.device == nil {
		return guarded(f)
	}
	m.device.turn.Lock()
	defer m.device.turn.Unlock()
	err := guarded(f)
	if failure := (*device.Failure)(nil); errors.As(err, &failure) {
		m.device.fail(failure)
	}
	return err
}
