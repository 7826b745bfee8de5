package vulkan

import "github.com/lmkor/bench/device"

// UnsupportedError says what the device, or this backend, does not compute.
type UnsupportedError struct{ What string }

func (e *UnsupportedError) Error() string { return "vulkan: no kernel for " + e.What }

// runMath runs products and what is computed element by element or row by row.
func (b *Backend) runMath(call device.Call) bool {
	switch o := call.(type) {
	case *device.Products:
		b.products(o)
	case *device.SlopeBiasGrad:
		b.slopeBiasGrad(o)
	case *device.Norm:
		b.norm(o)
	case *device.NormGrad:
		b.normGrad(o)
	case *device.Activation:
		b.activation(o)
	case *device.CrossEntropy:
		b.crossEntropy(o)
	case *device.WeightedCrossEntropy:
		b.weightedCrossEntropy(o)
	case *device.BinaryCrossEntropy:
		b.binaryCrossEntropy(o)
	case *device.MSE:
		b.mse(o)
	case *device.AdamW:
		b.adamw(o)
	case *device.Squares:
		b.squares(o)
	case *device.LossScale:
		b.lossScale(o)
	case *device.Finite:
		b.finite(o)
	default:
		return b.runRows(call)
	}
	return true
}

// runRows runs what puts rows somewhere.
func (b *Backend) runRows(call device.Call) bool {
	switch o := call.(type) {
	case *device.Gather:
		b.gather(o)
	case *device.Scatter:
		b.scatter(o)
	case *device.ScatterAdd:
		b.scatterAdd(o)
	case *device.PoolPairs:
		b.poolPairs(o)
	case *device.PoolPairsGrad:
		b.poolPairsGrad(o)
	case *device.Windows:
		b.windows(o)
	case *device.WindowsGrad:
		b.windowsGrad(o)
	default:
		return false
	}
	return true
}
