package vulkan

import (
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"fmt"

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
// first use. A kernel's subgroups are the same at each.
func (b *Backend) pipeline(kernel string, spec []uint32, subgroup uint32) vulkan.Pipeline {
	key := make([]byte, 0, 64)
	for _, s := range spec {
		key = binary.LittleEndian.AppendUint32(key, s)
	}
	key = append(key, kernel...)
	if p, ok := b.pipelines[string(key)]; ok || b.paper != nil {
		return p
	}
	var p vulkan.Pipeline
	var err error
	if b.options.fail != nil {
		err = b.options.fail("compile")
	}
	if err == nil {
		code := shader(kernel + ".spv")
		if b.options.code != nil {
			code = b.options.code(code)
		}
		p, err = b.device.NewPipeline(code, spec, subgroup)
	}
	if exhausted(err) {
		err = &memoryError{0, forKernels, err}
	}
	if err != nil {
		b.must(fmt.Errorf("kernel %s: %w", kernel, err))
	}
	b.pipelines[string(key)] = p
	return p
}
