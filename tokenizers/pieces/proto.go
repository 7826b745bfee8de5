package pieces

import (
	"encoding/binary"
	"errors"
	"math"
)

// protoField is one field of a protocol buffer message: a number, or bytes.
type protoField struct {
	num   uint64
	value uint64
	bytes []byte
}

var errProto = errors.New("not a protocol buffer")

// eachField calls f with the fields of a message, in order.
func eachField(msg []byte, f func(protoField) error) error {
	for len(msg) > 0 {
		tag, n := binary.Uvarint(msg)
		if n <= 0 || tag>>3 == 0 {
			return errProto
		}
		msg = msg[n:]
		field := protoField{num: tag >> 3}
		switch tag & 7 {
		case 0:
			v, n := binary.Uvarint(msg)
			if n <= 0 {
				return errProto
			}
			field.value, msg = v, msg[n:]
		case 1:
			if len(msg) < 8 {
				return errProto
			}
			field.value, msg = binary.LittleEndian.Uint64(msg), msg[8:]
		case 2:
			size, n := binary.Uvarint(msg)
			if n <= 0 || size > uint64(len(msg)-n) {
				return errProto
			}
			field.bytes, msg = msg[n:n+int(size)], msg[n+int(size):]
		case 5:
			if len(msg) < 4 {
				return errProto
			}
			field.value, msg = uint64(binary.LittleEndian.Uint32(msg)), msg[4:]
		default:
			return errProto
		}
		if err := f(field); err != nil {
			return err
		}
	}
	return nil
}

func (f protoField) float() float32 { return math.Float32frombits(uint32(f.value)) }
func (f protoField) bool() bool     { return f.value != 0 }
