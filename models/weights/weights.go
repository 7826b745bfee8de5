// Package weights finds a model's parameters among the tensors of a checkpoint, by
// their names and shapes, and reads them.
package weights

import (
	"math"
	"strings"

	"github.com/lmkor/bench/kernels"
	"github.com/lmkor/bench/kernels/parallel"
)

// Source is a checkpoint: named tensors, whatever file they lie in.
type Source interface {
	// Names returns the names of the floating-point tensors.
	Names() []string
	// Shape returns the shape of a tensor that Names lists.
	Shape(name string) []int
	// Read writes a tensor's values to dst, widened to float32. Calls may come
	// at the same time.
	Read(name string, dst []float32) error
}

// Count returns how many values the tensors of src have.
func Count(src Source) int {
	total := 0
	for _, n := range src.Names() {
		size := 1
		for _, d := range src.Shape(n) {
			size *= d
		}
		total += size
	}
	return total
}

// Read fills the parameters that f found in src, up to threads at a time, below 1 as many
// as there are cores: the pages of both come one by one, and each has its price. values
// returns where those of parameter i go. The error is that of the first parameter that
// has one.
func (f *Fit) Read(src Source, threads int, values func(i int) []float32) error {
	errs := make([]error, len(f.names))
	parallel.Each(threads, len(f.names), func(i int) {
		name := f.names[i]
		if name == "" {
			return
		}
		v := values(i)
		if errs[i] = src.Read(name, v); errs[i] == nil && !kernels.Finite(v) {
			errs[i] = notFinite(name, v)
		}
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func notFinite(name string, values []float32) error {
	e := &ValuesError{Name: name, Of: len(values)}
	for _, v := range values {
		switch x := float64(v); {
		case math.IsNaN(x):
			e.NaN++
		case math.IsInf(x, 0):
			e.Inf++
		}
	}
	return e
}

// checkpoint is a source while it is compared.
type checkpoint struct {
	prefix string
	shapes map[string][]int
	used   map[string]bool
}

// find returns the name that a parameter has in the checkpoint: the first of
// those it may have. All of them are used then, for they are the same tensor.
func (c *checkpoint) find(p *Parameter) (name string, ok bool) {
	for _, n := range append([]string{p.Name}, p.Aliases...) {
		for _, n := range []string{n, strings.TrimPrefix(n, c.prefix), legacyName(n), legacyName(strings.TrimPrefix(n, c.prefix))} {
			if _, there := c.shapes[n]; there {
				c.used[n] = true
				if !ok {
					name, ok = n, true
				}
			}
		}
	}
	return name, ok
}

// legacyName is what checkpoints converted from TensorFlow call a layer norm's
// parameters.
func legacyName(name string) string {
	if rest, ok := strings.CutSuffix(name, "LayerNorm.weight"); ok {
		return rest + "LayerNorm.gamma"
	}
	if rest, ok := strings.CutSuffix(name, "LayerNorm.bias"); ok {
		return rest + "LayerNorm.beta"
	}
	return name
}

// isBuffer reports whether old versions saved a tensor of that name that is no
// parameter: positions, token types and the causal mask of GPT-2.
func isBuffer(name string) bool {
	for _, suffix := range []string{"embeddings.position_ids", "embeddings.token_type_ids", ".attn.bias", ".attn.masked_bias"} {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	return false
}
