package kernels

// actNames are the activations under transformers' names, of which several may be
// one.
var actNames = map[string]Act{
	"gelu": GELU, "gelu_python": GELU,
	"gelu_new": GELUTanh, "gelu_pytorch_tanh": GELUTanh, "gelu_python_tanh": GELUTanh, "gelu_accurate": GELUTanh,
	"gelu_fast": GELUTanh,
	"relu":      ReLU, "silu": SiLU, "swish": SiLU, "tanh": Tanh, "linear": Identity,
	"gelu_10": GELUClipped, "laplace": LaplaceCDF, "leaky_relu": LeakyReLU, "mish": Mish, "quick_gelu": QuickGELU,
	"relu2": ReLUSquared, "relu6": ReLU6, "sigmoid": Sigmoid,
}

// ActOf returns the activation of that name in Hugging Face configs.
func ActOf(name string) (Act, bool) {
	act, ok := actNames[name]
	return act, ok
}

// ofRare is Act.of for the activations that have no loops of their own.
func (act Act) ofRare(v float32) (y, slope float32) {
	if v != v {
		return v, v
	}
	switch act {
	case GELUClipped:
		if y, slope = GELU.of(v); y > 10 { // it is above -0.17
			return 10, 0
		}
		return y, slope
	case LaplaceCDF:
		const mu, sigma = 0.707107, 0.282095
		z := (v - mu) / sigma
		_, q, e := tail32(z)
		if y = q; z > 0 {
			y = 1 - q
		}
		return y, e * (rsqrt2Pi / sigma)
	case LeakyReLU:
		if v <= 0 {
			return 0.01 * v, 0.01
		}
		return v, 1
	case Mish:
		g, _ := sigmoid32(v)
		if v > 20 {
			return v, 1
		}
		w := exp32(v)
		n := w * (w + 2) // tanh(log(1+w)) is n/(n+2)
		t := n / (n + 2)
		return v * t, t + v*g*(1+t)*2/(n+2)
	case QuickGELU:
		g, rest := sigmoid32(1.702 * v)
		return v * g, g + 1.702*v*g*rest
	case ReLUSquared:
		if v <= 0 {
			return 0, 0
		}
		return v * v, 2 * v
	case ReLU6:
		switch {
		case v <= 0:
			return 0, 0
		case v >= 6:
			return 6, 0
		}
		return v, 1
	case Sigmoid:
		g, rest := sigmoid32(v)
		return g, g * rest
	}
	return v, 1
}
