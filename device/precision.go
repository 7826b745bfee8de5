package device

import "fmt"

// Precision is what the factors of products by weights are rounded to. They are added
// up in float32 in each, and all else is float32.
type Precision int

// The precisions: 24 bits of significand and 8 of exponent, 8 and 8, 11 and 5. A
// float16 ends at 65504.
const (
	Float32 Precision = iota
	Bfloat16
	Float16
)

var precisions = []string{"float32", "bfloat16", "float16"}

// String returns the precision's name, as recipes have it.
func (p Precision) String() string { return precisions[p] }

// PrecisionOf returns the precision of a name; none means float32. It panics on a name
// that is none, for recipes have been checked.
func PrecisionOf(name string) Precision {
	for i, known := range precisions {
		if name == known {
			return Precision(i)
		}
	}
	if name == "" {
		return Float32
	}
	panic(fmt.Sprintf("device: precision %q", name))
}

// UnsupportedPrecision is what a backend panics with that is given a call in a precision
// that it does not compute in.
type UnsupportedPrecision struct {
	Backend   string
	Precision Precision
}

func (e *UnsupportedPrecision) Error() string {
	return fmt.Sprintf("%s: no products in %v", e.Backend, e.Precision)
}
