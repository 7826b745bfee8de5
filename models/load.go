package models

import (
	"fmt"
	"slices"
	"strings"
)

// Source is a checkpoint: named tensors, whatever file they lie in.
type Source interface {
	// Names returns the names of the floating-point tensors.
	Names() []string
	// Shape returns the shape of a tensor that Names lists.
	Shape(name string) []int
	// Read writes a tensor's values to dst, widened to float32.
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

// Load fills the parameters from src by name, with or without the
// architecture's prefix ("bert."). newHead draws the whole head anew whatever
// src has. A missing tensor that is not of the head is a *MissingError, one of
// another shape a *ShapeError.
func (m *Model) Load(src Source, newHead bool) (Loaded, error) {
	shapes := map[string][]int{}
	for _, n := range src.Names() {
		shapes[n] = src.Shape(n)
	}
	used := map[string]bool{}
	var rep Loaded
	var missing []string
	for _, p := range m.params {
		if newHead && p.task {
			rep.Drawn = append(rep.Drawn, p.Name)
			continue
		}
		name, ok := find(shapes, p.Name, m.prefix())
		switch {
		case ok:
		case p.head:
			rep.Drawn = append(rep.Drawn, p.Name)
			continue
		default:
			missing = append(missing, p.Name)
			continue
		}
		if !slices.Equal(shapes[name], p.Shape) {
			return rep, &ShapeError{Name: name, Got: shapes[name], Want: p.Shape}
		}
		if err := src.Read(name, p.Floats()); err != nil {
			return rep, err
		}
		used[name] = true
	}
	if missing != nil {
		return rep, &MissingError{missing}
	}
	for _, n := range src.Names() {
		if !used[n] {
			rep.Unexpected = append(rep.Unexpected, n)
		}
	}
	return rep, nil
}

// find returns the name that a parameter has in a checkpoint.
func find(shapes map[string][]int, name, prefix string) (string, bool) {
	if _, ok := shapes[name]; ok {
		return name, true
	}
	if short, ok := strings.CutPrefix(name, prefix); ok {
		if _, ok := shapes[short]; ok {
			return short, true
		}
	}
	return "", false
}

// prefix is what an architecture's class puts before its base model's names.
func (m *Model) prefix() string { return m.Config.ModelType + "." }
