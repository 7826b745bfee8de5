package hf

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/bits"
	"slices"
	"strings"
)

// maxHeader is the longest header that the format allows.
const maxHeader = 100_000_000

// maxDims is far more dimensions than any tensor of a model has.
const maxDims = 16

// stEntry is a tensor in a safetensors header.
type stEntry struct {
	DType   string   `json:"dtype"`
	Shape   []uint64 `json:"shape"`
	Offsets []uint64 `json:"data_offsets"`
}

// readSafetensors returns the tensors of a safetensors file as views of its
// bytes. It is stricter than the common readers in what costs nothing: names
// occur once, and the tensors fill the file without overlap or gap, as the
// format demands. Memory is that of the header.
func readSafetensors(m *mapped) ([]*tensor, error) {
	if len(m.data) < 8 {
		return nil, fault(m.name, "%d bytes: want at least the 8 of a safetensors header's length", len(m.data))
	}
	n := binary.LittleEndian.Uint64(m.data)
	if n > maxHeader || n > uint64(len(m.data)-8) {
		return nil, fault(m.name, "a header of %d bytes in a file of %d: truncated, or not safetensors", n, len(m.data))
	}
	header, data := m.data[8:8+n], m.data[8+n:]
	entries, names, err := readHeader(header)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, &Error{File: m.name, Msg: "header", Err: err}
	}
	var all []*tensor
	for i, e := range entries {
		t, err := e.tensor(data)
		if err != nil {
			return nil, &Error{File: m.name, Tensor: names[i], Err: err}
		}
		t.name, t.file = names[i], m.name
		all = append(all, t)
	}
	if err := tile(m.name, entries, names, len(data)); err != nil {
		return nil, err
	}
	return all, nil
}

// readHeader decodes the header token by token: a map would hide a name that
// occurs twice.
func readHeader(header []byte) (entries []stEntry, names []string, err error) {
	d := json.NewDecoder(bytes.NewReader(header))
	d.DisallowUnknownFields()
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, nil, fmt.Errorf("want a JSON object")
	}
	seen := map[string]bool{}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return nil, nil, err
		}
		name := t.(string) // the decoder accepts nothing else as a key
		if seen[name] {
			return nil, nil, fmt.Errorf("%q occurs twice", name)
		}
		seen[name] = true
		if name == "__metadata__" {
			var meta map[string]string
			if err := d.Decode(&meta); err != nil {
				return nil, nil, fmt.Errorf("__metadata__: %w", err)
			}
			continue
		}
		var e stEntry
		if err := d.Decode(&e); err != nil {
			return nil, nil, fmt.Errorf("%q: %w", name, err)
		}
		entries, names = append(entries, e), append(names, name)
	}
	if _, err := d.Token(); err != nil {
		return nil, nil, err
	}
	if rest := strings.TrimRight(string(header[d.InputOffset():]), " \t\r\n\x00"); rest != "" {
		return nil, nil, fmt.Errorf("%d bytes behind the JSON object", len(rest))
	}
	return entries, names, nil
}

// tensor checks an entry against the data that follow the header.
func (e stEntry) tensor(data []byte) (*tensor, error) {
	t, ok := dtypeOf(func(t dtype) bool { return t.code == e.DType })
	if !ok {
		return nil, fmt.Errorf("type %q is not known", e.DType)
	}
	count, shape, err := elements(e.Shape)
	if err != nil {
		return nil, err
	}
	if len(e.Offsets) != 2 {
		return nil, fmt.Errorf("data_offsets %v: want two numbers", e.Offsets)
	}
	begin, end := e.Offsets[0], e.Offsets[1]
	if begin > end || end > uint64(len(data)) {
		return nil, fmt.Errorf("bytes %d to %d: the file has %d", begin, end, len(data))
	}
	hi, want := bits.Mul64(count, uint64(t.size))
	if hi != 0 || want != end-begin {
		return nil, fmt.Errorf("%s %v in %d bytes", t.Name, e.Shape, end-begin)
	}
	return &tensor{dtype: t, shape: shape, data: data[begin:end:end]}, nil
}

// elements multiplies a shape out.
func elements(shape []uint64) (count uint64, dims []int, err error) {
	if len(shape) > maxDims {
		return 0, nil, fmt.Errorf("%d dimensions", len(shape))
	}
	count = 1
	for _, n := range shape {
		hi, lo := bits.Mul64(count, n)
		if hi != 0 || lo > math.MaxInt || n > math.MaxInt {
			return 0, nil, fmt.Errorf("shape %v is larger than any memory", shape)
		}
		count = lo
		dims = append(dims, int(n))
	}
	return count, dims, nil
}

// tile fails unless the tensors fill the data, each byte once.
func tile(file string, entries []stEntry, names []string, size int) error {
	order := make([]int, len(entries))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return slices.Compare(entries[a].Offsets, entries[b].Offsets) })
	end, last := uint64(0), ""
	for _, i := range order {
		begin := entries[i].Offsets[0]
		switch {
		case begin < end:
			return tensorFault(file, names[i], "begins at byte %d, inside %s, which ends at %d", begin, last, end)
		case begin > end:
			return tensorFault(file, names[i], "begins at byte %d, but the tensors before it end at %d", begin, end)
		}
		end, last = entries[i].Offsets[1], names[i]
	}
	if end != uint64(size) {
		return fault(file, "%d bytes belong to no tensor", uint64(size)-end)
	}
	return nil
}
