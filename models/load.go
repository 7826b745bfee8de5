package models

import (
	"fmt"
	"math"
	"slices"
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

// Loaded says what of a checkpoint was used.
type Loaded struct {
	Drawn      []string // parameters of the head that the checkpoint lacks: they keep their random values
	Unexpected []string // tensors that the model has no use for, such as another head's
}

// MissingError lists parameters of the architecture itself that a checkpoint lacks.
type MissingError struct{ Names []string }

func (e *MissingError) Error() string {
	return fmt.Sprintf("%d tensors are missing: %s", len(e.Names), strings.Join(shorten(e.Names), ", "))
}

func shorten(names []string) []string {
	const most = 8
	if len(names) <= most {
		return names
	}
	return append(slices.Clone(names[:most]), fmt.Sprintf("and %d more", len(names)-most))
}

// Fit says how a checkpoint fits a model. A part of what is missing or of
// another shape keeps the model from being loaded.
type Fit struct {
	Loaded
	Missing []string      // parameters of the architecture itself that the checkpoint lacks
	Shapes  []*ShapeError // tensors that are not of their parameter's shape

	names []string // by parameter: the tensor's name in the checkpoint; "": none that fits
}

// err returns what keeps the checkpoint from being loaded: nil, a
// *MissingError, or the first *ShapeError.
func (f *Fit) err() error {
	switch {
	case len(f.Missing) > 0:
		return &MissingError{f.Missing}
	case len(f.Shapes) > 0:
		return f.Shapes[0]
	}
	return nil
}

// Open returns a model with the parameters of src; those of the head that it
// lacks, or all of the task's own with newHead, are drawn from the seed. It is
// New and Load at once, without drawing what is overwritten.
func Open(c Config, head Head, src Source, newHead bool, seed uint64) (*Model, Loaded, error) {
	m, err := build(c, head, sizesOf(src))
	if err != nil {
		return nil, Loaded{}, err
	}
	rep, err := m.Load(src, newHead)
	if err != nil {
		return nil, rep, err
	}
	for _, p := range m.params {
		if slices.Contains(rep.Drawn, p.Name) {
			p.initialize(seed, c.initRange())
		}
	}
	return m, rep, nil
}

// Inspect builds the model that Open would and says how src fits it, without
// reading any values: the model's are all zero.
func Inspect(c Config, head Head, src Source) (*Model, *Fit, error) {
	m, err := build(c, head, sizesOf(src))
	if err != nil {
		return nil, nil, err
	}
	return m, m.fit(src, false), nil
}

// sizesOf is the number of values that a model loaded from src may have: far
// more than src has means a config of some other model.
func sizesOf(src Source) int {
	const room = 1 << 22 // for heads that src lacks, beside what they take of its own sizes
	total := 0
	for _, n := range src.Names() {
		size := 1
		for _, d := range src.Shape(n) {
			size *= d
		}
		total += size
	}
	return 4*total + room
}

// fit compares names and shapes with those of src.
func (m *Model) fit(src Source, newHead bool) *Fit {
	c := checkpoint{src: src, prefix: m.prefix, shapes: map[string][]int{}, used: map[string]bool{}}
	for _, n := range src.Names() {
		c.shapes[n] = src.Shape(n)
	}
	f := &Fit{names: make([]string, len(m.params))}
	for i, p := range m.params {
		if newHead && p.task {
			f.Drawn = append(f.Drawn, p.Name)
			continue
		}
		name, ok := c.find(p)
		switch {
		case ok && !slices.Equal(c.shapes[name], p.Shape):
			f.Shapes = append(f.Shapes, &ShapeError{Name: name, Got: c.shapes[name], Want: p.Shape})
		case ok:
			f.names[i] = name
		case p.head:
			f.Drawn = append(f.Drawn, p.Name)
		default:
			f.Missing = append(f.Missing, p.Name)
		}
	}
	for _, n := range src.Names() {
		if !c.used[n] && !isBuffer(n) {
			f.Unexpected = append(f.Unexpected, n)
		}
	}
	return f
}

// Load fills the parameters from src by name, with or without the
// architecture's prefix ("bert."), or by the name of a tied one. newHead leaves
// the task's own head as it is whatever src has. Missing tensors that are not
// of the head are a *MissingError, one of another shape a *ShapeError; nothing
// is read then. A tensor with values that are not finite is a *ValuesError.
func (m *Model) Load(src Source, newHead bool) (Loaded, error) {
	f := m.fit(src, newHead)
	if err := f.err(); err != nil {
		return f.Loaded, err
	}
	return f.Loaded, m.read(src, f.names)
}

// read fills each parameter from the tensor of its name, several at a time: the
// pages of both come one by one, and each has its price. The error is that of
// the first parameter that has one.
func (m *Model) read(src Source, names []string) error {
	errs := make([]error, len(m.params))
	parallel.Each(len(names), func(i int) {
		if names[i] == "" {
			return
		}
		values := m.params[i].Floats()
		if errs[i] = src.Read(names[i], values); errs[i] == nil && !kernels.Finite(values) {
			errs[i] = notFinite(names[i], values)
		}
	})
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// ValuesError says that a checkpoint's tensor holds values that are not finite.
type ValuesError struct {
	Name     string
	NaN, Inf int // of Of values
	Of       int
}

func (e *ValuesError) Error() string {
	return fmt.Sprintf("%s: %d of %d values are not finite (%d NaN, %d infinite)", e.Name, e.NaN+e.Inf, e.Of, e.NaN, e.Inf)
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

// checkpoint is a source while it is read.
type checkpoint struct {
	src    Source
	prefix string
	shapes map[string][]int
	used   map[string]bool
}

// find returns the name that a parameter has in the checkpoint: the first of
// those it may have. All of them are used then, for they are the same tensor.
func (c *checkpoint) find(p Param) (name string, ok bool) {
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
