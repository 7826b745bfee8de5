package hf

import (
	"encoding/binary"
	"math"
	"unsafe"
)

// dtype is the type of a tensor's values.
type dtype struct {
	Name    string // as PyTorch calls it
	code    string // as safetensors calls it
	storage string // the storage class of a pytorch_model.bin; empty: none
	size    int    // bytes a value
	float   bool   // Read widens it to float32
}

var dtypes = []dtype{
	{"float32", "F32", "FloatStorage", 4, true},
	{"float16", "F16", "HalfStorage", 2, true},
	{"bfloat16", "BF16", "BFloat16Storage", 2, true},
	{"float64", "F64", "DoubleStorage", 8, true},
	{"int64", "I64", "LongStorage", 8, false},
	{"int32", "I32", "IntStorage", 4, false},
	{"int16", "I16", "ShortStorage", 2, false},
	{"int8", "I8", "CharStorage", 1, false},
	{"uint8", "U8", "ByteStorage", 1, false},
	{"bool", "BOOL", "BoolStorage", 1, false},
	{"uint64", "U64", "", 8, false},
	{"uint32", "U32", "", 4, false},
	{"uint16", "U16", "", 2, false},
	{"complex64", "C64", "", 8, false},
	{"float8_e4m3fn", "F8_E4M3", "", 1, false},
	{"float8_e5m2", "F8_E5M2", "", 1, false},
}

// dtypeOf finds the row of the table that is asked for.
func dtypeOf(is func(dtype) bool) (dtype, bool) {
	for _, d := range dtypes {
		if is(d) {
			return d, true
		}
	}
	return dtype{}, false
}

// littleEndian reports whether this machine stores floats as the files do.
func littleEndian() bool { return binary.NativeEndian.Uint16([]byte{1, 0}) == 1 }

// widen writes the len(dst) values at the start of raw, little-endian, to dst:
// float16 and bfloat16 exactly, float64 rounded. It panics if the type is not
// a float or raw is too short.
func (d dtype) widen(dst []float32, raw []byte) {
	raw = raw[:len(dst)*d.size]
	switch d.Name {
	case "float32":
		if littleEndian() {
			copy(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(dst))), len(raw)), raw)
			return
		}
		for i := range dst {
			dst[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
		}
	case "float16":
		for i := range dst {
			dst[i] = fromFloat16(binary.LittleEndian.Uint16(raw[2*i:]))
		}
	case "bfloat16":
		for i := range dst {
			dst[i] = math.Float32frombits(uint32(binary.LittleEndian.Uint16(raw[2*i:])) << 16)
		}
	case "float64":
		for i := range dst {
			dst[i] = float32(math.Float64frombits(binary.LittleEndian.Uint64(raw[8*i:])))
		}
	default:
		panic("hf: " + d.Name + " has no float32 values")
	}
}

// fromFloat16 widens an IEEE 754 half. Its 15 bits, put where a float32 keeps
// them, are the value times 2^-112, subnormals included; only infinities and
// NaNs need their exponent filled up.
func fromFloat16(h uint16) float32 {
	const scale = 1 << 112
	x := math.Float32bits(math.Float32frombits(uint32(h&0x7fff)<<13) * scale)
	if h&0x7c00 == 0x7c00 {
		x = 0x7f800000 | uint32(h&0x3ff)<<13
	}
	return math.Float32frombits(x | uint32(h&0x8000)<<16)
}
