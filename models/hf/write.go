package hf

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"

	"github.com/lmkor/bench/internal/atomicfile"
)

// Tensor is a tensor to be written: its values row by row.
type Tensor struct {
	Name  string
	Shape []int
	Data  []float32
}

// WriteSafetensors writes float32 tensors, sorted by name, as the format's own
// library does: the same tensors give the same bytes in whatever order they
// come. The metadata says "format": "pt", which transformers asks for, beside
// what is given. The file is written aside, synced and renamed; memory beyond
// the tensors is one chunk. It panics if a shape is not that of its data or a
// name comes twice.
func WriteSafetensors(path string, tensors []Tensor, metadata map[string]string) error {
	sorted := slices.SortedFunc(slices.Values(tensors), func(a, b Tensor) int { return cmp.Compare(a.Name, b.Name) })
	header := appendHeader(nil, sorted, metadata)
	return atomicfile.Write(path, func(w io.Writer) error {
		if err := binary.Write(w, binary.LittleEndian, uint64(len(header))); err != nil {
			return err
		}
		if _, err := w.Write(header); err != nil {
			return err
		}
		chunk := make([]byte, 0, 1<<16)
		for _, t := range sorted {
			for part := range slices.Chunk(t.Data, cap(chunk)/4) {
				chunk = chunk[:4*len(part)]
				for i, v := range part {
					binary.LittleEndian.PutUint32(chunk[4*i:], math.Float32bits(v))
				}
				if _, err := w.Write(chunk); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// appendHeader writes the JSON header, padded with blanks to 8 bytes so that
// the values are aligned in the file.
func appendHeader(b []byte, sorted []Tensor, metadata map[string]string) []byte {
	meta := map[string]string{"format": "pt"}
	for k, v := range metadata {
		meta[k] = v
	}
	b = append(b, `{"__metadata__":`...)
	b = append(b, compactJSON(meta)...)
	at, last := 0, ""
	for i, t := range sorted {
		count := 1
		for _, n := range t.Shape {
			count *= n
		}
		if count != len(t.Data) {
			panic(fmt.Sprintf("hf: %s: shape %v with %d values", t.Name, t.Shape, len(t.Data)))
		}
		if i > 0 && t.Name == last {
			panic(fmt.Sprintf("hf: %s: two tensors of this name", t.Name))
		}
		last = t.Name
		end := at + 4*count
		b = append(b, ',')
		b = append(b, compactJSON(t.Name)...)
		b = fmt.Appendf(b, `:{"dtype":"F32","shape":%s,"data_offsets":[%d,%d]}`, compactJSON(append([]int{}, t.Shape...)), at, end)
		at = end
	}
	b = append(b, '}')
	for len(b)%8 != 0 {
		b = append(b, ' ')
	}
	return b
}

// compactJSON encodes v without escaping what only web pages need escaped.
func compactJSON(v any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // names and numbers always encode
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// Fingerprint returns the SHA-256 of a model directory's weights, in hex: of
// the file's bytes, or of all shards' one after the other.
func Fingerprint(dir string) (string, error) {
	w, err := OpenWeights(dir)
	if err != nil {
		return "", err
	}
	defer w.Close()
	h := sha256.New()
	for _, f := range w.files {
		h.Write(f.data)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
