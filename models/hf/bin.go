package hf

import (
	"archive/zip"
	"bytes"
	"cmp"
	"encoding/binary"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"
)

// readBin returns the tensors of a pytorch_model.bin as views of its bytes: of
// the zip archive that torch.save writes since version 1.6, or of the pickles
// in a row that it wrote before.
func readBin(m *mapped) ([]*tensor, error) {
	switch {
	case bytes.HasPrefix(m.data, []byte("PK\x03\x04")):
		return readZip(m)
	case bytes.HasPrefix(m.data, legacyMagic):
		return readLegacy(m)
	}
	return nil, fault(m.name, "neither a zip archive nor an old file of torch.save")
}

// archive is a torch.save archive: all its files lie in one folder.
type archive struct {
	file    *mapped
	entries map[string]*zip.File // by name below the folder
}

func readZip(m *mapped) ([]*tensor, error) {
	a, err := openArchive(m)
	if err != nil {
		return nil, &Error{File: m.name, Err: err}
	}
	if order, err := a.bytes("byteorder"); err == nil && strings.TrimSpace(string(order)) != "little" {
		return nil, fault(m.name, "byteorder %q: want little", order)
	}
	raw, err := a.bytes("data.pkl")
	if err != nil {
		return nil, &Error{File: m.name, Err: err}
	}
	p := &torchPickle{map[string]*storage{}}
	v, _, err := unpickle(raw, p.class, p.load)
	if err != nil {
		return nil, &Error{File: m.name, Msg: "data.pkl", Err: err}
	}
	if err := a.fill(p.storages); err != nil {
		return nil, &Error{File: m.name, Err: err}
	}
	return p.tensors(m.name, v)
}

func openArchive(m *mapped) (*archive, error) {
	z, err := zip.NewReader(bytes.NewReader(m.data), int64(len(m.data)))
	if err != nil {
		return nil, fmt.Errorf("%w: truncated?", err)
	}
	folder, found := "", 0
	for _, f := range z.File {
		if s, ok := strings.CutSuffix(f.Name, "/data.pkl"); ok && !strings.Contains(s, "/") {
			folder = s + "/"
			found++
		}
	}
	if found != 1 {
		return nil, fmt.Errorf("a zip archive with %d data.pkl: want one", found)
	}
	a := &archive{m, map[string]*zip.File{}}
	for _, f := range z.File {
		name, ok := strings.CutPrefix(f.Name, folder)
		if !ok {
			continue
		}
		if a.entries[name] != nil {
			return nil, fmt.Errorf("%s is twice in the archive", name)
		}
		a.entries[name] = f
	}
	return a, nil
}

// place returns where in the file an entry's bytes lie.
func (a *archive) place(name string) (begin, end int, err error) {
	f := a.entries[name]
	if f == nil {
		return 0, 0, fmt.Errorf("%s is not in the archive", name)
	}
	if f.Method != zip.Store || f.CompressedSize64 != f.UncompressedSize64 || f.Flags&1 != 0 {
		return 0, 0, fmt.Errorf("%s is compressed or encrypted: torch.save stores tensors as they are; unpack the archive "+
			"and save the weights again", name)
	}
	offset, err := f.DataOffset()
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w", name, err)
	}
	size := uint64(len(a.file.data))
	if offset < 0 || uint64(offset) > size || f.UncompressedSize64 > size-uint64(offset) {
		return 0, 0, fmt.Errorf("%s: %d bytes from byte %d in a file of %d", name, f.UncompressedSize64, offset, size)
	}
	return int(offset), int(offset) + int(f.UncompressedSize64), nil
}

func (a *archive) bytes(name string) ([]byte, error) {
	begin, end, err := a.place(name)
	if err != nil {
		return nil, err
	}
	return a.file.data[begin:end:end], nil
}

// fill gives the storages their bytes, no byte to two of them.
func (a *archive) fill(storages map[string]*storage) error {
	type extent struct {
		key        string
		begin, end int
	}
	var all []extent
	for _, key := range slices.Sorted(maps.Keys(storages)) { // the first fault is always the same
		s := storages[key]
		begin, end, err := a.place("data/" + key)
		if err != nil {
			return err
		}
		if hi, want := bits.Mul64(uint64(s.count), uint64(s.dtype.size)); hi != 0 || want != uint64(end-begin) {
			return fmt.Errorf("data/%s: %d bytes for %d values of %s", key, end-begin, s.count, s.dtype.Name)
		}
		s.data = a.file.data[begin:end:end]
		all = append(all, extent{key, begin, end})
	}
	slices.SortFunc(all, func(x, y extent) int {
		return cmp.Or(cmp.Compare(x.begin, y.begin), cmp.Compare(x.end, y.end), cmp.Compare(x.key, y.key))
	})
	for i := 1; i < len(all); i++ {
		if all[i].begin < all[i-1].end {
			return fmt.Errorf("data/%s and data/%s overlap", all[i-1].key, all[i].key)
		}
	}
	return nil
}

// legacyMagic is the pickle of torch.save's magic number, 0x1950a86a20f9469cfc6c.
var legacyMagic = []byte("\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.")

// readLegacy reads the format before zip: pickles of a magic number, a version,
// the machine, the state dict and the storages' keys; then each storage as its
// count and its values.
func readLegacy(m *mapped) ([]*tensor, error) {
	p := &torchPickle{map[string]*storage{}}
	rest := m.data[len(legacyMagic):]
	var parts [4]any
	for i := range parts {
		v, n, err := unpickle(rest, p.class, p.load)
		if err != nil {
			return nil, &Error{File: m.name, Msg: fmt.Sprintf("pickle %d", i+2), Err: err}
		}
		parts[i], rest = v, rest[n:]
	}
	if parts[0] != int64(1001) {
		return nil, fault(m.name, "a protocol version other than 1001")
	}
	if machine, ok := parts[1].(*pyDict); !ok || machine.values["little_endian"] != true {
		return nil, fault(m.name, "saved by a machine that is not little-endian")
	}
	keys, ok := parts[3].(*pyList)
	if !ok {
		return nil, fault(m.name, "%s: want the list of storages", kind(parts[3]))
	}
	for _, k := range keys.items {
		key, ok := k.(string)
		s := p.storages[key]
		if !ok || s == nil || s.data != nil {
			return nil, fault(m.name, "storage %q: listed, but not used or listed twice", key)
		}
		if len(rest) < 8 {
			return nil, fault(m.name, "storage %s: the file ends before it", key)
		}
		count := binary.LittleEndian.Uint64(rest)
		rest = rest[8:]
		hi, size := bits.Mul64(count, uint64(s.dtype.size))
		if count != uint64(s.count) || hi != 0 || size > uint64(len(rest)) {
			return nil, fault(m.name, "storage %s: %d values of %s, %d expected, %d bytes left in the file", key, count,
				s.dtype.Name, s.count, len(rest))
		}
		s.data, rest = rest[:size:size], rest[size:]
	}
	for _, key := range slices.Sorted(maps.Keys(p.storages)) {
		if p.storages[key].data == nil {
			return nil, fault(m.name, "storage %s has no data", key)
		}
	}
	if len(rest) > 0 {
		return nil, fault(m.name, "%d bytes behind the last storage", len(rest))
	}
	return p.tensors(m.name, parts[2])
}
