package ops

import "github.com/lmkor/bench/device"

// LossScale is what losses are multiplied by before backward, where the backend computes:
// a Pass begins backward with it, AdamW divides by it, and each update makes the next
// one's, all without the host's knowing it: see device.Scale.
type LossScale struct {
	backend device.Backend
	state   device.Buffer
	call    device.LossScale
}

// NewLossScale returns the scale of a training's first step on a backend.
func NewLossScale(on device.Backend) *LossScale {
	s := &LossScale{backend: on, state: on.New(2)}
	s.Set(device.Scale{Value: device.FirstScale})
	return s
}

// Set makes it another.
func (s *LossScale) Set(to device.Scale) {
	s.backend.Write(s.state, []float32{to.Value, float32(to.Good)})
}

// Follow has it become the next step's behind an update by gradients of this norm, which has
// begun.
func (s *LossScale) Follow(norm *GradNorm) {
	s.call = device.LossScale{State: s.state, Norm: &norm.call}
	s.backend.Run(&s.call)
}

// multiply has a root's gradient, one number, multiplied by the scale; without one it stays.
func (s *LossScale) multiply(g device.Buffer) {
	if s != nil {
		s.backend.Run(&device.ScaleBy{X: g, S: s.state.Slice(0, 1)})
	}
}
