package hf

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unsafe"
)

// tensor is a named part of a weights file.
type tensor struct {
	name   string
	file   string
	dtype  dtype
	shape  []int
	stride []int  // values, not bytes; nil: row-major without gaps
	data   []byte // from the first value on
}

func (t *tensor) count() int {
	n := 1
	for _, d := range t.shape {
		n *= d
	}
	return n
}

// Weights is the checkpoint of a model directory. Its files are mapped where
// the system can: opening reads the headers only, and the values come from the
// file cache when they are asked for. It is safe for concurrent use until
// Close. Files must not be cut short while they are mapped; those that bench
// writes are replaced, never changed.
type Weights struct {
	files   []*mapped
	tensors map[string]*tensor
	params  []string
	buffers []string
	closed  bool
}

// weightKind is a way in which a directory can keep its weights.
type weightKind struct {
	name  string
	index bool // of shards
	read  func(*mapped) ([]*tensor, error)
}

// weightFiles are the kinds of weights, best first.
var weightFiles = []weightKind{
	{"model.safetensors", false, readSafetensors},
	{"model.safetensors.index.json", true, readSafetensors},
	{"pytorch_model.bin", false, readBin},
	{"pytorch_model.bin.index.json", true, readBin},
}

// ErrNoWeights says that a directory holds no weights that bench reads.
var ErrNoWeights = errors.New("no model.safetensors or pytorch_model.bin")

// OpenWeights opens the weights of a model directory: model.safetensors or
// pytorch_model.bin, whole or in shards. Errors about a file's contents are
// *Error; a directory without weights gives ErrNoWeights.
func OpenWeights(dir string) (w *Weights, err error) {
	w = &Weights{tensors: map[string]*tensor{}}
	defer func() {
		if err != nil {
			w.Close()
			w = nil
		}
	}()
	for _, kind := range weightFiles {
		path := filepath.Join(dir, kind.name)
		if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if !kind.index {
			return w, w.add(path, kind.read, nil)
		}
		index, err := readIndex(path)
		if err != nil {
			return w, err
		}
		for _, shard := range index.shards {
			err := w.add(filepath.Join(dir, shard), kind.read, index)
			if errors.Is(err, fs.ErrNotExist) {
				err = &Error{File: index.name, Msg: "a shard is not there", Err: err}
			}
			if err != nil {
				return w, err
			}
		}
		return w, index.missing(w)
	}
	if _, err := os.Stat(dir); err != nil {
		return w, err
	}
	return w, fmt.Errorf("%s: %w", dir, noWeights(dir))
}

// noWeights is ErrNoWeights, or says what weights of other programs are there.
func noWeights(dir string) error {
	for _, other := range []string{"tf_model.h5", "flax_model.msgpack", "model.ckpt.index"} {
		if _, err := os.Stat(filepath.Join(dir, other)); err == nil {
			return fmt.Errorf("%w, only %s: save the model with PyTorch's classes first", ErrNoWeights, other)
		}
	}
	return ErrNoWeights
}

// add takes in the tensors of a file.
func (w *Weights) add(path string, read func(*mapped) ([]*tensor, error), index *shardIndex) error {
	m, err := openMapped(path)
	if err != nil {
		return err
	}
	w.files = append(w.files, m)
	all, err := read(m)
	if err != nil {
		return err
	}
	for _, t := range all {
		if index != nil {
			if want, ok := index.file[t.name]; ok && want != t.file {
				return tensorFault(t.file, t.name, "%s says that it is in %s", index.name, want)
			}
		}
		was := t.name
		t.name = modernName(was)
		if old, twice := w.tensors[t.name]; twice {
			return tensorFault(t.file, was, "a second tensor of this name; the first is in %s", old.file)
		}
		if err := t.readable(); err != nil {
			return err
		}
		w.tensors[t.name] = t
		if isBuffer(t) {
			w.buffers = append(w.buffers, t.name)
		} else {
			w.params = append(w.params, t.name)
		}
	}
	slices.Sort(w.params)
	slices.Sort(w.buffers)
	return nil
}

// readable refuses the weights of a layer that are in a type of 8 bits: those of
// a quantized model, which lacks the layer otherwise.
func (t *tensor) readable() error {
	if t.dtype.size > 1 || !strings.HasSuffix(t.name, ".weight") {
		return nil
	}
	return tensorFault(t.file, t.name, "%s values, of a quantized model: want float32, float16, bfloat16 or float64", t.dtype.Name)
}

// modernName maps the names that layer norms had in TensorFlow.
func modernName(name string) string {
	if s, ok := strings.CutSuffix(name, "LayerNorm.gamma"); ok {
		return s + "LayerNorm.weight"
	}
	if s, ok := strings.CutSuffix(name, "LayerNorm.beta"); ok {
		return s + "LayerNorm.bias"
	}
	return name
}

// bufferNames are the ends of names of tensors that old versions saved and
// that nothing learns: positions, token types, and GPT-2's causal masks.
var bufferNames = []string{
	".position_ids", ".token_type_ids",
	".attn.bias", ".attn.masked_bias", ".crossattention.bias", ".crossattention.masked_bias",
}

func isBuffer(t *tensor) bool {
	if !t.dtype.float {
		return true
	}
	return slices.ContainsFunc(bufferNames, func(end string) bool {
		return strings.HasSuffix("."+t.name, end)
	})
}

// Names returns the names of the parameters, sorted; LayerNorm.gamma and
// LayerNorm.beta of old files are called weight and bias.
func (w *Weights) Names() []string { return w.params }

// Buffers returns the names of the tensors that are not parameters, sorted.
func (w *Weights) Buffers() []string { return w.buffers }

// Info returns the type and the shape of a parameter or buffer as the file has
// them: the empty string and nil if there is none of that name.
func (w *Weights) Info(name string) (dtype string, shape []int) {
	t, ok := w.tensors[name]
	if !ok {
		return "", nil
	}
	return t.dtype.Name, t.shape
}

// Shape returns the shape of a tensor, nil if there is none of that name.
func (w *Weights) Shape(name string) []int {
	_, shape := w.Info(name)
	return shape
}

// Files returns the names of the files that the weights come from.
func (w *Weights) Files() []string {
	var names []string
	for _, f := range w.files {
		names = append(names, f.name)
	}
	return names
}

var errClosed = errors.New("the weights are closed")

// Read writes the values of a tensor, row-major, to dst: float16 and bfloat16
// widened exactly, float64 rounded. It panics if dst has another length than
// the tensor, and fails if there is no such tensor or it does not hold floats.
func (w *Weights) Read(name string, dst []float32) error {
	t, ok := w.tensors[name]
	switch {
	case w.closed:
		return errClosed
	case !ok:
		return fmt.Errorf("no tensor %q", name)
	case !t.dtype.float:
		return tensorFault(t.file, name, "%s values: want float32, float16, bfloat16 or float64", t.dtype.Name)
	case t.count() != len(dst):
		panic(fmt.Sprintf("hf: %s %v read into %d values", name, t.shape, len(dst)))
	}
	if t.stride == nil {
		t.dtype.widen(dst, t.data)
	} else {
		t.gather(dst, t.data, t.shape, t.stride)
	}
	return nil
}

// gather reads a strided view, dimension by dimension.
func (t *tensor) gather(dst []float32, data []byte, shape, stride []int) {
	if len(dst) == 0 {
		return
	}
	if len(shape) == 0 {
		t.dtype.widen(dst[:1], data)
		return
	}
	if len(shape) == 1 && stride[0] == 1 {
		t.dtype.widen(dst, data)
		return
	}
	part := len(dst) / shape[0]
	for i := range shape[0] {
		t.gather(dst[i*part:(i+1)*part], data[i*stride[0]*t.dtype.size:], shape[1:], stride[1:])
	}
}

// View returns a tensor's values where they lie in the mapped file, without
// copying them: only of float32 tensors that are aligned and row-major. They
// can't be written to, and are gone after Close.
func (w *Weights) View(name string) ([]float32, bool) {
	t, ok := w.tensors[name]
	if !ok || w.closed || t.dtype.Name != "float32" || t.stride != nil || !littleEndian() {
		return nil, false
	}
	n := t.count()
	p := unsafe.Pointer(unsafe.SliceData(t.data))
	if n == 0 || uintptr(p)%unsafe.Alignof(float32(0)) != 0 {
		return nil, false
	}
	return unsafe.Slice((*float32)(p), n), true
}

// Close lets go of the files. Views must not be used afterwards.
func (w *Weights) Close() error {
	w.closed = true
	var errs []error
	for _, f := range w.files {
		errs = append(errs, f.close())
	}
	return errors.Join(errs...)
}
