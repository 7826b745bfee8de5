package models

import (
	"slices"

	"github.com/lmkor/bench/models/weights"
)

// Open returns a model with the parameters of src; those of the head that it
// lacks, or all of the task's own with newHead, are drawn from the seed. It is
// New and Load at once, without drawing what is overwritten.
func Open(c Config, head Head, src weights.Source, newHead bool, seed uint64) (*Model, weights.Loaded, error) {
	m, err := build(c, head, roomFor(src))
	if err != nil {
		return nil, weights.Loaded{}, err
	}
	rep, err := m.Load(src, newHead)
	if err != nil {
		return nil, rep, err
	}
	for _, p := range m.params {
		if slices.Contains(rep.Drawn, p.Name) {
			p.initialize(seed, &c)
		}
	}
	return m, rep, nil
}

// Inspect builds the model that Open would and says how src fits it, without
// reading any values: the model's are all zero.
func Inspect(c Config, head Head, src weights.Source) (*Model, *weights.Fit, error) {
	m, err := build(c, head, roomFor(src))
	if err != nil {
		return nil, nil, err
	}
	return m, m.fit(src, false), nil
}

// roomFor is the number of values that a model loaded from src may have: far more
// than src has means a config of some other model.
func roomFor(src weights.Source) int {
	const heads = 1 << 22 // that src lacks, beside what they take of its own sizes
	return 4*weights.Count(src) + heads
}

// fit compares names and shapes with those of src.
func (m *Model) fit(src weights.Source, newHead bool) *weights.Fit {
	params := make([]weights.Parameter, len(m.params))
	for i, p := range m.params {
		params[i] = weights.Parameter{Name: p.Name, Aliases: p.Aliases, Shape: p.Shape, Head: p.head, Redraw: newHead && p.task}
	}
	return weights.Compare(src, m.prefix, params)
}

// Load fills the parameters from src by name, with or without the
// architecture's prefix ("bert."), or by the name of a tied one. newHead leaves
// the task's own head as it is whatever src has. Missing tensors that are not
// of the head are a *weights.MissingError, one of another shape a
// *weights.ShapeError; nothing is read then. A tensor with values that are not
// finite is a *weights.ValuesError.
func (m *Model) Load(src weights.Source, newHead bool) (weights.Loaded, error) {
	f := m.fit(src, newHead)
	if err := f.Err(); err != nil {
		return f.Loaded, err
	}
	return f.Loaded, f.Read(src, m.Config.Threads, func(i int) []float32 { return m.params[i].Floats() })
}
