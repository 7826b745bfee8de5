package predictions

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"strings"
)

// NPY is NumPy's format of one array.
const NPY = "npy"

// ArrayWriter writes vectors as one float32 array, [N, width], in NumPy's format
// of version 1.0. Its header has N in front, so rows wait in a file without a
// name until Close.
type ArrayWriter struct {
	out   io.Writer
	width int
	spool *os.File
	rows  *bufio.Writer
	n     int
	row   []byte
}

// NewArrayWriter returns a writer of vectors of the given width to out. Close
// must be called, or Discard.
func NewArrayWriter(out io.Writer, width int) (*ArrayWriter, error) {
	f, err := os.CreateTemp("", "bench-vectors-")
	if err != nil {
		return nil, err
	}
	os.Remove(f.Name()) // where an open file can't be removed, Discard does
	return &ArrayWriter{out: out, width: width, spool: f, rows: bufio.NewWriterSize(f, 1<<16)}, nil
}

// Write adds a row.
func (w *ArrayWriter) Write(v []float32) error {
	if len(v) != w.width {
		return fmt.Errorf("a vector of %d values among those of %d", len(v), w.width)
	}
	w.row = w.row[:0]
	for _, x := range v {
		w.row = binary.LittleEndian.AppendUint32(w.row, math.Float32bits(x))
	}
	w.n++
	_, err := w.rows.Write(w.row)
	return err
}

// Close writes the array.
func (w *ArrayWriter) Close() error {
	defer w.Discard()
	if err := w.rows.Flush(); err != nil {
		return err
	}
	if _, err := w.spool.Seek(0, io.SeekStart); err != nil {
		return err
	}
	if _, err := w.out.Write(arrayHeader(w.n, w.width)); err != nil {
		return err
	}
	_, err := io.Copy(w.out, w.spool)
	return err
}

// Discard gives up the rows that were written.
func (w *ArrayWriter) Discard() {
	w.spool.Close()
	os.Remove(w.spool.Name())
}

// arrayHeader is what stands before the values: magic, version, length, and a
// Python literal, padded so that values begin at a multiple of 64 bytes.
func arrayHeader(n, width int) []byte {
	const fixed = len("\x93NUMPY\x01\x00") + 2
	text := fmt.Sprintf("{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }", n, width)
	text += strings.Repeat(" ", (64-(fixed+len(text)+1)%64)%64) + "\n"
	h := binary.LittleEndian.AppendUint16([]byte("\x93NUMPY\x01\x00"), uint16(len(text)))
	return append(h, text...)
}
