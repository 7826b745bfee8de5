package export

import (
	"encoding/binary"
	"math"
)

// message is a protocol buffer being written, field by field.
type message []byte

func (m message) tag(field, wire int) message {
	return binary.AppendUvarint(m, uint64(field)<<3|uint64(wire))
}

// integer appends a varint field.
func (m message) integer(field int, v uint64) message {
	return binary.AppendUvarint(m.tag(field, 0), v)
}

// double appends a 64-bit float.
func (m message) double(field int, v float64) message {
	return binary.LittleEndian.AppendUint64(m.tag(field, 1), math.Float64bits(v))
}

// float appends a 32-bit float.
func (m message) float(field int, v float32) message {
	return binary.LittleEndian.AppendUint32(m.tag(field, 5), math.Float32bits(v))
}

// text appends a string, or a message within the message.
func (m message) text(field int, v string) message {
	m = binary.AppendUvarint(m.tag(field, 2), uint64(len(v)))
	return append(m, v...)
}

func (m message) message(field int, v message) message { return m.text(field, string(v)) }
