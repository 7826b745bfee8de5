package trainers

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"

	"github.com/lmkor/bench/internal/atomicfile"
)

// FileStore keeps a state in one file, replaced whole: a JSON header behind its
// length, then the tensors' float32 values, of a gathered table's moments the
// rows in use only, and a checksum of all that is before it.
type FileStore struct {
	Path string
}

const (
	stateMagic   = "bench-state-2\n"
	stateFormat  = "bench-state-" // of every version
	mostHeader   = 64 << 20       // bytes: names and row lists of a large model are under 10 MB
	floatsAtOnce = 1 << 14
)

// castagnoli is CRC-32C, which the processor computes as fast as memory is read;
// every error of up to 32 neighbouring bits shows.
var castagnoli = crc32.MakeTable(crc32.Castagnoli)

type stateHeader struct {
	Position  Position      `json:"position"`
	Examples  int           `json:"examples"`
	Steps     int           `json:"steps"`
	Epochs    []EpochScores `json:"epochs"`
	Best      *Best         `json:"best,omitempty"`
	Scaling   *Scaling      `json:"scaling,omitempty"`
	Sequences int           `json:"sequences"`
	Tokens    int           `json:"tokens"`
	Tensors   []stateEntry  `json:"tensors"`
}

type stateEntry struct {
	Name string  `json:"name"`
	Size int     `json:"size"`           // values of the whole tensor
	Cols int     `json:"cols"`           // values a row
	Rows []int32 `json:"rows,omitempty"` // those that follow
	Some bool    `json:"some"`           // Rows counts, even if empty
}

// stored returns how many values the file holds.
func (e stateEntry) stored() int {
	if e.Some {
		return len(e.Rows) * e.Cols
	}
	return e.Size
}

// Save replaces the file, or leaves the old one.
func (f *FileStore) Save(s *State) error {
	if err := f.save(s); err != nil {
		return fmt.Errorf("saved state: %w", err)
	}
	return nil
}

func (f *FileStore) save(s *State) error {
	h := stateHeader{Position: s.Position, Examples: s.Examples, Steps: s.Steps, Epochs: s.Epochs, Best: s.Best, Scaling: s.Scaling,
		Sequences: s.Sequences, Tokens: s.Tokens}
	for _, x := range s.Tensors {
		h.Tensors = append(h.Tensors, stateEntry{Name: x.Name, Size: len(x.Data), Cols: x.Cols, Rows: x.Rows, Some: x.Rows != nil})
	}
	head, err := json.Marshal(h)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(f.Path), 0o755); err != nil {
		return err
	}
	return atomicfile.Write(f.Path, func(out io.Writer) error {
		sum := crc32.New(castagnoli)
		w := bufio.NewWriterSize(io.MultiWriter(out, sum), 1<<18)
		w.WriteString(stateMagic)
		w.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(head))))
		w.Write(head)
		for _, x := range s.Tensors {
			writeTensor(w, x)
		}
		if err := w.Flush(); err != nil {
			return err
		}
		_, err := out.Write(sum.Sum(nil))
		return err
	})
}

// Load reads the file; without one it returns nil. A file that is not whole is
// a *StateError.
func (f *FileStore) Load() (*State, error) {
	file, err := f.open()
	if file == nil || err != nil {
		return nil, err
	}
	defer file.Close()
	s, err := readState(file)
	if err != nil {
		return nil, &StateError{Path: f.Path, Err: err}
	}
	s.Path = f.Path
	return s, nil
}

// open opens the file; without one it returns nil.
func (f *FileStore) open() (*os.File, error) {
	file, err := os.Open(f.Path)
	var at *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case errors.As(err, &at):
		return nil, &StateError{Path: f.Path, Err: at.Err}
	}
	return file, err
}

// Position returns where the state stands; nil if there is none. It reads the
// header alone, for a state has gigabytes: a file that is cut short is a
// *StateError, what else is wrong with one Load finds.
func (f *FileStore) Position() (*Position, error) {
	file, err := f.open()
	if file == nil || err != nil {
		return nil, err
	}
	defer file.Close()
	size, err := sizeOf(file)
	if err == nil {
		_, err = file.Seek(0, io.SeekStart)
	}
	var h *stateHeader
	var left int64
	if err == nil {
		_, h, left, err = readHeader(file, size)
	}
	if err == nil {
		for _, e := range h.Tensors {
			left -= 4 * int64(e.stored())
		}
		if left != 0 {
			err = errors.New("it is cut short")
		}
	}
	if err != nil {
		return nil, &StateError{Path: f.Path, Err: err}
	}
	return &h.Position, nil
}

// readHeader returns the header of a file of size bytes before its checksum, a
// reader of what follows, and how many bytes that is.
func readHeader(file *os.File, size int64) (io.Reader, *stateHeader, int64, error) {
	r := bufio.NewReaderSize(io.LimitReader(file, size), 1<<20)
	magic := make([]byte, len(stateMagic)+8)
	if _, err := io.ReadFull(r, magic); err != nil {
		return nil, nil, 0, err
	}
	n := binary.LittleEndian.Uint64(magic[len(stateMagic):])
	if n > mostHeader || int64(n) > size {
		return nil, nil, 0, fmt.Errorf("a header of %d bytes", n)
	}
	head := make([]byte, n)
	if _, err := io.ReadFull(r, head); err != nil {
		return nil, nil, 0, err
	}
	h := &stateHeader{}
	return r, h, size - int64(len(magic)) - int64(n), json.Unmarshal(head, h)
}

func readState(file *os.File) (*State, error) {
	size, err := verify(file)
	if err != nil {
		return nil, err
	}
	r, h, left, err := readHeader(file, size)
	if err != nil {
		return nil, err
	}
	s := &State{Position: h.Position, Examples: h.Examples, Steps: h.Steps, Epochs: h.Epochs, Best: h.Best, Scaling: h.Scaling,
		Sequences: h.Sequences, Tokens: h.Tokens}
	for _, e := range h.Tensors {
		x, err := readTensor(r, e, left)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", e.Name, err)
		}
		left -= 4 * int64(e.stored())
		s.Tensors = append(s.Tensors, x)
	}
	if left != 0 {
		return nil, fmt.Errorf("%d bytes too many", left)
	}
	return s, nil
}

// sizeOf reads how the file begins and returns the size of what is before the
// checksum.
func sizeOf(file *os.File) (int64, error) {
	info, err := file.Stat()
	if err != nil {
		return 0, err
	}
	size := info.Size() - crc32.Size
	magic := make([]byte, len(stateMagic))
	if _, err := io.ReadFull(file, magic); err != nil || !info.Mode().IsRegular() || size < 0 {
		return 0, errors.New("it is no saved state, or cut short")
	}
	if string(magic) != stateMagic {
		if bytes.HasPrefix(magic, []byte(stateFormat)) {
			return 0, fmt.Errorf("another version of this program wrote it (%s)", bytes.TrimSpace(magic))
		}
		return 0, errors.New("it is no saved state")
	}
	return size, nil
}

// verify compares the file with the checksum at its end, goes back to its
// beginning, and returns the size of what is before the checksum.
func verify(file *os.File) (int64, error) {
	size, err := sizeOf(file)
	if err != nil {
		return 0, err
	}
	sum := crc32.New(castagnoli)
	sum.Write([]byte(stateMagic))
	if _, err := io.CopyN(sum, file, size-int64(len(stateMagic))); err != nil {
		return 0, err
	}
	var want [crc32.Size]byte
	if _, err := io.ReadFull(file, want[:]); err != nil {
		return 0, err
	}
	if !bytes.Equal(sum.Sum(nil), want[:]) {
		return 0, errors.New("it is damaged: its checksum does not match")
	}
	_, err = file.Seek(0, io.SeekStart)
	return size, err
}

// mostValues bounds a tensor whose rows are mostly left out: more than any
// embedding has.
const mostValues = 1 << 31

// readTensor reads one tensor; left is what the file still holds.
func readTensor(r io.Reader, e stateEntry, left int64) (StateTensor, error) {
	if e.Size < 0 || e.Size > mostValues || e.Cols < 1 || e.Size%e.Cols != 0 || int64(e.stored()) > left/4 {
		return StateTensor{}, fmt.Errorf("%d values in rows of %d, with %d bytes left", e.Size, e.Cols, left)
	}
	x := StateTensor{Name: e.Name, Data: make([]float32, e.Size), Cols: e.Cols}
	if !e.Some {
		return x, readFloats(r, x.Data)
	}
	x.Rows = append([]int32{}, e.Rows...)
	if !slices.IsSorted(x.Rows) {
		return x, errors.New("rows out of order")
	}
	for _, row := range x.Rows {
		if row < 0 || int(row) >= e.Size/e.Cols {
			return x, fmt.Errorf("row %d of %d", row, e.Size/e.Cols)
		}
		if err := readFloats(r, x.Data[int(row)*e.Cols:(int(row)+1)*e.Cols]); err != nil {
			return x, err
		}
	}
	return x, nil
}

// writeTensor writes the rows that count; an error shows at Flush.
func writeTensor(w *bufio.Writer, x StateTensor) {
	if x.Rows == nil {
		writeFloats(w, x.Data)
		return
	}
	for _, r := range x.Rows {
		writeFloats(w, x.Data[int(r)*x.Cols:(int(r)+1)*x.Cols])
	}
}

// writeFloats writes x little-endian; the error shows at Flush.
func writeFloats(w *bufio.Writer, x []float32) {
	var buf [4 * floatsAtOnce]byte
	for len(x) > 0 {
		n := min(len(x), floatsAtOnce)
		for i, v := range x[:n] {
			binary.LittleEndian.PutUint32(buf[4*i:], math.Float32bits(v))
		}
		w.Write(buf[:4*n])
		x = x[n:]
	}
}

func readFloats(r io.Reader, x []float32) error {
	var buf [4 * floatsAtOnce]byte
	for len(x) > 0 {
		n := min(len(x), floatsAtOnce)
		if _, err := io.ReadFull(r, buf[:4*n]); err != nil {
			return err
		}
		for i := range n {
			x[i] = math.Float32frombits(binary.LittleEndian.Uint32(buf[4*i:]))
		}
		x = x[n:]
	}
	return nil
}
