//go:build (linux || darwin) && !static

package hanbert

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"unsafe"

	"github.com/ebitengine/purego"
)

// moran is HanBERT's analyser, a C library opened at run time. Its buffers are
// its own and one call at a time uses them.
type moran struct {
	mu      sync.Mutex
	in, out []byte
	run     func(in, out *byte, size int32) unsafe.Pointer
	sum     string // SHA-256 of the library
}

// opened keeps each library from being opened, and its databases read, twice.
var opened struct {
	sync.Mutex
	libraries map[string]*moran
}

// Open opens the library at path and its databases, which stay open until
// the program ends, and returns the SHA-256 of the library's bytes.
func Open(path string) (Analyser, string, error) {
	path, err := filepath.Abs(path) // a bare name would be sought where the system's loader likes
	if err != nil {
		return nil, "", err
	}
	opened.Lock()
	defer opened.Unlock()
	if m := opened.libraries[path]; m != nil {
		return m, m.sum, nil
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, "", err
	}
	m, err := loadMoran(path)
	if err != nil {
		return nil, "", err
	}
	m.sum = fmt.Sprintf("%x", sha256.Sum256(b))
	if opened.libraries == nil {
		opened.libraries = make(map[string]*moran)
	}
	opened.libraries[path] = m
	return m, m.sum, nil
}

// loadMoran loads the library and has it open its databases.
func loadMoran(path string) (*moran, error) {
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", errMoranSystem, err)
	}
	m := &moran{in: make([]byte, moranBuffer), out: make([]byte, moranBuffer)}
	var open func()
	for _, f := range []struct {
		name string
		to   any
	}{{"MorAn16_open_dbs", &open}, {"Moran4dnlp", &m.run}} {
		symbol, err := purego.Dlsym(handle, f.name)
		if err != nil {
			return nil, fmt.Errorf("no function %s: want HanBERT's analyser: %w", f.name, err)
		}
		purego.RegisterFunc(f.to, symbol)
	}
	open()
	return m, nil
}

// analyse returns text's morphemes. Text that the library refuses, by an answer of NULL, comes
// back as it is, in words.
func (m *moran) analyse(text string) string {
	if len(text) >= len(m.in) {
		panic("tokenizers: text longer than the analyser's buffer")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.in[copy(m.in, text)] = 0
	m.out[0] = 0
	answer := m.run(&m.in[0], &m.out[0], int32(len(m.out)))
	if answer == nil {
		return text
	}
	morphemes := unsafe.Slice((*byte)(answer), len(m.out))
	if answer != unsafe.Pointer(&m.out[0]) {
		n := 0
		for n < len(m.out) && *(*byte)(unsafe.Add(answer, n)) != 0 {
			n++
		}
		return string(unsafe.Slice((*byte)(answer), n))
	}
	if end := bytes.IndexByte(morphemes, 0); end >= 0 {
		morphemes = morphemes[:end]
	}
	return string(morphemes)
}
