package device

import "github.com/lmkor/bench/kernels"

// Windows is a call: see kernels.Windows.
type Windows struct {
	Y, X        Buffer
	Offsets     []int32
	Cols, Width int
}

// WindowsGrad is a call: see kernels.WindowsGrad.
type WindowsGrad struct {
	DX, DY      Buffer
	Offsets     []int32
	Cols, Width int
}

// Activation is a call: Y = act(X), and with Slope X becomes act's derivative.
type Activation struct {
	Act   kernels.Act
	Y, X  Buffer
	Slope bool
}

func (*Windows) call()     {}
func (*WindowsGrad) call() {}
func (*Activation) call()  {}
