package vulkan

import (
	"encoding/binary"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// What a driver is given of the disk is whole, and its own.
func TestCacheIsDistrusted(t *testing.T) {
	p := &Physical{Vendor: 0x10de, Device: 7, CacheID: [16]byte{3, 1, 4}}
	f := CacheFile{path: filepath.Join(t.TempDir(), "cache")}
	le := binary.LittleEndian
	header := le.AppendUint32(le.AppendUint32(le.AppendUint32(le.AppendUint32(nil, 32), 1), p.Vendor), p.Device)
	good := cacheContent(append(append(header, p.CacheID[:]...), 1, 2, 3))
	for name, c := range map[string]struct {
		raw  []byte
		want bool
	}{
		"whole":         {good, true},
		"empty":         {nil, false},
		"cut":           {good[:len(good)-1], false},
		"a bit flipped": {flipped(good, len(good)-1), false},
		"another sum":   {flipped(good, len(cacheMagic)), false},
		"another magic": {flipped(good, 0), false},
	} {
		if err := os.WriteFile(f.path, c.raw, 0o644); err != nil {
			t.Fatal(err)
		}
		if got := f.read(p) != nil; got != c.want {
			t.Errorf("%s: trusted: %t", name, got)
		}
	}
	other := *p
	other.CacheID[3]++
	if err := os.WriteFile(f.path, good, 0o644); err != nil {
		t.Fatal(err)
	}
	if f.read(&other) != nil {
		t.Error("another driver's cache is trusted")
	}
}

func flipped(raw []byte, i int) []byte {
	raw = slices.Clone(raw)
	raw[i] ^= 1
	return raw
}
