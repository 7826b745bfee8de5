package vulkan

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/lmkor/bench/internal/atomicfile"
	"github.com/lmkor/bench/internal/vulkan"
)

// Shaders are compiled to SPIR-V by gen, and committed beside their sources.
//
//go:embed shaders/*.spv
var shaders embed.FS

// ShaderHash identifies all kernels: the SHA-256 of their names and code.
func ShaderHash() string {
	entries, err := shaders.ReadDir("shaders")
	if err != nil {
		panic(err) // they are embedded
	}
	h := sha256.New()
	for _, e := range entries {
		code := shader(e.Name())
		fmt.Fprintf(h, "%s %d\n", e.Name(), len(code))
		h.Write(code)
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

func shader(file string) []byte {
	code, err := shaders.ReadFile("shaders/" + file)
	if err != nil {
		panic("vulkan: no kernel " + file)
	}
	return code
}

// pipeline returns a kernel compiled for its specialization constants, made at its
// first use.
func (b *Backend) pipeline(kernel string, spec []uint32) vulkan.Pipeline {
	key := make([]byte, 0, 64)
	for _, s := range spec {
		key = binary.LittleEndian.AppendUint32(key, s)
	}
	key = append(key, kernel...)
	if p, ok := b.pipelines[string(key)]; ok {
		return p
	}
	p, err := b.device.NewPipeline(shader(kernel+".spv"), spec)
	if err != nil {
		b.must(fmt.Errorf("kernel %s: %w", kernel, err))
	}
	b.pipelines[string(key)] = p
	return p
}

// cacheFile keeps what the driver has compiled from one start to the next. It is of
// one device, driver and its version; what it holds is checked before a driver sees
// it. Where it can't be read or written, kernels are compiled again.
type cacheFile struct {
	path string
	was  [sha256.Size]byte
}

const cacheMagic = "bench pipelines 1\n"

// open gives the device the cache that was kept, or an empty one.
func (f *cacheFile) open(d *vulkan.Device, p *vulkan.Physical, folder string) error {
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
func (f *cacheFile) read(p *vulkan.Physical) []byte {
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

// save keeps what the driver has compiled, if there is anything new.
func (f *cacheFile) save(d *vulkan.Device) {
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
