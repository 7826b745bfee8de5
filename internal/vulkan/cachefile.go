package vulkan

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/lmkor/bench/internal/atomicfile"
)

// CacheFile keeps what the driver has compiled from one start to the next. It is of
// one device, driver and its version; what it holds is checked before a driver sees
// it. Where it can't be read or written, kernels are compiled again.
type CacheFile struct {
	path string
	was  [sha256.Size]byte
}

const cacheMagic = "bench pipelines 1\n"

// Open gives the device the cache that was kept in a folder, the user's if it is empty, or
// an empty one.
func (f *CacheFile) Open(d *Device, p *Physical, folder string) error {
	if folder == "" {
		if user, err := os.UserCacheDir(); err == nil {
			folder = filepath.Join(user, "bench", "vulkan")
		}
	}
	if folder != "" {
		f.path = filepath.Join(folder, fmt.Sprintf("%08x-%08x-%08x-%x", p.Vendor, p.Device, p.DriverVersion, p.CacheID))
	}
	if data := f.read(p); data != nil && d.SetCache(data) == nil {
		return nil
	}
	return d.SetCache(nil)
}

// read returns the driver's part of the file, nil if there is none to be trusted: a
// sum, and the header that Vulkan lays down have to be right.
func (f *CacheFile) read(p *Physical) []byte {
	raw, err := os.ReadFile(f.path)
	if err != nil {
		return nil
	}
	raw, ok := bytes.CutPrefix(raw, []byte(cacheMagic))
	if !ok || len(raw) < sha256.Size+32 {
		return nil
	}
	sum, data := [sha256.Size]byte(raw), raw[sha256.Size:]
	le := binary.LittleEndian
	if sha256.Sum256(data) != sum || le.Uint32(data) != 32 || le.Uint32(data[4:]) != 1 || le.Uint32(data[8:]) != p.Vendor ||
		le.Uint32(data[12:]) != p.Device || !bytes.Equal(data[16:32], p.CacheID[:]) {
		return nil
	}
	f.was = sum
	return data
}

// Save keeps what the driver has compiled, if there is anything new.
func (f *CacheFile) Save(d *Device) {
	data, err := d.Cache()
	if err != nil || f.path == "" || len(data) <= 32 {
		return
	}
	sum := sha256.Sum256(data)
	if sum == f.was || os.MkdirAll(filepath.Dir(f.path), 0o755) != nil {
		return
	}
	_ = atomicfile.Write(f.path, func(w io.Writer) error { // without it the next start takes longer, and nothing else
		_, err := w.Write(cacheContent(data))
		return err
	})
}

// cacheContent is the file of a driver's data.
func cacheContent(data []byte) []byte {
	sum := sha256.Sum256(data)
	return slices.Concat([]byte(cacheMagic), sum[:], data)
}
