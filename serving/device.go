package serving

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"

	"github.com/lmkor/bench/checkpoints"
	"github.com/lmkor/bench/device"
)

// Device is what a server's models compute on beside the processor: one of them at a
// time has it, for a batch or for the tokens of a step.
type Device struct {
	backend device.Backend
	// Computes is nil of a precision that the device computes in; without it that is float32.
	Computes func(in device.Precision) error

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
			return fmt.Errorf("%s: it was trained in bfloat16: want --device cpu: %w", m.name, d.computes(device.Bfloat16))
		}
		m.place(d.backend)
		m.device = d
	}
	return nil
}

// computes is nil where a model's device computes in a precision; without a device that is the
// processor.
func (d *Device) computes(in device.Precision) error {
	switch {
	case d == nil && in == device.Float16:
		return errors.New("float16 is for GPUs with cooperative matrices")
	case d != nil && d.Computes != nil:
		return d.Computes(in)
	case d != nil && in != device.Float32:
		return fmt.Errorf("no %v on this device", in)
	}
	return nil
}

// inFloat32 has those of a model's checkpoints that were trained in float16 answer in float32
// where there is no float16, and says so: float32 has all that float16 has.
func (m *Model) inFloat32(log *slog.Logger) {
	if m.voting == nil {
		return
	}
	for _, a := range m.voting.Members {
		if a.Predictor.Recipe().Precision != device.Float16 {
			continue
		}
		if why := m.device.computes(device.Float16); why != nil {
			a.Predictor = a.Predictor.In(device.Float32)
			log.Warn("trained in float16, answers in float32", "model", m.name, "why", why.Error())
		}
	}
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
