package hf

import (
	"os"
	"path/filepath"
	"testing"
)

// seedFiles adds the files of the test data that match.
func seedFiles(f *testing.F, patterns ...string) {
	for _, p := range patterns {
		paths, err := filepath.Glob(filepath.Join("testdata", p))
		if err != nil || len(paths) == 0 {
			f.Fatalf("no files match %s", p)
		}
		for _, path := range paths {
			b, err := os.ReadFile(path)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(b)
		}
	}
}

// readAll checks what holds for every file that is accepted: no tensor has more
// values than the file has bytes, and all of them can be read.
func readAll(t *testing.T, data []byte, read func(*mapped) ([]*tensor, error)) {
	all, err := read(&mapped{name: "weights", data: data})
	if err != nil {
		if err.Error() == "" {
			t.Error("an error without words")
		}
		return
	}
	budget := 1 << 20
	for _, x := range all {
		n := x.count()
		if n < 0 || n > len(data) {
			t.Fatalf("%s: %d values in a file of %d bytes", x.name, n, len(data))
		}
		if budget -= n; budget < 0 || !x.dtype.float {
			continue
		}
		w := &Weights{tensors: map[string]*tensor{x.name: x}}
		dst := make([]float32, n)
		if err := w.Read(x.name, dst); err != nil {
			t.Fatal(err)
		}
		if v, ok := w.View(x.name); ok && len(v) != n {
			t.Fatalf("%s: a view of %d values, want %d", x.name, len(v), n)
		}
	}
}

func FuzzSafetensors(f *testing.F) {
	seedFiles(f, "weights/*/*.safetensors")
	f.Fuzz(func(t *testing.T, data []byte) { readAll(t, data, readSafetensors) })
}

func FuzzZip(f *testing.F) {
	seedFiles(f, "weights/*/*.bin")
	f.Fuzz(func(t *testing.T, data []byte) { readAll(t, data, readBin) })
}

func FuzzLegacy(f *testing.F) { // of what follows the magic number
	paths, _ := filepath.Glob("testdata/weights/bin-legacy*/*.bin")
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw[len(legacyMagic):])
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		readAll(t, append(legacyMagic[:len(legacyMagic):len(legacyMagic)], data...), readBin)
	})
}

func FuzzPickle(f *testing.F) {
	f.Add([]byte(pOne))
	paths, _ := filepath.Glob("testdata/weights/*/*.bin")
	for _, path := range paths {
		raw, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if a, err := openArchive(&mapped{name: path, data: raw}); err == nil {
			if p, err := a.bytes("data.pkl"); err == nil {
				f.Add(p)
			}
		}
	}
	f.Fuzz(func(t *testing.T, pickle []byte) {
		p := &torchPickle{map[string]*storage{}}
		v, n, err := unpickle(pickle, p.class, p.load)
		if err != nil {
			return
		}
		if n > len(pickle) {
			t.Fatalf("%d bytes read of %d", n, len(pickle))
		}
		for _, s := range p.storages {
			if s.count > 1<<16 {
				return
			}
			s.data = make([]byte, s.count*s.dtype.size)
		}
		all, err := p.tensors("weights", v)
		if err != nil {
			return
		}
		for _, x := range all {
			if x.dtype.float {
				w := &Weights{tensors: map[string]*tensor{x.name: x}}
				if err := w.Read(x.name, make([]float32, x.count())); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func FuzzIndex(f *testing.F) {
	seedFiles(f, "weights/*/*.index.json")
	f.Add([]byte(`{"weight_map":{"a":"../x"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		x, err := parseIndex(data)
		if err != nil {
			return
		}
		for name, shard := range x.file {
			if shard != filepath.Base(shard) {
				t.Errorf("%s: shard %q is not a file of the directory", name, shard)
			}
		}
	})
}
