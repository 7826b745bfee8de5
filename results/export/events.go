package export

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

// Events writes a TensorBoard event file: records of protocol buffers, each with
// its length and checksums. Field numbers are those of tensorflow's event.proto,
// summary.proto and tensor.proto, and of tensorboard's plugin_data.proto of
// hyperparameters.
type Events struct {
	w   io.Writer
	err error
}

// NewEvents begins an event file with its version.
func NewEvents(w io.Writer) *Events {
	e := &Events{w: w}
	e.record(message{}.text(3, "brain.Event:2"))
	return e
}

// Err returns the first error of writing.
func (e *Events) Err() error { return e.err }

// Scalar appends a number at a step; seconds is the time at which it came, from
// any beginning.
func (e *Events) Scalar(tag string, step int, seconds, v float64) {
	e.summary(step, seconds, message{}.text(1, tag).float(2, float32(v)))
}

// Text appends Markdown at a step.
func (e *Events) Text(tag string, step int, seconds float64, markdown string) {
	shape := message{}.message(2, message{}.integer(1, 1)) // one dimension of one
	tensor := message{}.integer(1, 7).message(2, shape).text(8, markdown)
	e.summary(step, seconds, message{}.text(1, tag).message(8, tensor).message(9, plugin("text", nil)))
}

// Hyperparameters appends what a run was made with: numbers, truth values and
// strings.
func (e *Events) Hyperparameters(group string, names []string, values map[string]any) {
	start := message{}
	for _, name := range names {
		value := message{}
		switch v := values[name].(type) {
		case float64:
			value = value.double(2, v)
		case bool:
			n := uint64(0)
			if v {
				n = 1
			}
			value = value.integer(4, n)
		case string:
			value = value.text(3, v)
		default:
			continue
		}
		start = start.message(1, message{}.text(1, name).message(2, value))
	}
	start = start.text(4, group)
	e.plugin("_hparams_/session_start_info", message{}.message(3, start))
	e.plugin("_hparams_/session_end_info", message{}.message(4, message{}.integer(1, 1)))
}

func (e *Events) plugin(tag string, content message) {
	tensor := message{}.integer(1, 1).message(2, message{}).text(5, "\x00\x00\x00\x00") // the reader wants some tensor: one 0
	e.summary(0, 0, message{}.text(1, tag).message(8, tensor).message(9, plugin("hparams", content)))
}

func plugin(name string, content message) message {
	data := message{}.text(1, name)
	if content != nil {
		data = data.message(2, content)
	}
	return message{}.message(1, data)
}

func (e *Events) summary(step int, seconds float64, value message) {
	m := message{}
	if seconds != 0 { // zeros are not written
		m = m.double(1, seconds)
	}
	if step != 0 {
		m = m.integer(2, uint64(step))
	}
	e.record(m.message(5, message{}.message(1, value)))
}

func (e *Events) record(data message) {
	if e.err != nil {
		return
	}
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	b = binary.LittleEndian.AppendUint32(b, masked(b))
	b = append(b, data...)
	b = binary.LittleEndian.AppendUint32(b, masked(data))
	_, e.err = e.w.Write(b)
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// masked is the checksum as TensorFlow's records have it.
func masked(b []byte) uint32 {
	c := crc32.Checksum(b, castagnoli)
	return (c>>15 | c<<17) + 0xa282ead8
}
